"""The method `upload`, byte for byte: what it stores, under which names, and what it answers."""

import base64
import concurrent.futures
import json
import os
import quopri
import re
import socket

import pytest

from uploading import (AUTHORIZATION, BOUNDARY, GOLDEN, PASSWORD, UploadServer, digest, eventually, fetch, fetch_unasked, field, file_part, files_below,
                       form, on_disk, part, request, stored_events, upload, upload_bytes)

FILES = (("1.jpg", b"\xff\xd8 picture \r\n"), ("note.txt", b"note\r\nnote"[:9]), ("Отчёт «май».txt", b""))


@pytest.fixture(scope="module")
def server():
    with UploadServer() as running:
        yield running


def golden(name, server):
    pattern = re.escape((GOLDEN / name).read_text()).replace(re.escape("{data}"), re.escape(str(server.data)))
    return re.compile(pattern.replace(re.escape("{*}"), r"[\w-]{22,}") + r"\Z")


def check_stored(server, answer, files, mode=None):
    """Paths of an answer open as they stand, through each method that is meant for them, and through no other."""
    paths = answer if isinstance(answer, list) else answer.paths
    assert len(paths) == len(files)
    for path, (_, content) in zip(paths, files):
        assert on_disk(server, path).read_bytes() == content
        assert on_disk(server, path).stat().st_mode & 0o777 == 0o600
        assert fetch(server, path).body == content
        if mode is not None:
            unasked = fetch_unasked(server, path)
            assert (unasked.status, unasked.body) == (200, content) if mode in ("temp", "storageshared") else unasked.status == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("pathmode", [None, "relative", "absolute"])
@pytest.mark.parametrize("mode", ["temp", "storage", "storageshared"])
def test_the_answer_is_the_golden_one(mode, pathmode, count):
    with UploadServer() as server:
        parameters = {"storagemode": mode, "subfolder": "sub", **({"pathmode": pathmode} if pathmode else {})}
        answer = upload(server, *(file_part(name, content) for name, content in FILES[:count]), **parameters)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
        assert golden(f"{mode}-{pathmode or 'relative'}-{count}.xml", server).match(answer.text), answer.text
        check_stored(server, answer, FILES[:count], mode)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("pathmode", [None, "relative", "absolute"])
@pytest.mark.parametrize("mode", ["script", "scriptplain"])
def test_a_scenario_gets_the_golden_list_as_its_fifth_parameter(server, mode, pathmode, count):
    parameters = {"storagemode": mode, "subfolder": "sub", "name": "List", **({"pathmode": pathmode} if pathmode else {})}
    answer = upload(server, *(file_part(name, content) for name, content in FILES[:count]), **parameters)
    assert answer.status == 200
    text = answer.text
    if mode == "script":
        assert text.startswith('<?xml version="1.0" encoding="utf-16"?>\n<oktellxmlmapper version="80710">\n')
        text = re.search(r'key="returnvalue" name="([^"]*)"', text).group(1)
        for escape, meant in (("&#xA;", "\n"), ("&#10;", "\n"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
            text = text.replace(escape, meant)
    assert golden(f"script-{pathmode or 'absolute'}-{count}.xml", server).match(text), text
    check_stored(server, re.findall(r' path="([^"]*)"', text), FILES[:count], mode)


def test_a_scenario_reads_moves_and_sends_the_files(server):
    parts = [file_part(name, content) for name, content in (("a", b"one"), ("b", b"two"))]
    assert upload(server, *parts, storagemode="scriptplain", name="Contents").body == b"one|two"
    assert upload(server, *parts, storagemode="scriptplain", name="Contents", pathmode="relative").body == b"one|two"
    kept = upload(server, parts[0], storagemode="scriptplain", name="Keep", startparam1="kept.bin")
    assert (kept.text, kept.headers["Content-Type"]) == ("LocalStorage/kept/kept.bin", "text/x-path")
    assert fetch(server, kept.text).body == b"one"
    sent = upload(server, file_part("page.html", b"<html>"), storagemode="scriptplain", name="Send", attachment="0")
    assert (sent.body, sent.headers["Content-Security-Policy"]) == (b"<html>", "sandbox")


def test_a_scenario_that_cannot_start_leaves_no_file(server):
    before = files_below(server)
    assert upload(server, file_part("a", b"x"), storagemode="scriptplain", name="Nowhere").status == 404
    answer = upload(server, file_part("a", b"x"), storagemode="script", name="Nowhere")
    assert answer.status == 200 and 'key="started" value="0" name="notfound"' in answer.text
    missing = upload(server, file_part("a", b"x"), storagemode="script")
    assert (missing.status, missing.code) == (400, "bad_request")
    failed = upload(server, file_part("a", b"x"), storagemode="scriptplain", name="Fail")
    assert (failed.status, failed.headers["X-Script-Status"]) == (500, "error")
    # Discarding is done behind the answer. The file of the scenario that started stays.
    eventually(lambda: len(files_below(server)) == len(before) + 1)


def test_the_json_twin_says_the_same(server):
    answer = upload(server, file_part("a", b"12"), storagemode="storage", subfolder="json", format="json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(answer.text) == {"uploadfilesresult": {"count": 1, "file": [
        {"name": "a", "saved": 1, "size": 2, "path": "LocalStorage/json/a"}]}}
    assert b"utf-8" in upload(server, file_part("a", b""), xmlencoding="utf-8").body
    assert upload(server, file_part("a", b""), xmlencoding="utf-16").body.decode("utf-16").startswith("<?xml")


def test_a_bare_octet_stream_is_one_file(server):
    content = os.urandom(200_000)
    named = upload_bytes(server, content, {"Content-Disposition": "attachment; filename*=UTF-8''%D0%9F.bin"}, storagemode="storage")
    assert named.paths == ["LocalStorage/П.bin"]
    check_stored(server, named, [("", content)])
    nameless = upload_bytes(server, content, storagemode="storage")
    assert re.fullmatch(r"LocalStorage/[\w-]{16,}\.bin", nameless.paths[0])
    typed = upload_bytes(server, b"x", {"Content-Type": "image/jpeg"})
    assert typed.paths[0].endswith(".jpg")
    encoded = upload_bytes(server, base64.b64encode(content), {"Content-Transfer-Encoding": "base64"})
    check_stored(server, encoded, [("", content)])
    empty = request(server, "POST", "/upload", b"", {"Authorization": AUTHORIZATION, "Content-Type": "application/octet-stream",
                                                     "Content-Disposition": 'attachment; filename="empty"'})
    assert (empty.status, empty.saved, 'size="0"' in empty.text) == (200, [1], True)


ENCODINGS = {
    "7bit": lambda b: b, "8bit": lambda b: b, "binary": lambda b: b,
    "base64": base64.encodebytes, "Quoted-Printable": lambda b: quopri.encodestring(b, quotetabs=True).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_transfer_encoding_brings_the_same_bytes(server, encoding):
    content = b"plain text, lines\r\n" * 3000 if encoding == "7bit" else os.urandom(150_000)
    if encoding == "Quoted-Printable":
        content = os.urandom(50_000).replace(b"\r", b"").replace(b"\n", b"")
    answer = upload(server, file_part("a", ENCODINGS[encoding](content), f"Content-Transfer-Encoding: {encoding}"))
    check_stored(server, answer, [("", content)])


def test_a_part_that_is_not_what_its_encoding_says_is_not_saved_and_the_others_are(server):
    answer = upload(server, file_part("a", b"one"), file_part("b", b"not, base64!", "Content-Transfer-Encoding: base64"),
                    file_part("c", b"YQ==", "Content-Transfer-Encoding: base64"), storagemode="storage", subfolder="encodings")
    assert (answer.status, answer.saved) == (200, [1, 0, 1])
    assert '  <file name="b" saved="0"/>\n' in answer.text
    assert files_below(server, "LocalStorage/encodings") == ["LocalStorage/encodings/a", "LocalStorage/encodings/c"]
    alone = upload(server, file_part("b", b"*", "Content-Transfer-Encoding: base64"))
    assert (alone.status, alone.code) == (400, "bad_request")


NAMES = {
    'form-data; name="f"; filename="Договор №5.doc"': "Договор №5.doc",
    'form-data; name="f"; filename="Договор.doc"'.encode("cp1251"): "Договор.doc",
    "attachment; filename*=UTF-8''%D0%9F%D1%80.txt; filename=\"x.txt\"": "Пр.txt",
    "attachment; filename*0*=koi8-r''%F0; filename*1=\".txt\"": "П.txt",
    'attachment; filename="=?windows-1251?Q?=CF=F0?= =?UTF-8?B?0LjQsg==?="': "Прив",
    r'form-data; name="f"; filename="C:\docs\a b.txt"': "a b.txt",
    'form-data; name="f"; filename="../../etc/passwd"': "passwd",
    'form-data; name="f"; filename="a%22b.txt"': "a_b.txt",
    'form-data; name="f"; filename="CON.txt"': "_CON.txt",
    'form-data; name="f"; filename=".htaccess"': "_htaccess",
    'form-data; name="f"; filename="dots..."': "dots",
    'form-data; name="f"; filename="a.html.execsvcscriptplain"': "a.html.execsvcscriptplain_",
    'form-data; name="f"; filename="rtl\u202egpj.exe"': "rtlgpj.exe",
    f'form-data; name="f"; filename="{"я" * 300}.txt"': "я" * 98 + ".txt",
    "form-data;\r\n name=\"f\";\r\n filename=\"folded.txt\"": "folded.txt",
}


@pytest.mark.parametrize("disposition", NAMES, ids=range(len(NAMES)))
def test_a_name_becomes_one_that_any_disk_takes(server, disposition):
    answer = upload(server, part(b"x", disposition), storagemode="storage", subfolder="names")
    assert answer.paths == ["LocalStorage/names/" + NAMES[disposition]]
    check_stored(server, answer, [("", b"x")])
    on_disk(server, answer.paths[0]).unlink()


def test_files_of_one_name_get_numbers_and_none_is_replaced(server):
    def one(number):
        return upload(server, file_part("same.tar.gz", str(number).encode()), storagemode="storage", subfolder="numbers").paths[0]

    with concurrent.futures.ThreadPoolExecutor(8) as callers:
        paths = list(callers.map(one, range(24)))
    assert sorted(paths) == sorted(["LocalStorage/numbers/same.tar.gz"] + [f"LocalStorage/numbers/same.tar ({n}).gz" for n in range(2, 25)])
    assert sorted(int(on_disk(server, path).read_bytes()) for path in paths) == list(range(24))
    twice = upload(server, file_part("x", b"1"), file_part("x", b"2"), storagemode="storage", subfolder="twice")
    assert twice.paths == ["LocalStorage/twice/x", "LocalStorage/twice/x (2)"]


def test_a_temporary_file_lies_where_nobody_can_guess(server):
    answer = upload(server, file_part("a", b"1"), file_part("a", b"2"))
    folders = {path.split("/")[2] for path in answer.paths}
    assert len(folders) == 2 and all(len(folder) >= 22 for folder in folders)
    assert upload(server, file_part("a", b"1"), storagemode="script", name="List", pathmode="relative").text.count("Temp/ScriptData/") == 1


def test_a_subfolder_stays_in_its_place(server):
    def status(subfolder, mode="storage"):
        return upload(server, file_part("a", b"x"), storagemode=mode, subfolder=subfolder).status

    before = files_below(server, "")
    for subfolder in ("..", "a/../..", r"..\x", "a/..", "Avatars", "avatars/x", r"Avatars\x"):
        assert status(subfolder) == 403, subfolder
    for subfolder in ("a\0b", "C:", "CON", ".hidden", "a./b", "x" * 300, "/".join("x" * 50), "a?b", "trailing "):
        assert status(subfolder) == 400, subfolder
    assert files_below(server, "") == before
    (server.data / "LocalStorage" / "link").symlink_to("/tmp")
    assert status("link") == 403
    assert upload(server, file_part("a", b"x"), storagemode="storage", subfolder=r"\new\\deep/").paths == ["LocalStorage/new/deep/a"]
    assert upload(server, file_part("a", b"x"), storagemode="storage", subfolder="Папка 1").paths == ["LocalStorage/Папка 1/a"]


def test_fields_of_the_form_are_parameters_and_the_url_wins(server):
    answer = upload(server, file_part("f1", b"x"), field("StorageMode", "storage"), field("subfolder", "поле"), field("comment", "-"))
    assert answer.paths == ["LocalStorage/поле/f1"] and 'count="1"' in answer.text
    answer = upload(server, field("subfolder", "form"), file_part("f2", b"x"), storagemode="storage", subfolder="url")
    assert answer.paths == ["LocalStorage/url/f2"]
    answer = upload(server, file_part("f3", b"<x>"), field("name", "Contents"), field("storagemode", "scriptplain"))
    assert answer.body == b"<x>"
    assert upload(server, file_part("a", b"x"), field("format", "json")).headers["Content-Type"].startswith("application/json")
    assert upload(server, file_part("a", b"x"), field("storagemode", "nowhere")).status == 400


def test_parts_without_a_name_are_files_where_they_are_no_fields(server):
    answer = upload(server, part(b"x", 'form-data; name="f"', "Content-Type: image/png"), part(b"y", "attachment"),
                    b"\r\nz", storagemode="storage", subfolder="nameless")
    assert answer.saved == [1, 1, 1] and answer.paths[0].endswith(".png")
    unfilled = upload(server, part(b"", 'form-data; name="f"; filename=""', "Content-Type: application/octet-stream"), file_part("a", b"x"))
    assert unfilled.saved == [1]
    nothing = upload(server, part(b"", 'form-data; name="f"; filename=""'))
    assert (nothing.status, nothing.code) == (400, "bad_request")


def test_nested_multiparts_bring_their_files(server):
    inner = form(part(b"one", "file; filename=1.txt"), part(b"two", "file; filename=2.txt", "Content-Transfer-Encoding: binary"),
                 boundary="inner").rstrip(b"\r\n")
    answer = upload(server, part(inner, 'form-data; name="files"', "Content-Type: multipart/mixed; boundary=inner"),
                    file_part("3.txt", b"three"))
    check_stored(server, answer, [("", b"one"), ("", b"two"), ("", b"three")])


def test_a_chunked_body_is_stored_like_any_other(server):
    content = form(file_part("a", os.urandom(300_000)))
    answer = request(server, "POST", "/upload", iter([content[i:i + 7001] for i in range(0, len(content), 7001)]),
                     {"Authorization": AUTHORIZATION, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    assert on_disk(server, answer.paths[0]).read_bytes() == content.split(b"\r\n\r\n", 1)[1][:300_000]


def test_what_is_no_upload_is_refused_and_leaves_nothing(server):
    before = files_below(server)
    multipart = f"multipart/form-data; boundary={BOUNDARY}"
    for content_type, body in ((multipart, b"no boundary"), ("multipart/form-data", form(file_part("a", b"x"))),
                               (multipart, form(file_part("a", b"x"))[:-6]), (multipart, form(field("a", "b"))),
                               (multipart, form(file_part("a", b"x"), part(b"y", "x", "no header"))),
                               (multipart, form(file_part("a", b"x", "Content-Transfer-Encoding: x-unknown"))),
                               ("application/x-www-form-urlencoded", b"a=b")):
        answer = request(server, "POST", "/upload?storagemode=storage", body, {"Authorization": AUTHORIZATION, "Content-Type": content_type})
        assert (answer.status, answer.code) == (400, "bad_request"), body
    assert upload(server, file_part("a", b"x"), storagemode="elsewhere").status == 400
    assert upload(server, file_part("a", b"x"), pathmode="elsewhere").status == 400
    too_many = upload(server, *(file_part(str(i), b"x") for i in range(101)))
    assert (too_many.status, too_many.code) == (413, "too_large")
    assert files_below(server) == before


def test_only_a_post_of_somebody_who_may_is_taken(server):
    get = request(server, "GET", "/upload")
    assert (get.status, get.headers["Allow"]) == (405, "POST, OPTIONS")
    assert request(server, "OPTIONS", "/upload", headers={}).headers["Allow"] == "POST, OPTIONS"
    body = form(file_part("a", b"x" * 1000))
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    before = files_below(server)
    assert request(server, "POST", "/upload", body, kind).status == 403
    wrong = "Basic " + base64.b64encode(b"api:wrong").decode()
    assert request(server, "POST", "/upload", body, {**kind, "Authorization": wrong}).status == 403
    operator = "Basic " + base64.b64encode(f"ivan:{PASSWORD}".encode()).decode()
    assert request(server, "POST", "/upload", body, {**kind, "Authorization": operator}).status == 403
    assert request(server, "POST", "/upload?temppass=guessed", body, kind).status == 403
    assert files_below(server) == before


def test_an_upload_waits_for_the_check_of_a_password_it_meets_first():
    with UploadServer(access__hash_memory="65536", access__hash_passes="2") as server:
        content = os.urandom(3_000_000)
        check_stored(server, upload(server, file_part("a", content), headers={"Expect": "100-continue"}), [("", content)])


def test_a_stored_file_is_in_the_event_log_with_its_digest(server):
    content = os.urandom(1000)
    upload(server, file_part("logged.bin", content), storagemode="storage", subfolder="log")
    event = next(e for e in stored_events(server) if e["name"] == "logged.bin")
    assert (event["area"], event["path"], event["size"], event["sha256"], event["login"]) == (
        "storage", "log/logged.bin", 1000, digest(content), "api")


def test_an_upload_cut_at_any_byte_leaves_nothing(server):
    body = form(file_part("first", b"one\r\n--not"), field("subfolder", "cut"), file_part("second", b"\r\ntwo"))
    head = (f"POST /upload?storagemode=storage HTTP/1.1\r\nHost: x\r\nAuthorization: {AUTHORIZATION}\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n").encode()
    before = files_below(server)
    for size in range(len(body)):
        with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
            connection.sendall(head + body[:size])
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(65536) == b"", "half a body has no answer"
    assert files_below(server) == before
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        connection.sendall(head + body)
        assert b'count="2"' in connection.recv(65536)
    assert files_below(server, "LocalStorage/cut") == ["LocalStorage/cut/first", "LocalStorage/cut/second"]


def test_a_malformed_end_takes_the_files_before_it_along(server):
    before = files_below(server)
    for size in range(1, 40):
        body = form(file_part("a", b"x"))[:-size]
        answer = request(server, "POST", "/upload?storagemode=storage", body,
                         {"Authorization": AUTHORIZATION, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        assert answer.status == (200 if size <= 2 else 400), size  # the line end after the last boundary is nobody's
    assert len(files_below(server)) == len(before) + 2
