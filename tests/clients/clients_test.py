"""Clients that integrators use, as they come out of the package: what each sends by itself is answered."""

import base64
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from browser import browse  # noqa: E402
from client import client  # noqa: E402
from otklik_server import PASSWORD, Server  # noqa: E402

# As the vendor's description prints it.
EXAMPLE = "/execsvcscript?name=SvcScript1&startparam1=123&startparam2=234&async=0&timeout=10"
VALUE = ('name="{&quot;startparam1&quot;:&quot;123&quot;,&quot;startparam2&quot;:&quot;234&quot;,'
         '&quot;startparam3&quot;:&quot;&quot;,&quot;startparam4&quot;:&quot;&quot;,'
         '&quot;startparam5&quot;:&quot;&quot;}"')
AUTHORIZATION = {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}


def files(data):
    for folder in ("scenarios", "RecordedFiles/20260102"):
        (data / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    (data / "scenarios" / "Эхо [1] (тест).lua").write_text("return startparam1\n")
    (data / "RecordedFiles" / "20260102" / "mix.mp3").write_bytes(b"sound")


@pytest.fixture(scope="module")
def server():
    with Server(before_start=files) as running:
        yield running


@pytest.fixture(scope="module")
def asking():
    """A server that asks with 401. Its clients know Latin-1 only, so that there is a user with a plain password."""
    with Server(before_start=files, auth_challenge="true") as running:
        running.shell("user", "add", "plain", "--role", "web-api", input="Plain-Secret1\n")
        yield running


def echo(value="Hello"):
    return "/execsvcscriptplain?" + urllib.parse.urlencode({"name": "Echo", "startparam1": value})


def test_curl_takes_login_and_password_from_the_address(server):
    done = client("curl", "-sS", "--fail", server.url(EXAMPLE))
    assert done.returncode == 0 and VALUE in done.stdout, done.stderr


def test_curl_posts_a_form_and_nothing(server):
    form = client("curl", "-sS", "--data-urlencode", "startparam1=ж&я", server.url("/execsvcscriptplain?name=Echo"))
    assert form.stdout == "ж&я"
    assert client("curl", "-sS", "-X", "POST", server.url(echo("a"))).stdout == "a"


def test_curl_posts_a_body_large_enough_to_ask_first(server):
    text = "x" * 100_000
    done = client("curl", "-sS", "-H", "Expect: 100-continue", "-d", "startparam1=" + text,
                  server.url("/execsvcscriptplain?name=Echo"))
    assert done.stdout == text


def test_curl_without_a_login_is_forbidden(server):
    done = client("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"http://{server.address}{EXAMPLE}")
    assert done.stdout == "403"


def test_curl_negotiates_once_there_is_a_challenge(asking):
    done = client("curl", "-sS", "--anyauth", "-u", f"api:{PASSWORD}", f"http://{asking.address}{echo()}")
    assert done.stdout == "Hello", done.stderr


def test_curl_resumes_a_download(server, tmp_path):
    target = tmp_path / "mix.mp3"
    target.write_bytes(b"so")
    url = server.url("/download/byscript?name=Echo&startparam1=RecordedFiles/20260102/mix.mp3")
    done = client("curl", "-sS", "-C", "-", "-o", str(target), url)
    assert done.returncode == 0 and target.read_bytes() == b"sound", done.stderr


def test_wget_gets_403_and_with_a_challenge_the_answer(server, asking):
    refused = client("wget", "-qO-", "--tries=1", server.url(echo()))
    assert refused.returncode != 0 and refused.stdout == ""
    assert client("wget", "-qO-", "--tries=1", "--auth-no-challenge", server.url(echo())).stdout == "Hello"
    assert client("wget", "-qO-", "--tries=1", asking.url(echo())).stdout == "Hello"


def test_a_browser_is_let_in_by_its_address_once_it_is_asked(server, asking, tmp_path):
    assert "Hello" not in browse(server.url(echo()), tmp_path / "refused")
    assert "Hello" in browse(asking.url(echo()), tmp_path / "asked")


def test_php_file_functions_take_login_and_password_from_the_address(server):
    done = client("php", "-r", "echo file_get_contents($argv[1]);", "--", server.url(EXAMPLE))
    assert VALUE in done.stdout, done.stderr


def test_php_reads_the_value_by_a_regular_expression(server):
    code = """preg_match('/key="returnvalue" name="([^"]*)"/', file_get_contents($argv[1]), $m); echo $m[1];"""
    done = client("php", "-r", code, "--", server.url("/execsvcscript?name=Echo&startparam1=abcdef"))
    assert done.stdout == "abcdef", done.stderr


def test_urllib_with_the_header(server):
    target = "/execsvcscriptplain?" + urllib.parse.urlencode({"name": "Эхо [1] (тест)", "startparam1": "ж"})
    assert server.get(target, AUTHORIZATION).read().decode() == "ж"


def test_urllib_without_the_header_is_forbidden(server):
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get(EXAMPLE)
    assert refused.value.code == 403 and "WWW-Authenticate" not in refused.value.headers


def test_urllib_answers_the_challenge(asking):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, f"http://{asking.address}/", "plain", "Plain-Secret1")
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    assert opener.open(f"http://{asking.address}{echo()}", timeout=30).read() == b"Hello"


def test_a_challenge_is_only_for_a_missing_header(asking):
    with pytest.raises(urllib.error.HTTPError) as missing:
        asking.get("/getversion")
    assert missing.value.code == 401 and missing.value.headers["WWW-Authenticate"].startswith("Basic ")
    with pytest.raises(urllib.error.HTTPError) as wrong:
        asking.get("/getversion", {"Authorization": "Basic " + base64.b64encode(b"api:wrong").decode()})
    assert wrong.value.code == 403


def returned(document):
    return document.find(".//property_simple[@key='returnvalue']").get("name")


def test_a_client_that_reads_text_parses_the_answer(server):
    text = server.get("/execsvcscript?name=Echo&startparam1=%D0%B6", AUTHORIZATION).read().decode()
    assert returned(ElementTree.fromstring(text.partition("?>")[2])) == "ж"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_strict_reader_of_bytes_wants_the_truth(server, encoding):
    target = "/execsvcscript?name=Echo&startparam1=%D0%B6"
    untrue = server.get(target, AUTHORIZATION).read()
    assert untrue.startswith(b'<?xml version="1.0" encoding="utf-16"?>')
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(untrue)
    truthful = server.get(f"{target}&xmlencoding={encoding}", AUTHORIZATION).read()
    assert (truthful[:2] == b"\xff\xfe") == (encoding == "utf-16")
    assert returned(ElementTree.fromstring(truthful)) == "ж"


def test_a_client_may_have_json(server):
    answer = server.get("/execsvcscript?name=Echo&startparam1=abcdef&format=json", AUTHORIZATION).read()
    assert "abcdef" in json.dumps(json.loads(answer))
