"""Pictures of users: set from the shell, sent by getavatar to anybody, and nothing but them."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from urllib.parse import quote

import pytest

from picture import noise, png, size_of
from stored import SECRET, Server, ask, basic, put, rows

NAME = re.compile(r"^/getavatar\?path=([0-9a-f]{32})\.jpg&attachment=0$")
CHROMIUM = shutil.which("chromium")


def set_avatar(server, login, content, *more):
    path = put(server, "from-a-user.bin", content)
    return rows(server, "user", "avatar", login, path, *more)


def avatars(server):
    return sorted(entry.name for entry in (server.data / "LocalStorage/Avatars").iterdir())


def user_id(server, login):
    return next(user["id"] for user in rows(server, "user", "list") if user["login"] == login)


def start_again(server):
    server.output.clear()
    server.start()


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        server.links = set_avatar(server, "ivan", png(704, 400))
        yield server


def test_three_sizes_come_by_links_that_cannot_be_guessed(server):
    name = NAME.match(server.links["link"]).group(1)
    assert server.links["link96x96"] == f"/getavatar?path={name}_96.jpg&attachment=0"
    assert server.links["link32x32"] == f"/getavatar?path={name}_32.jpg&attachment=0"
    for link, size in (("link", (352, 200)), ("link96x96", (96, 96)), ("link32x32", (32, 32))):
        answer = ask(server, server.links[link])
        assert (answer.status, size_of(answer.body)) == (200, size)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"].startswith("inline;")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert avatars(server) == [name + ".jpg", name + "_32.jpg", name + "_96.jpg"]
    assert rows(server, "user", "avatar", "Ivan", "--show") == server.links | {"login": "ivan"}


def test_the_index_of_files_knows_them(server):
    files = rows(server, "file", "list", "--area", "avatar")
    files = files["files"] if isinstance(files, dict) else files
    assert sorted(file["path"] for file in files) == avatars(server)


def test_a_path_is_a_name_a_path_or_a_link_in_any_spelling(server):
    full = NAME.match(server.links["link"]).group(1) + ".jpg"
    small = full.replace(".", "_32.")
    for path in (full, full.upper(), "LocalStorage/Avatars/" + full, str(server.data / "LocalStorage/Avatars" / full),
                 "D:\\Oktell\\LocalStorage\\Avatars\\" + full, server.links["link"], f"http://{server.address}{server.links['link']}"):
        assert size_of(ask(server, "/getavatar?path=" + quote(path)).body) == (352, 200), path
    assert size_of(ask(server, "/GetAvatar/?Path=" + small).body) == (32, 32)
    assert size_of(ask(server, "/getavatar?path=/getavatar?path=" + small).body) == (32, 32)


def test_the_full_picture_comes_by_login_or_id_and_from_a_wrong_path_too(server):
    guid = user_id(server, "ivan")
    for query in ("userid=ivan", "userid=IVAN", "userid=" + guid, "userid=%7B" + guid.upper() + "%7D",
                  "path=absent.jpg&userid=ivan", "path=../otklik.toml&userid=" + guid, "path=&userid=ivan"):
        answer = ask(server, "/getavatar?" + query)
        assert (answer.status, size_of(answer.body)) == (200, (352, 200)), query


def test_it_is_an_attachment_unless_it_is_asked_for_as_an_image(server):
    by_user = "/getavatar?userid=ivan"
    for query, kind in (("", "attachment"), ("&attachment=1", "attachment"), ("&attachment=0", "inline")):
        answer = ask(server, by_user + query)
        assert answer.headers["content-disposition"].startswith(kind + ';')
        assert answer.headers["content-type"] == "image/jpeg"
    assert ask(server, by_user + "&attachment=2").status == 400


def test_no_authorization_is_asked_for_or_looked_at(server):
    for headers in ({}, {"Authorization": basic("api", "wrong")}, {"Authorization": "nonsense"}, {"Authorization": basic("ivan")}):
        assert ask(server, "/getavatar?userid=ivan", headers).status == 200


def test_conditions_ranges_and_head_work(server):
    link = server.links["link"]
    whole = ask(server, link)
    head = ask(server, link, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))
    part = ask(server, link, {"Range": "bytes=2-5"})
    assert (part.status, part.body) == (206, whole.body[2:6])
    assert ask(server, link, {"Range": "bytes=2-5", "If-Range": '"of-another"'}).body == whole.body
    assert ask(server, link, {"If-None-Match": whole.headers["etag"]}).status == 304
    assert ask(server, link, {"If-Match": '"of-another"'}).status == 412
    assert ask(server, link, {"If-Modified-Since": whole.headers["last-modified"]}).status == 304
    assert ask(server, link, {"Range": "bytes=999999-"}).status == 416


def test_a_link_may_be_cached_and_a_user_is_asked_about_each_time(server):
    link = server.links["link32x32"]
    lasting = "private, max-age=86400, immutable"
    whole = ask(server, link)
    assert whole.headers["cache-control"] == lasting
    assert ask(server, link, {"If-None-Match": whole.headers["etag"]}).headers["cache-control"] == lasting
    for query in ("userid=ivan", "path=absent.jpg&userid=ivan"):
        assert ask(server, "/getavatar?" + query).headers["cache-control"] == "no-cache"
    for target, headers in (("/getavatar?userid=nobody", {}), (link, {"Range": "bytes=999999-"}), (link, {"If-Match": '"of-another"'})):
        assert "cache-control" not in ask(server, target, headers).headers


def test_nothing_but_pictures_of_users_comes_out(server):
    put(server, "LocalStorage/Avatars/secret.jpg", SECRET)
    put(server, "LocalStorage/Avatars/" + "0" * 32 + ".jpg", SECRET)  # of the right shape, and nobody's
    put(server, "LocalStorage/secret.jpg", SECRET)
    full = NAME.match(server.links["link"]).group(1) + ".jpg"
    for path in ("secret.jpg", "Avatars/secret.jpg", "LocalStorage/Avatars/secret.jpg", "0" * 32 + ".jpg", "../secret.jpg", "otklik.db",
                 str(server.data / "LocalStorage/secret.jpg"), "/etc/passwd", "file:///etc/passwd", f"Avatars/{full}/../secret.jpg",
                 full + "%00.png", full + "/../secret.jpg", full + "%5C..%5Csecret.jpg", "%2e%2e%2fsecret.jpg", ".", "..", "%", "x" * 5000):
        for target in ("/getavatar?path=" + path, "/getavatar?path=" + quote(path)):
            answer = ask(server, target)
            assert answer.status == 404 and SECRET not in answer.body, target
            assert answer.code == "not_found"


def test_without_a_picture_the_answer_is_404(server):
    for query in ("?userid=maria", "?userid=nobody", "?path=x.jpg"):
        assert ask(server, "/getavatar" + query).status == 404, query
    for query in ("", "?path=&userid="):  # nothing was asked for
        answer = ask(server, "/getavatar" + query)
        assert (answer.status, answer.code) == (400, "bad_request"), query


def test_a_new_picture_takes_the_place_of_the_old_one(server):
    old = set_avatar(server, "olga", png(40, 60))
    new = set_avatar(server, "olga", png(60, 40, lambda x, y: (200, 0, 0, x * 4), alpha=True))
    assert new["link"].endswith(".png&attachment=0")
    assert ask(server, old["link"]).status == 404
    assert size_of(ask(server, new["link"]).body) == (60, 40)
    assert ask(server, new["link96x96"]).headers["content-type"] == "image/png"
    removed = rows(server, "user", "avatar", "olga", "--remove")
    assert removed["link"] == ""
    assert ask(server, new["link"]).status == 404
    assert ask(server, "/getavatar?userid=olga").status == 404
    assert rows(server, "user", "avatar", "olga", "--remove")["link"] == ""


def test_a_removed_user_leaves_no_picture(server):
    server.shell("user", "add", "leaver", input="Secret1\n")
    links = set_avatar(server, "leaver", png(40, 40))
    stem = re.search("[0-9a-f]{32}", links["link"]).group(0)
    server.shell("user", "remove", "leaver")
    assert ask(server, links["link"]).status == 404
    deadline = time.monotonic() + 30
    while any(name.startswith(stem) for name in avatars(server)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("content, status, words", [
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 1, "no JPEG, PNG, WebP or GIF"),
    (b"", 1, "no JPEG, PNG, WebP or GIF"),
    (png(40, 40)[:-20], 1, "damaged or cut short"),
    (png(1, 1)[:16] + b"\0\0\xff\xff\0\0\xff\xff" + png(1, 1)[24:], 1, "damaged or cut short"),  # the checksum tells
])
def test_what_is_no_picture_is_refused_and_changes_nothing(server, content, status, words):
    path = put(server, "bad.bin", content)
    done = server.shell("user", "avatar", "ivan", path, check=False)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1
    assert ask(server, server.links["link"]).status == 200


def test_the_shell_says_what_is_wrong(server, tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(png(10, 10))
    large = tmp_path / "large"
    large.write_bytes(b"x" * (12 << 20))
    for arguments, status, words in (
            (("nobody", picture), 1, 'there is no user "nobody"'), (("ivan", tmp_path / "absent"), 1, "absent"),
            (("ivan", large), 1, "at most"), (("ivan",), 2, "--remove"), (("ivan", picture, "--remove"), 2, ""),
            (("nobody", "--show"), 1, "nobody"), (("nobody", "--remove"), 1, "nobody")):
        done = server.shell("user", "avatar", *arguments, check=False)
        assert done.returncode == status, (arguments, done.stderr)
        assert words in done.stderr
    assert ask(server, server.links["link"]).status == 200


def test_a_large_photograph_goes_through_the_socket(server):
    links = set_avatar(server, "petr", noise(1500, 1300))
    assert (server.data / "from-a-user.bin").stat().st_size > 2_000_000
    assert size_of(ask(server, links["link"]).body) == (332, 288)


def test_the_settings_set_limits_and_draw_for_who_has_none():
    with Server(avatar__pixels="900", avatar__file_size='"3KiB"', default_avatar='"silhouette"') as server:
        for content, words in ((png(31, 30), "31 x 30 pixels; at most 900"), (b"x" * 4000, "at most 3072")):
            done = server.shell("user", "avatar", "ivan", put(server, "bad.bin", content), check=False)
            assert done.returncode == 1 and words in done.stderr
        assert avatars(server) == []
        set_avatar(server, "ivan", png(30, 30))
        assert size_of(ask(server, "/getavatar?userid=ivan").body) == (30, 30)
        figures = set()
        for who in ("maria", "nobody", user_id(server, "maria")):  # alike, so that nobody learns who is a user
            drawn = ask(server, f"/getavatar?userid={who}&attachment=0")
            figures.add((drawn.body, drawn.headers["etag"].removeprefix("W/"), drawn.headers["cache-control"], drawn.headers["content-disposition"]))
            assert (drawn.status, drawn.headers["content-type"], size_of(drawn.body)) == (200, "image/png", (288, 288))
            again = ask(server, f"/getavatar?userid={who}", {"If-Modified-Since": drawn.headers["last-modified"]})
            assert again.status == 304
        assert len(figures) == 1
        assert ask(server, "/getavatar?path=x.jpg").status == 404


def test_the_settings_change_alive():
    with Server() as server:
        picture = put(server, "picture.bin", png(31, 30))
        assert ask(server, "/getavatar?userid=ivan").status == 404
        settings = server.data / "otklik.toml"
        settings.write_text('default_avatar = "silhouette"\navatar.pixels = 929\n')
        settings.chmod(0o600)
        server.shell("config", "reload")
        assert ask(server, "/getavatar?userid=ivan").status == 200
        done = server.shell("user", "avatar", "ivan", picture, check=False)
        assert done.returncode == 1 and "at most 929" in done.stderr
        for bad, words in (("avatar.file_size = \"21 MiB\"", "avatar.file_size"), ("default_avatar = \"cat\"", "default_avatar")):
            settings.write_text(bad + "\n")
            done = server.shell("config", "reload", check=False)
            assert done.returncode != 0 and words in done.stderr
        settings.write_text("avatar.pixels = 930\n")
        server.shell("config", "reload")
        server.shell("user", "avatar", "ivan", picture)
        assert size_of(ask(server, "/getavatar?userid=ivan").body) == (31, 30)
        assert ask(server, "/getavatar?userid=maria").status == 404


def test_initials_are_drawn_where_they_are_wanted():
    with Server(default_avatar='"initials"') as server:
        guid = user_id(server, "maria")
        drawn = ask(server, "/getavatar?userid=maria").body
        assert drawn == ask(server, "/getavatar?userid=" + guid).body
        assert drawn != ask(server, "/getavatar?userid=petr").body
        assert len(drawn) < 20_000


def test_a_picture_is_set_without_a_running_server():
    with Server() as server:
        server.stop()
        links = set_avatar(server, "vera", png(50, 50))
        start_again(server)
        assert size_of(ask(server, links["link"]).body) == (50, 50)


def test_after_a_kill_there_is_the_old_picture_or_the_new_one_whole_and_nothing_else():
    with Server() as server:
        links = set_avatar(server, "ivan", png(50, 50))
        for i in range(6):
            path = put(server, "next.bin", png(51 + i, 50))
            setting = threading.Thread(target=lambda: server.shell("user", "avatar", "ivan", path, check=False))
            before = avatars(server)
            setting.start()
            while i and avatars(server) == before and setting.is_alive():  # as soon as something of it is on the disk
                pass
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            setting.join()  # without a server the shell may have done it itself: that is as good
            start_again(server)
            links = rows(server, "user", "avatar", "ivan", "--show")
            assert size_of(ask(server, links["link"]).body)[0] in range(50, 52 + i)
            assert size_of(ask(server, links["link96x96"]).body) == (96, 96)
            assert size_of(ask(server, links["link32x32"]).body) == (32, 32)
            stem = re.search("[0-9a-f]{32}", links["link"]).group(0)
            deadline = time.monotonic() + 30
            while avatars(server) != [stem + ".jpg", stem + "_32.jpg", stem + "_96.jpg"]:
                assert time.monotonic() < deadline, avatars(server)
                time.sleep(0.05)


@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_a_browser_shows_the_picture(server, tmp_path):
    links = [server.links["link"], server.links["link96x96"], server.links["link32x32"], "/getavatar?userid=ivan"]
    page = "<!doctype html><body>" + "".join(f"<img src='{link.replace('&', '&amp;')}'>" for link in links)
    page += "<script>onload=()=>{document.title=[...document.images].map(i=>i.naturalWidth+'x'+i.naturalHeight).join(' ')}</script>"
    put(server, "www/pictures.html", page.encode())
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                           "--disable-background-networking", "--disable-component-update", "--disable-sync",
                           f"--user-data-dir={tmp_path}", "--virtual-time-budget=10000", "--dump-dom",
                           f"http://{server.address}/pictures.html"],
                          capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)})
    assert "<title>352x200 96x96 32x32 352x200</title>" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
