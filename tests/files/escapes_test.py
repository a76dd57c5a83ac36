"""Every spelling known that might lead out of a zone: the exact answer of each method, and nothing read outside.

A case is what goes over the wire as the value of `path`, byte for byte, and what `download/files` answers to it. 403: it
leads out, whether or not something lies there; 404: it stays inside, and nothing lies there. `getsharedfile` answers 404
to all of them. Files that must stay closed hold SECRET, and no answer may."""

import os
import threading
from urllib.parse import quote

import pytest

from stored import API, SECRET, Server, ask, link, put, register

OUT, ABSENT = 403, 404

# What the description and the data folder offer to aim at, seen from the storage, from temp and from the data folder.
TARGETS = ["otklik.db", "otklik.toml", "otklik.links.key", "demo-logins.txt", "events/1.events", "scenarios/Echo.lua",
           "plugins/1/plugin.py", "tls/key.pem", "licence.xml", "control.sock", "www/page.html.execsvcscriptplain",
           "RecordedFiles/a.wav", "Fax/a.tif", "VoiceMail/a.wav"]


def cases():
    # dot segments
    for target in TARGETS:
        yield f"LocalStorage/../{target}", OUT
        yield f"LocalStorage/Shared/../../{target}", OUT
    for up in ("..", "../", "../..", "../../../../../../../../etc/passwd", "../outside.txt", "./../outside.txt", ".//..//outside.txt",
               "Temp/../../outside.txt", "LocalStorage/./.././../outside.txt", "Shared/../../../outside.txt", "x/../../outside.txt",
               "Temp/UploadData/../../../outside.txt", "../data/../outside.txt", "../data/otklik.db", "a/b/c/../../../../outside.txt"):
        yield up, OUT
    yield ".", OUT
    yield "./", OUT
    yield "/", OUT
    yield "//", OUT
    yield "...", ABSENT
    yield ".../outside.txt", ABSENT
    yield "..../outside.txt", ABSENT
    yield "..%20/outside.txt", ABSENT
    yield ".%20./outside.txt", ABSENT
    yield "....//outside.txt", ABSENT
    yield ".%2F.%2F", OUT
    # percent encodings: once is decoded, the second time it is a name
    for dots in ("%2e%2e", "%2E%2E", ".%2e", "%2e."):
        for slash in ("/", "%2f", "%2F", "%5c", "%5C", "\\"):
            yield f"{dots}{slash}outside.txt", OUT
    for twice in ("%252e%252e%252foutside.txt", "%252e%252e/outside.txt", "..%252foutside.txt", "..%255coutside.txt",
                  "%25252e%25252e%25252foutside.txt", "%%32%65%%32%65/outside.txt"):
        yield twice, ABSENT
    # other encodings of a dot and a slash: what is no UTF-8 is read as Windows-1251, and is a letter there
    for odd in ("%c0%ae%c0%ae/outside.txt", "%c0%ae%c0%ae%c0%afoutside.txt", "..%c0%afoutside.txt", "%e0%80%ae%e0%80%ae/outside.txt",
                "%f0%80%80%ae%f0%80%80%ae/outside.txt", "..%c1%9coutside.txt", "..%ef%bc%8foutside.txt", "..%e2%88%95outside.txt",
                "%ef%bc%8e%ef%bc%8e/outside.txt", "%u002e%u002e/outside.txt", "%uff0e%uff0e/outside.txt", "..%u2215outside.txt",
                "%fe%fe/outside.txt", "%ff", "%ed%a0%80/outside.txt", "%e2%80%a4%e2%80%a4/outside.txt"):
        yield odd, ABSENT
    # NUL and other control characters
    for control in ("%00", "outside.txt%00", "price.txt%00.png", "..%00/outside.txt", "%00/etc/passwd", "Temp/%00", "price.txt%0a",
                    "price.txt%0d%0aX-Injected:%201", "%0aprice.txt", "price%09.txt", "price.txt%7f", "price.txt%1b[0m", "%01"):
        yield control, OUT
    # absolute
    for absolute in ("/etc/passwd", "/etc/shadow", "//etc/passwd", "///etc/passwd", "/./etc/passwd", "/../etc/passwd", "%2fetc%2fpasswd",
                     "/etc//passwd", "/etc/passwd/", "/proc/self/environ", "/proc/self/maps", "/proc/self/fd/3", "/proc/self/cwd/otklik.db",
                     "/proc/self/root/etc/passwd", "/proc/1/cmdline", "/dev/mem", "/dev/zero", "/dev/stdin", "/dev/fd/0", "/sys/kernel/notes",
                     "/root/.ssh/id_rsa", "/none", "{data}", "{data}/", "{data}/otklik.db", "{data}/OTKLIK.DB", "{data}/./otklik.db",
                     "{data}//otklik.db", "{data}/LocalStorage/../otklik.db", "{data}/../outside.txt", "{data}/LocalStorage/../../outside.txt",
                     "{data}/otklik.toml", "{data}/events", "{data}/Fax/a.tif", "{data}/RecordedFiles", "{data}LocalStorage/price.txt",
                     "{data}/LocalStorageX/x", "{data}x", "/LocalStorage/price.txt", "/Temp/x"):
        yield absolute, OUT
    # Windows: drives, UNC, devices
    for windows in ("C:", "C:outside.txt", "C:..\\outside.txt", "C:\\", "C:\\Windows\\win.ini", "C:/Windows/win.ini", "c:\\boot.ini",
                    "D:\\otklik.db", "C:\\Server\\otklik.db", "C:\\Server\\..\\otklik.db", "C:\\..\\outside.txt", "C:\\Temp\\..\\otklik.db",
                    "C:\\Oktell\\Server\\RecordedFiles\\a.wav", "C:\\LocalStorage\\..\\otklik.db", "Z:\\LocalStorage\\..\\..\\outside.txt",
                    "\\\\server\\share\\x", "//server\\share", "\\\\?\\C:\\Windows\\win.ini", "\\\\.\\C:\\x", "\\\\.\\PhysicalDrive0",
                    "\\\\localhost\\c$\\x", "\\/server/share", "\\\\?\\UNC\\server\\share\\x", "\\..\\outside.txt", "\\etc\\passwd",
                    "\\Windows\\win.ini", "\\otklik.db", "..\\outside.txt", "..\\..\\outside.txt", "..\\Server\\otklik.db",
                    "..\\Server\\RecordedFiles\\a.wav", "..\\Server\\..\\outside.txt", "LocalStorage\\..\\otklik.db",
                    "LocalStorage\\..\\..\\outside.txt", ".\\..\\outside.txt", "..\\/outside.txt", "../\\outside.txt", "%5c%5cserver%5cshare"):
        yield windows, OUT
    for device in ("CON", "NUL", "AUX", "PRN", "COM1", "LPT1", "CONIN$", "con.txt", "nul.", "Temp/NUL", "LocalStorage/COM1.txt", "CLOCK$",
                   "price.txt::$DATA", "price.txt:stream", "price.txt:Zone.Identifier", "LocalStorage::$INDEX_ALLOCATION/price.txt",
                   "price.txt.", "price.txt..", "price.txt%20", "price.txt%20.", "price.txt%2e", "PRICE~1.TXT", "LOCALS~1/price.txt"):
        yield device, ABSENT
    # our own names as Windows would spell them
    for ours in ("otklik.db.", "otklik.db%20", "otklik.db::$DATA", "OTKLIK.DB", "Otklik.Toml", "otklik.db-wal", "otklik.db-shm", "otklik.lock",
                 "otklik.none", "EVENTS/1.events", "Scenarios/Echo.lua", "licence.XML", "LICENCE.xml.", "tls/none", "control.sock", "WWW/page.html",
                 "www/page.html", "www/page.html.execsvcscriptplain.", "demo-logins.txt%20", "test.log/../otklik.db"):
        yield ours, OUT
    # a hook, wherever it lies
    for hook in ("LocalStorage/page.html.execsvcscriptplain", "LocalStorage/page.html.EXECSVCSCRIPTPLAIN",
                 "LocalStorage/page.html.execsvcscriptplain.", "LocalStorage/page.html.execsvcscriptplain::$DATA",
                 "Temp/x.execsvcscriptplain"):
        yield hook, OUT
    # links that lie in the storage
    for through in ("link.txt", "folder-link/otklik.db", "folder-link/none", "absolute-link", "LocalStorage/link.txt", "LINK.TXT",
                    "Folder-Link/otklik.db", "Temp/link.txt", "up/otklik.db"):
        yield through, OUT
    yield "hard-link.txt", OUT
    # what is no file
    for odd in ("pipe", "LocalStorage", "LocalStorage/", "Temp", "Shared", "Shared/", "folder", "price.txt/", "price.txt/x", "pipe/x"):
        yield odd, (200 if odd == "price.txt/" else ABSENT if odd not in ("LocalStorage", "LocalStorage/", "Temp") else ABSENT)
    # long
    yield "a" * 255, ABSENT
    yield "a" * 256, OUT
    yield "a/" * 2000 + "a", ABSENT
    yield "a/" * 2100, OUT
    yield "../" * 1300 + "etc/passwd", OUT
    yield "./" * 1900 + "../outside.txt", OUT
    yield "/" * 3000 + "etc/passwd", OUT
    # leftovers of programs that write
    yield ".otklik-new-AAAAAAAAAAAA", ABSENT


CASES = list(dict(cases()).items())
assert len(CASES) >= 200


@pytest.fixture(scope="module", params=["closed", "off"])
def server(request, tmp_path_factory):
    """`off`: AllowDownloadFilesDirectlyOnlyFromTemp is switched off."""
    folder = tmp_path_factory.mktemp("escape")
    (folder / "outside.txt").write_bytes(SECRET)
    settings = {} if request.param == "closed" else {"AllowDownloadFilesDirectlyOnlyFromTemp": "false"}
    with Server(folder=make(folder / "data"), **settings) as server:
        for target in TARGETS:
            if not (server.data / target).exists():
                put(server, target, SECRET)
        put(server, "LocalStorage/price.txt", b"price")
        put(server, "LocalStorage/folder/x.txt", b"x")
        put(server, "LocalStorage/page.html.execsvcscriptplain", SECRET)
        put(server, "Temp/x.execsvcscriptplain", SECRET)
        put(server, "LocalStorage/.otklik-new-AAAAAAAAAAAA", SECRET)
        storage = server.data / "LocalStorage"
        (storage / "link.txt").symlink_to(folder / "outside.txt")
        (storage / "folder-link").symlink_to(server.data)
        (storage / "absolute-link").symlink_to("/etc/passwd")
        (storage / "up").symlink_to("..")
        (server.data / "Temp" / "link.txt").symlink_to("../../outside.txt")
        os.link(server.data / "otklik.toml" if (server.data / "otklik.toml").exists() else server.data / "licence.xml",
                storage / "hard-link.txt")
        os.mkfifo(storage / "pipe")
        server.is_off = request.param == "off"
        yield server


def make(folder):
    folder.mkdir()
    return folder


def spelt(server, path):
    """As it goes out: what HTTP itself would not carry is encoded, the rest stays as it is."""
    path = path.replace("{data}", str(server.data))
    return "".join(c if c > " " and c not in "&#+" else quote(c) for c in path)


@pytest.mark.parametrize("path, status", CASES, ids=[repr(p[:60]) for p, _ in CASES])
def test_leads_nowhere(server, path, status):
    if server.is_off:
        return closed_when_off(server, path)
    answer = ask(server, "/download/files?path=" + spelt(server, path), API)
    assert answer.status == status
    assert SECRET not in answer.body and b"root:" not in answer.body
    if status != 200:
        assert answer.code == {OUT: "forbidden", ABSENT: "not_found"}[status]
    shared = ask(server, "/getsharedfile?path=" + spelt(server, path))
    assert (shared.status, shared.code) == (404, "not_found")


def closed_when_off(server, path):
    """Any file may be read then, but never what is ours: SECRET outside of the data folder is no secret any more."""
    answer = ask(server, "/download/files?path=" + spelt(server, path), API)
    assert answer.status in (200, 400, 403, 404)
    if answer.status == 200 and answer.body == SECRET:
        name = os.path.basename(spelt(server, path).replace("%2f", "/").replace("%2F", "/").replace("\\", "/").replace("%5c", "/").replace("%5C", "/"))
        assert name.lower() in ("outside.txt", "a.wav", "a.tif"), name
    shared = ask(server, "/getsharedfile?path=" + spelt(server, path))
    assert (shared.status, shared.code) == (404, "not_found")


@pytest.mark.parametrize("path", [t for t in TARGETS if not t.startswith(("RecordedFiles", "Fax", "VoiceMail"))])
def test_what_is_ours_stays_closed_under_every_name(server, path):
    for spelling in (path, f"{server.data}/{path}", f"LocalStorage/../{path}", f"{server.data}/LocalStorage/../{path}",
                     path.upper(), f"{server.data}/{path}".replace("/otklik", "/./otklik"), f"/proc/self/cwd/{path}",
                     f"/proc/{server.process.pid}/root{server.data}/{path}", f"LocalStorage/folder-link/{path}", f"up/{path}"):
        answer = ask(server, "/download/files?path=" + quote(spelling), API)
        assert answer.status in (403, 404), spelling
        assert SECRET not in answer.body
    for method in ("download/byscript?name=Echo&startparam1=", "execsvcscriptplain?name=Values&startparam2=file&startparam1="):
        assert SECRET not in ask(server, f"/{method}{quote(path)}", API).body


def test_a_path_behind_the_name_of_a_method_leads_nowhere(server):
    register_once(server)
    for tail in ("../../otklik.db", "..%2f..%2fotklik.db", "%2e%2e/%2e%2e/otklik.db", "/etc/passwd", "..\\..\\otklik.db", "%00", "a.wav",
                 server.code + "%00", server.code + "/../../otklik.db", "%"):
        for method in ("rec", "fax", "vm"):
            answer = ask(server, f"/download/{method}/{tail}", API)
            assert answer.status in (400, 404), (method, tail)
            assert SECRET not in answer.body


def register_once(server):
    if not hasattr(server, "code"):
        server.code = link(server, register(server, "recording", "a.wav")).rsplit("/", 1)[1]


def test_a_link_that_is_swapped_in_while_files_are_opened_is_never_followed(server):
    """A folder of the storage becomes a link to the data folder and back, thousands of times."""
    storage = server.data / "LocalStorage"
    (storage / "real").mkdir()
    (storage / "real" / "otklik.toml").write_bytes(b"harmless")
    (storage / "swap").mkdir()
    (storage / "swap" / "otklik.toml").write_bytes(b"harmless")
    (server.data / "otklik.toml").write_bytes(b"# " + SECRET)
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            os.rename(storage / "swap", storage / "aside")
            os.symlink(server.data, storage / "swap")
            os.unlink(storage / "swap")
            os.rename(storage / "aside", storage / "swap")

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen = set()
    try:
        for _ in range(1500):
            answer = ask(server, "/download/files?path=LocalStorage/swap/otklik.toml", API)
            assert SECRET not in answer.body
            seen.add(answer.status)
            if seen == {200, 403, 404}:
                break
    finally:
        stop.set()
        swapper.join()
    assert 200 in seen, seen
    assert seen <= {200, 403, 404}
