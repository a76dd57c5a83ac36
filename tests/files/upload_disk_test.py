"""Uploads and the disk: full, over a quota, on another file system, and after the death of the server."""

import http.client
import os
import random
import socket
import subprocess
import threading

import pytest

from uploading import (AUTHORIZATION, BOUNDARY, UploadServer, digest, eventually, file_part, files_below, form, nothing_is_put_aside,
                       on_disk, request, stored_events, upload, upload_bytes)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system may be mounted here; the test with free_space shows the same")
    for name in ("Shared", "Avatars"):
        (folder / name).mkdir()
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_fills_up_loses_the_file_and_not_its_neighbours(small_disk):
    with UploadServer(storage=f'"{small_disk}"') as server:
        answer = upload(server, file_part("a", b"x" * 1000), file_part("large", b"y" * 6_000_000), file_part("c", b"z" * 1000),
                        storagemode="storage", pathmode="absolute")
        assert (answer.status, answer.saved) == (200, [1, 0, 1])
        assert answer.paths == [f"{small_disk}/a", f"{small_disk}/c"]
        assert '  <file name="large" saved="0"/>\n' in answer.text
        whole = upload_bytes(server, b"y" * 6_000_000, {"Content-Disposition": "attachment; filename=large"}, storagemode="storage")
        assert (whole.status, whole.code) == (507, "storage_full")
        assert sorted(path.name for path in small_disk.iterdir()) == ["Avatars", "Shared", "a", "c"]
        # What the full disk refused takes no room: as much as before fits.
        assert upload_bytes(server, b"y" * 3_500_000, {"Content-Disposition": "attachment; filename=fits"}, storagemode="storage").status == 200


def test_files_reach_another_disk_than_the_one_they_were_written_on(small_disk):
    with UploadServer(storage=f'"{small_disk}"') as server:
        content = os.urandom(300_000)
        # Where it goes is said behind it: until then it is a temporary file, on the disk of those.
        body = form(file_part("late", content), b'Content-Disposition: form-data; name="storagemode"\r\n\r\nstorage')
        answer = request(server, "POST", "/upload", body, {"Authorization": AUTHORIZATION,
                                                           "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        assert answer.paths == ["LocalStorage/late"]
        assert (small_disk / "late").read_bytes() == content


def test_room_on_the_disk_stays_free():
    with UploadServer(upload__free_space='"1000 TiB"') as server:
        answer = upload(server, file_part("a", b"x"))
        assert (answer.status, answer.code) == (507, "storage_full")
        assert request(server, "GET", "/getversion").status == 200
        assert files_below(server) == []


def test_limits_of_size_are_told_for_the_file_or_the_whole():
    with UploadServer(upload__file_size="1000", upload__body_size="5000") as server:
        answer = upload(server, file_part("a", b"x" * 1000), file_part("b", b"y" * 1001))
        assert (answer.status, answer.saved) == (200, [1, 0])
        answer = upload_bytes(server, b"y" * 1001)
        assert (answer.status, answer.code) == (413, "too_large")
        assert upload_bytes(server, b"y" * 5001).status == 413
        assert upload_bytes(server, iter([b"y" * 1000] * 6)).status == 413
        assert len(files_below(server)) == 1


def test_a_file_that_is_lost_is_answered_before_the_rest_of_it_has_come():
    with UploadServer(upload__file_size="1000") as server, socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        connection.sendall((f"POST /upload HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZATION}\r\n"
                            "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
        answered = threading.Event()

        def send():
            while not answered.is_set():
                try:
                    connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                except OSError:
                    return

        sender = threading.Thread(target=send)
        sender.start()
        try:
            assert connection.recv(65536).startswith(b"HTTP/1.1 413 "), "no end of the body was ever sent"
        finally:
            answered.set()
            sender.join()


def test_limits_change_while_the_server_runs():
    unset = UploadServer()
    del unset.settings["upload.free_space"]  # what stands in the command wins over the file
    with unset as server:
        assert upload(server, file_part("a", b"x" * 100), storagemode="storage").status == 200
        for key, value, status in (("file_size", 99, 413), ("user_quota", 199, 507), ("user_files", 1, 507), ("storage_quota", 199, 507),
                                   ("free_space", '"1000 TiB"', 507), ("body_size", 99, 413), ("free_space", 0, 200)):
            (server.data / "otklik.toml").write_text(f"upload.{key} = {value}\n")
            server.shell("config", "reload")
            assert upload(server, file_part("a", b"x" * 100), storagemode="storage").status == status, key
        assert files_below(server) == ["LocalStorage/a", "LocalStorage/a (2)"]


def test_quotas_count_what_lies_there_and_what_is_on_its_way():
    with UploadServer(upload__user_quota="10000", upload__user_files="3", upload__shared_quota="1000") as server:
        first = upload(server, file_part("a", b"x" * 4000), file_part("b", b"x" * 4000), storagemode="storage")
        assert first.saved == [1, 1]
        over = upload(server, file_part("c", b"x" * 2001), storagemode="storage")
        assert (over.status, over.code) == (507, "storage_full")
        area = upload(server, file_part("c", b"x" * 1001), storagemode="storageshared")
        assert (area.status, area.code) == (507, "storage_full")
        mixed = upload(server, file_part("c", b"x" * 900), file_part("d", b"x"), storagemode="storageshared")
        assert (mixed.status, mixed.saved) == (200, [1, 0]), "the third file is his last"
        assert files_below(server) == ["LocalStorage/Shared/c", "LocalStorage/a", "LocalStorage/b"]


def test_a_quota_is_not_outrun_by_uploads_at_once():
    with UploadServer(upload__storage_quota="100000") as server:
        answers = []

        def send(number):
            answers.append(upload(server, file_part(f"{number}", b"x" * 30_000), storagemode="storage").status)

        senders = [threading.Thread(target=send, args=(number,)) for number in range(12)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert answers.count(200) <= 3 and set(answers) <= {200, 507}
        assert len(files_below(server)) == answers.count(200)


def begin_upload(server, size, sent):
    """An upload that has begun and does not end."""
    assert request(server, "GET", "/getversion").status == 200  # the password is remembered from here on
    connection = socket.create_connection(("127.0.0.1", server.port), 60)
    connection.sendall((f"POST /upload?storagemode=storage HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZATION}\r\n"
                        f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=going\r\n"
                        f"Content-Length: {size}\r\nExpect: 100-continue\r\n\r\n").encode())
    assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"x" * sent)
    return connection


def test_uploads_at_once_are_bounded():
    with UploadServer(upload__at_once="2") as server:
        going = [begin_upload(server, 1000, 10) for _ in range(2)]
        refused = upload(server, file_part("a", b"x"))
        assert (refused.status, refused.code, refused.headers["Retry-After"]) == (503, "too_many", "1")
        for connection in going:
            connection.close()
        eventually(lambda: upload(server, file_part("a", b"x")).status == 200)


def test_temporary_files_are_gone_after_a_start_and_the_others_are_not():
    with UploadServer() as server:
        temporary = upload(server, file_part("a", b"x")).paths[0]
        upload(server, file_part("a", b"x"), storagemode="scriptplain", name="List")
        lasting = upload(server, file_part("a", b"x"), storagemode="storage").paths[0]
        assert on_disk(server, temporary).exists()
        server.stop()
        (server.data / "LocalStorage" / ".otklik-new-left").write_bytes(b"half")
        (server.data / "Temp" / "UploadData" / "link").symlink_to("/etc")
        server.start()
        assert not on_disk(server, temporary).exists()
        eventually(lambda: nothing_is_put_aside(server))
        assert files_below(server) == [lasting]
        assert os.path.exists("/etc/passwd")


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_in_the_middle_leaves_whole_files_only(tmp_path, seed):
    chance = random.Random(seed)
    content = os.urandom(2_000_000)
    acknowledged = []
    (tmp_path / "data").mkdir()
    server = UploadServer(folder=tmp_path / "data")
    server.start()
    torn = begin_upload(server, 10_000_000, 5_000_000)

    def send_until_it_dies(sender):
        number = 0
        while True:
            number += 1
            name = f"{sender}-{number}"
            size = chance.choice((0, 1000, 300_000, 2_000_000))
            try:
                answer = upload_bytes(server, content[:size], {"Content-Disposition": f"attachment; filename={name}"}, storagemode="storage")
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 200:
                acknowledged.append((name, size))

    senders = [threading.Thread(target=send_until_it_dies, args=(sender,)) for sender in "abc"]
    for sender in senders:
        sender.start()
    count = chance.randrange(5, 15)
    eventually(lambda: len(acknowledged) >= count, 120)
    server.process.kill()
    server.process.wait()
    for sender in senders:
        sender.join()
    torn.close()

    server.start()
    try:
        eventually(lambda: nothing_is_put_aside(server))
        sizes = {0, 1000, 300_000, 2_000_000}
        lasting = {path: on_disk(server, path).read_bytes() for path in files_below(server)}
        assert all(len(data) in sizes and content.startswith(data) for data in lasting.values()), "a torn file"
        assert all("going" not in path and ".otklik-new-" not in path for path in lasting)
        for name, size in acknowledged:
            assert lasting[f"LocalStorage/{name}"] == content[:size]
        known = {event["path"]: event for event in stored_events(server)}
        assert all(known[name]["sha256"] == digest(content[:size]) for name, size in acknowledged)
    finally:
        server.stop()
