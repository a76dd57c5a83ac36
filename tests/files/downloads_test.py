"""Recordings, faxes, voicemails, storage and shared files, got back from a real server: who gets what, and how."""

import hashlib
import os
import subprocess
import threading
import time

import pytest

from stored import API, Server, ask, basic, link, put, register, rows, temppass

SOUND = bytes(range(256)) * 40
OLD = 1_700_000_000


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        for name, content in (("RecordedFiles/20260102/1504/mix_16001_16002.mp3", SOUND), ("Fax/fax.tif", b"II*\0fax"),
                              ("VoiceMail/1.wav", b"RIFFvoice"), ("LocalStorage/price.pdf", b"%PDF-1.4"),
                              ("LocalStorage/Shared/Прайс.txt", "цены".encode()), ("LocalStorage/page.html", b"<script>1</script>"),
                              ("LocalStorage/Shared/picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
                              ("Temp/UploadData/k3Jx/upload.txt", b"uploaded"), ("Temp/ScriptData/k3Jx/in.txt", b"for a script")):
            os.utime(put(server, name, content), (OLD, OLD))
        server.recording = register(server, "recording", "20260102/1504/mix_16001_16002.mp3")
        server.fax = register(server, "fax", "fax.tif", "--name", "Факс от партнёра.tif")
        server.voicemail = register(server, "voicemail", "1.wav", "--user", "ivan")
        yield server


def test_a_recording_comes_back_by_its_link(server):
    path = link(server, server.recording)
    assert path.startswith("/download/rec/") and "?" not in path
    answer = ask(server, path, API)
    assert (answer.status, answer.body) == (200, SOUND)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-disposition"] == 'attachment; filename="mix_16001_16002.mp3"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert ask(server, path + "?attachment=0", API).headers["content-disposition"] == 'inline; filename="mix_16001_16002.mp3"'
    assert ask(server, path + "/?attachment=0", API).status == 200
    code = path.rsplit("/", 1)[1]
    for spelling in (code, path, f"http%3A%2F%2Fserver%3A4055{path}%3Ftemppass%3Dx"):
        assert ask(server, f"/downloadrecordbylink?recordlink={spelling}", API).body == SOUND, spelling
    assert ask(server, "/DownLoad/REC/" + code, API).body == SOUND
    assert ask(server, "/download/%72ec/" + code, API).body == SOUND


def test_the_codes_differ_and_last_although_each_link_is_another(server):
    first, second = link(server, server.recording), link(server, server.recording)
    for path in (first, second):
        assert ask(server, path, API).status == 200


def test_a_fax_keeps_the_name_that_it_was_given(server):
    answer = ask(server, link(server, server.fax), API)
    assert answer.body == b"II*\0fax"
    assert "filename*=UTF-8''%D0%A4%D0%B0%D0%BA%D1%81" in answer.headers["content-disposition"]


@pytest.mark.parametrize("target, status, code", [
    ("/download/rec", 400, "bad_request"), ("/download/rec/", 400, "bad_request"),
    ("/download/rec/x", 404, "not_found"), ("/download/rec/../../otklik.db", 404, "not_found"),
    ("/download/rec/" + "A" * 51, 404, "not_found"), ("/download/rec/" + "A" * 4000, 404, "not_found"),
    ("/download/fax", 400, "bad_request"), ("/download/fax/x", 404, "not_found"),
    ("/download/vm", 400, "bad_request"), ("/download/vm/1", 400, "bad_request"),
    ("/download/vm/00000000-0000-0000-0000-000000000000", 404, "not_found"),
    ("/downloadrecordbylink", 400, "bad_request"), ("/downloadrecordbylink?recordlink=", 400, "bad_request"),
    ("/downloadrecordbylink?recordlink=x", 404, "not_found"),
    ("/download/files", 400, "bad_request"), ("/download/files?path=", 400, "bad_request"),
    ("/download/files?path=none.txt", 404, "not_found"), ("/download/files?path=Fax/fax.tif", 403, "forbidden"),
    ("/download/files?path=Fax/none.tif", 403, "forbidden"), ("/download/files?path=LocalStorage", 404, "not_found"),
    ("/download/files?path=price.pdf&attachment=2", 400, "bad_request"),
    ("/download", 404, "not_found"), ("/download/", 404, "not_found"), ("/download/zip/1", 404, "not_found"),
])
def test_says_what_is_amiss(server, target, status, code):
    answer = ask(server, target, API)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("target", [
    "/getsharedfile", "/getsharedfile?path=", "/getsharedfile?path=none", "/getsharedfile?path=Shared", "/getsharedfile?path=.",
    "/getsharedfile?path=price.pdf", "/getsharedfile?path=LocalStorage/price.pdf", "/getsharedfile?path=Fax/fax.tif",
    "/getsharedfile?path=Temp/ScriptData/k3Jx/in.txt", "/getsharedfile?path=Temp/UploadData/k3Jx", "/getsharedfile?path=otklik.db",
    "/getsharedfile?path=%D0%9F%D1%80%D0%B0%D0%B9%D1%81.txt&attachment=maybe", "/getsharedfile?path=/etc/passwd",
])
def test_getsharedfile_answers_404_to_whatever_is_amiss(server, target):
    answer = ask(server, target)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("path", ["Прайс.txt", "Shared/Прайс.txt", "LocalStorage/Shared/Прайс.txt", "прайс.TXT",
                                  "\\LocalStorage\\Shared\\Прайс.txt", "C:\\Oktell\\Server\\LocalStorage\\Shared\\Прайс.txt"])
def test_getsharedfile_takes_each_path_and_asks_nobody_who_he_is(server, path):
    from urllib.parse import quote
    for encoded in (quote(path), quote(path.encode("cp1251"))):
        answer = ask(server, "/getsharedfile?path=" + encoded)
        assert (answer.status, answer.body.decode()) == (200, "цены")
    assert ask(server, "/getsharedfile?path=" + quote(str(server.data / "LocalStorage/Shared/Прайс.txt"))).status == 200


def test_finished_uploads_are_shared_and_can_be_closed(server):
    path = "/getsharedfile?path=Temp/UploadData/k3Jx/upload.txt"
    assert ask(server, path).body == b"uploaded"
    assert ask(server, "/download/files?path=Temp/UploadData/k3Jx/upload.txt", API).body == b"uploaded"
    with Server(shared_uploads="false") as closed:
        put(closed, "Temp/UploadData/k3Jx/upload.txt", b"uploaded")
        assert ask(closed, path).status == 404
        assert ask(closed, "/download/files?path=Temp/UploadData/k3Jx/upload.txt", API).status == 200


def test_who_has_no_privilege_opens_nothing(server):
    for target in (link(server, server.recording), link(server, server.voicemail), "/download/files?path=price.pdf",
                   "/downloadrecordbylink?recordlink=x"):
        assert ask(server, target).status == 403, target
        assert ask(server, target, {"Authorization": basic("ivan")}).status == 403, target
        assert ask(server, target, {"Authorization": basic("api", "wrong")}).status == 403, target


def test_a_voicemail_is_for_its_user_and_for_supervisors(server):
    path = link(server, server.voicemail)
    assert path == "/download/vm/" + server.voicemail["id"]
    assert ask(server, path, API).status == 404, "the service user is neither"
    assert ask(server, f"{path}?temppass={temppass(server, 'ivan')}").body == b"RIFFvoice"
    assert ask(server, f"{path}?temppass={temppass(server, 'vera')}").body == b"RIFFvoice", "a supervisor"
    assert ask(server, f"{path}?temppass={temppass(server, 'maria')}").status == 404
    assert ask(server, path, {"Authorization": basic("admin")}).body == b"RIFFvoice"


def test_a_temporary_password_opens_links_and_the_storage_many_times_and_nothing_else(server):
    password = temppass(server, "ivan")
    recording, fax = link(server, server.recording), link(server, server.fax)
    for _ in range(3):
        assert ask(server, f"{recording}?temppass={password}").body == SOUND
        assert ask(server, f"{fax}?attachment=0&&TempPass={password}").status == 200
        assert ask(server, f"/downloadrecordbylink?recordlink={recording}&temppass={password}").body == SOUND
        assert ask(server, f"/download/files?path=price.pdf&temppass={password}").body == b"%PDF-1.4"
    assert ask(server, f"/download/files?path=Temp/UploadData/k3Jx/upload.txt&temppass={password}").status == 403
    assert ask(server, f"/execsvcscriptplain?name=Echo&startparam1=1&temppass={password}").status == 403
    assert ask(server, f"/getversion?temppass={password}").status == 403
    assert ask(server, f"{recording}?temppass={password[:-1]}").status == 403
    assert ask(server, f"{recording}?temppass=").status == 403
    assert ask(server, f"{recording}?temppass=wrong", API).status == 200, "the header still counts"


def test_a_temporary_password_ends_with_its_user(server):
    password = temppass(server, "petr")
    path = f"{link(server, server.recording)}?temppass={password}"
    assert ask(server, path).status == 200
    server.shell("user", "set", "petr", "--block")
    assert ask(server, path).status == 403
    server.shell("user", "set", "petr", "--unblock")


def test_ranges_conditions_and_head_work_on_every_download(server):
    for target, whole, headers in ((link(server, server.recording), SOUND, API),
                                   ("/download/files?path=price.pdf", b"%PDF-1.4", API),
                                   ("/getsharedfile?path=picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", {})):
        answer = ask(server, target, headers)
        etag = answer.headers["etag"]
        assert not etag.startswith("W/") and answer.headers["accept-ranges"] == "bytes"
        assert "last-modified" in answer.headers
        part = ask(server, target, {**headers, "Range": "bytes=2-4"})
        assert (part.status, part.body, part.headers["content-range"]) == (206, whole[2:5], f"bytes 2-4/{len(whole)}")
        assert part.headers["x-content-type-options"] == "nosniff"
        assert ask(server, target, {**headers, "Range": "bytes=-3"}).body == whole[-3:]
        assert ask(server, target, {**headers, "Range": "bytes=2-4", "If-Range": etag}).status == 206
        assert ask(server, target, {**headers, "Range": "bytes=2-4", "If-Range": '"other"'}).body == whole
        assert ask(server, target, {**headers, "Range": "bytes=99999999-"}).status == 416
        unchanged = ask(server, target, {**headers, "If-None-Match": etag})
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert ask(server, target, {**headers, "If-Modified-Since": answer.headers["last-modified"]}).status == 304
        head = ask(server, target, headers, method="HEAD")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole)))
        assert ask(server, target, headers, method="POST").body == whole


def test_what_users_brought_is_sandboxed(server):
    page = ask(server, "/download/files?path=page.html&attachment=0", API)
    assert page.headers["content-security-policy"] == "sandbox" and page.headers["x-content-type-options"] == "nosniff"
    svg = ask(server, "/getsharedfile?path=picture.svg&attachment=0")
    assert svg.headers["content-security-policy"] == "sandbox"
    assert "content-security-policy" not in ask(server, "/getsharedfile?path=%D0%9F%D1%80%D0%B0%D0%B9%D1%81.txt").headers


def test_a_recording_that_still_grows_is_sent_as_far_as_it_has_got(server):
    path = put(server, "RecordedFiles/live.wav", b"first,")
    file = register(server, "recording", "live.wav", "--growing")
    assert file["state"] == "growing"
    target = link(server, file) + "?attachment=0"
    answer = ask(server, target, {**API, "Range": "bytes=2-3"})
    assert (answer.status, answer.body) == (200, b"first,")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["accept-ranges"] == "none"
    for absent in ("etag", "last-modified", "content-length", "content-range"):
        assert absent not in answer.headers
    with path.open("ab") as more:
        more.write(b"second")
    assert ask(server, target, API).body == b"first,second"
    assert ask(server, target, API, method="HEAD").status == 200
    whole = rows(server, "file", "finish", file["id"])
    assert (whole["state"], whole["size"]) == ("whole", 12)
    assert whole["sha256"] == hashlib.sha256(b"first,second").hexdigest()
    assert "etag" in ask(server, target, API).headers


def test_what_grows_while_it_is_sent_is_sent_too(server):
    """A client that reads slower than the recording grows gets what came meanwhile."""
    beginning = b"a" * (32 << 20)  # more than sockets hold
    path = put(server, "RecordedFiles/long.wav", beginning)
    file = register(server, "recording", "long.wav", "--growing")
    import http.client
    host, port = server.address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("GET", link(server, file), headers=API)
    response = connection.getresponse()
    got = response.read(1000)
    with path.open("ab") as more:
        more.write(b"the end")
    got += response.read()
    connection.close()
    assert len(got) == len(beginning) + 7 and got.endswith(b"the end")
    rows(server, "file", "finish", file["id"])


def test_links_last_as_long_as_the_setting_says():
    with Server(link_lifetime='"2 s"') as server:
        put(server, "Fax/a.tif", b"fax")
        path = link(server, register(server, "fax", "a.tif"))
        assert ask(server, path, API).status == 200
        deadline = time.monotonic() + 30
        while ask(server, path, API).status != 404:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert ask(server, link(server, rows(server, "file", "list")[0]), API).status == 200


def test_settings_of_files_change_while_the_server_runs(tmp_path):
    with Server(folder=tmp_path) as server:
        put(server, "Temp/UploadData/r4nd/a.txt", b"uploaded")
        put(server, "Fax/a.tif", b"fax")
        path = link(server, register(server, "fax", "a.tif"))
        shared, outside = "/getsharedfile?path=Temp/UploadData/r4nd/a.txt", "/download/files?path=RecordedFiles/r.wav"
        put(server, "RecordedFiles/r.wav", b"sound")
        assert [ask(server, target, API).status for target in (shared, outside, path)] == [200, 403, 200]
        (server.data / "otklik.toml").write_text("shared_uploads = false\nlink_lifetime = \"1 s\"\n"
                                                 "AllowDownloadFilesDirectlyOnlyFromTemp = false\n"
                                                 "retention.fax.size = 1\n")
        server.shell("config", "reload")
        assert [ask(server, target, API).status for target in (shared, outside)] == [404, 200]
        deadline = time.monotonic() + 30
        while ask(server, path, API).status != 404 or (server.data / "Fax/a.tif").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert rows(server, "file", "list") == []


def test_links_outlive_a_restart_and_the_key_is_its_owners_alone(tmp_path):
    with Server(folder=tmp_path) as server:
        put(server, "Fax/a.tif", b"fax")
        path = link(server, register(server, "fax", "a.tif"))
        assert (server.data / "otklik.links.key").stat().st_mode & 0o777 == 0o600
        server.stop()
        server.output.clear()
        server.start()
        assert ask(server, path, API).body == b"fax"
        key = (server.data / "otklik.links.key").read_text()
        server.stop()
        (server.data / "otklik.links.key").write_text("spoilt")
        with pytest.raises(RuntimeError, match="holds no key"):
            server.start()
        (server.data / "otklik.links.key").write_text(key)


def test_no_log_holds_a_code_or_a_password(server):
    path, password = link(server, server.recording), temppass(server, "ivan")
    code = path.rsplit("/", 1)[1]
    ask(server, f"{path}?temppass={password}")
    ask(server, f"/download/%72ec/{code}?temppass={password}")
    ask(server, f"/downloadrecordbylink?recordlink={code}", API)
    log = server.log_path.read_text()
    assert "/download/rec" in log
    assert code not in log and password not in log


def test_one_gigabyte_stays_out_of_memory(server):
    """Sparse, so that the disk of the test does not matter; the server's memory does."""
    path = put(server, "LocalStorage/big.bin", b"")
    os.truncate(path, 1 << 30)

    def resident():
        status = open(f"/proc/{server.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    before = resident()
    done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}",
                           server.url("/download/files?path=big.bin")], capture_output=True, text=True, timeout=300)
    assert done.stdout == f"200 {1 << 30}", done.stderr
    assert resident() - before < 64
    path.unlink()


def test_many_download_at_once_and_each_gets_his_own(server):
    paths = [put(server, f"LocalStorage/many/{i}.bin", bytes([i]) * 300_000) for i in range(16)]
    wrong = []

    def get(i):
        for _ in range(5):
            answer = ask(server, f"/download/files?path=many/{i}.bin", API)
            if answer.body != bytes([i]) * 300_000:
                wrong.append((i, answer.status))

    threads = [threading.Thread(target=get, args=(i,)) for i in range(len(paths))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
