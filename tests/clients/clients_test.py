"""Clients that integrators use, as they come out of the package, and the examples of docs/integrators.md as they stand."""

import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from otklik_server import PASSWORD, Server  # noqa: E402

PAGES = ("integrators.md", "integrators.ru.md")


def scenarios(data):
    folder = data / "scenarios"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "Размещение.lua").write_text("return startparam1\n")


@pytest.fixture(scope="module")
def server():
    with Server(before_start=scenarios) as running:
        yield running


@pytest.fixture(scope="module")
def asking():
    """A server that asks with 401."""
    with Server(before_start=scenarios, auth_challenge="true") as running:
        yield running


def client(*command, **options):
    if not shutil.which(command[0]):
        pytest.fail(f"{command[0]} is not installed: packaging/debian/test.packages names what the tests need")
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def echo(server, value="Hello"):
    return server.url(f"/execsvcscriptplain?name=Echo&startparam1={value}")


def test_curl_takes_login_and_password_from_the_address(server):
    done = client("curl", "-sS", echo(server))
    assert (done.stdout, done.returncode) == ("Hello", 0), done.stderr


def test_php_takes_login_and_password_from_the_address(server):
    done = client("php", "-r", "echo file_get_contents($argv[1]);", "--", echo(server))
    assert done.stdout == "Hello", done.stderr


def test_wget_gets_403_and_with_a_challenge_the_answer(server, asking):
    refused = client("wget", "-qO-", "--tries=1", echo(server))
    assert refused.returncode != 0 and refused.stdout == ""
    assert client("wget", "-qO-", "--tries=1", "--auth-no-challenge", echo(server)).stdout == "Hello"
    assert client("wget", "-qO-", "--tries=1", echo(asking)).stdout == "Hello"


def test_urllib_needs_the_header_or_a_challenge(server, asking):
    path = "/execsvcscriptplain?name=Echo&startparam1=Hello"
    header = "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()
    assert server.get(path, {"Authorization": header}).read() == b"Hello"
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get(path)
    assert refused.value.code == 403 and "WWW-Authenticate" not in refused.value.headers

    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    # The library knows Latin-1 only, so the token's user gets a plain password.
    asking.shell("user", "add", "plain", "--role", "web-api", input="Plain-Secret1\n")
    passwords.add_password(None, f"http://{asking.address}/", "plain", "Plain-Secret1")
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    assert opener.open(f"http://{asking.address}{path}", timeout=30).read() == b"Hello"


def test_a_challenge_is_only_for_a_missing_header(asking):
    with pytest.raises(urllib.error.HTTPError) as missing:
        asking.get("/getversion")
    assert missing.value.code == 401 and missing.value.headers["WWW-Authenticate"].startswith("Basic ")
    with pytest.raises(urllib.error.HTTPError) as wrong:
        asking.get("/getversion", {"Authorization": "Basic " + base64.b64encode(b"api:wrong").decode()})
    assert wrong.value.code == 403


def test_strict_xml_readers_need_the_switch(server):
    header = {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}
    body = server.get("/execsvcscript?name=Echo&startparam1=abcdef", header).read()
    assert body.startswith(b'<?xml version="1.0" encoding="utf-16"?>')
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(body)
    truthful = server.get("/execsvcscript?name=Echo&startparam1=abcdef&xmlencoding=utf-8", header).read()
    assert ElementTree.fromstring(truthful).find(".//property_simple[@key='returnvalue']").get("name") == "abcdef"
    utf16 = server.get("/execsvcscript?name=Echo&startparam1=abcdef&xmlencoding=utf-16", header).read()
    assert utf16[:2] == b"\xff\xfe" and "abcdef" in utf16.decode("utf-16")
    as_json = json.loads(server.get("/execsvcscript?name=Echo&startparam1=abcdef&format=json", header).read())
    assert "abcdef" in json.dumps(as_json)


def blocks(page, language):
    """Code of a page's examples: under the heading of that name, or fenced with that word."""
    text = (ROOT / "docs" / page).read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def under(page, heading):
    text = (ROOT / "docs" / page).read_text()
    return re.search(rf"### {heading}\n+```\w*\n(.*?)```", text, re.S).group(1)


def ready(code, server, token=""):
    password = urllib.parse.quote(PASSWORD)
    code = re.sub(r"api:(PASSWORD|ПАРОЛЬ)@", f"api:{password}@", code)  # in an address
    code = code.replace("127.0.0.1:4055", server.address).replace("TOKEN", token).replace("ТОКЕН", token)
    return re.sub(r"\b(PASSWORD|ПАРОЛЬ)\b", PASSWORD, code)


@pytest.fixture(scope="module")
def token(server):
    made = json.loads(server.shell("token", "create", "api", "--name", "examples", "--json").stdout)
    return next(value for key, value in made.items() if key in ("token", "secret"))


@pytest.mark.parametrize("page", PAGES)
def test_the_curl_examples_work_as_printed(server, token, page):
    lines = [line for line in under(page, "curl").splitlines() if line.strip()]
    assert len(lines) == 4
    for line in lines:
        done = subprocess.run(["/bin/bash", "-c", ready(line, server, token).replace("curl ", "curl -sSf ", 1)],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES)
def test_the_php_example_works_as_printed(server, page):
    (code,) = blocks(page, "php")
    done = client("php", "-r", ready(code, server))
    if "simplexml_load_string" in done.stderr + done.stdout:
        pytest.skip("php is here without SimpleXML")
    assert done.stdout in ("Helloabcdef", "Приветabcdef"), done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_python_example_works_as_printed(server, page):
    (code,) = blocks(page, "python")
    done = client("/usr/bin/python3", "-c", ready(code, server))
    assert done.stdout in ("Hello\nabcdef\n", "Привет\nabcdef\n"), done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_javascript_example_works_as_printed(server, token, page):
    (code,) = blocks(page, "js")
    done = client("node", "--input-type=module", "-e", ready(code, server, token))
    assert "Привет" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_page_with_a_hook_works_as_printed(server, page):
    hook = next(code for code in blocks(page, "json") if "scriptname" in code)
    name = json.loads(hook)["scriptname"]
    (server.data / "scenarios" / f"{name}.lua").write_text('return startparam2 .. ":" .. startparam1\n')
    (server.data / "www" / "price.html").write_text("never sent")
    (server.data / "www" / "price.html.execsvcscriptplain").write_text(hook)
    request = urllib.request.Request(f"http://{server.address}/price.html", data=b"apples", headers={"Content-Type": "text/plain"})
    expected = json.loads(hook)["parameter2"] + ":apples"

    def answer():
        return urllib.request.urlopen(request, timeout=30).read().decode()

    assert answer() == expected
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get("/price.html.execsvcscriptplain")
    assert refused.value.code in (403, 404)
    (server.data / "www" / "price.html.execsvcscriptplain").unlink()
