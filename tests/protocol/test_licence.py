"""The three methods of the licence with a certificate, byte for byte: one that holds, and one that does not."""
import base64
import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.request

import pytest

import program as programs_module
from program import PASSWORD, Program

GOLDEN = pathlib.Path(__file__).parent / "golden"
LANGUAGES = ("en", "ru")
OWNER = "ООО «Ромашка & Ко»"

pytestmark = pytest.mark.skipif(not programs_module.is_real(), reason="the stand-in has no certificates")


def otklik(*arguments):
    done = subprocess.run([os.environ["OTKLIK_BINARY"], *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def get(program, target, login="api"):
    """Status and body."""
    host, port = program.address
    request = urllib.request.Request(f"http://{host}:{port}{target}")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{login}:{PASSWORD}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def program(language):
    running = Program((f'language="{language}"',))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def words(program, tmp_path_factory):
    """What stands in the goldens for what differs from build to build and from machine to machine."""
    folder = tmp_path_factory.mktemp("issuer")
    issuer = json.loads(otklik("licence", "keygen", "--private", folder / "key", "--public", program.data / "licence-keys.pem", "--json"))
    shown = json.loads(otklik("licence", "show", "--json", "--data", program.data))
    return {"folder": folder, "ISSUER": issuer["key"], "MACHINE": shown["thismachine"], "VERSION": shown["version"],
            "REGISTRATION": shown["regserial"]}


def golden(name, words):
    text = (GOLDEN / name).read_bytes().decode()
    for word, value in words.items():
        if word.isupper():
            text = text.replace(word, value)
    return text


def issue(words, name, **options):
    path = words["folder"] / name
    arguments = ["licence", "issue", "--key", words["folder"] / "key", "--registration", "7654321", "--owner", OWNER, "--out", path]
    for option, value in options.items():
        arguments += ["--" + option.replace("_", "-"), value]
    otklik(*arguments)
    return path


@pytest.fixture(scope="module")
def certified(program, words):
    """A certificate for two users at work, bound to this machine; both seats are taken, and a third user was turned away."""
    path = issue(words, "good.xml", versions="0", machine=words["MACHINE"], to="30.11.2199", confirm="01.02.2021",
                 updates="31.12.2198", users="2", operators="1", inner_lines="10", **{"from": "01.01.2020"})
    otklik("licence", "install", path, "--data", program.data)
    assert get(program, "/getversion")[0] == 200
    assert get(program, "/getversion", "ivan")[0] == 403, "no privilege, no seat"
    assert get(program, "/getversion", "Админ")[0] == 200
    subprocess.run([os.environ["OTKLIK_BINARY"], "user", "add", "third", "--role", "web-api", "--data", program.data],
                   input=PASSWORD + "\n", text=True, check=True, timeout=60, capture_output=True)
    status, body = get(program, "/getversion", "third")
    assert status == 503
    assert '<property_simple key="code" value="licence" />' in body
    return program


def test_the_full_text(certified, words, language):
    assert get(certified, "/getlicensefulltext") == (200, golden(f"license-certificate.{language}.txt", words))


def test_the_full_text_as_json(certified, words, language):
    assert get(certified, "/getlicensefulltext?format=json") == (200, golden(f"license-certificate.{language}.json", words))


def test_the_certificate_in_xml_and_json(certified, words):
    assert get(certified, "/getlicensefullxml") == (200, golden("license-certificate.xml", words))
    assert get(certified, "/getlicensefullxml?format=json") == (200, golden("license-certificate.json", words))


@pytest.mark.parametrize("method", ["getlicenseinfo", "getlicensefullxml"])
def test_the_details(certified, method):
    assert get(certified, f"/{method}?detail=regserial") == (200, "7654321")
    assert get(certified, f"/{method}?detail=confirmdate") == (200, "01.02.2021")
    assert get(certified, f"/{method}?detail=updatelimitdate") == (200, "31.12.2198")
    assert get(certified, f"/{method}?detail=confirmdate&format=json") == (200, '{"license":{"confirmdate":"01.02.2021"}}')


def test_who_has_no_seat_sees_the_licence_all_the_same(certified):
    assert get(certified, "/getlicenseinfo?detail=regserial", "third") == (200, "7654321")


def test_a_scenario_tells_in_its_answer_that_there_is_no_seat(certified):
    status, body = get(certified, "/execsvcscript?name=Echo&startparam1=a", "third")
    assert status == 200
    assert '<property_simple key="started" value="0" name="licence" />' in body
    assert '<property_simple key="startresult" value="5" name="licence" />' in body
    status, body = get(certified, "/execsvcscriptplain?name=Echo&startparam1=a", "third")
    assert (status, json.loads(body)["error"]["code"]) == (503, "licence")
    assert get(certified, "/execsvcscriptplain?name=Echo&startparam1=a") == (200, "a")
    assert get(certified, "/hooked.html")[0] == 200, "a hook takes no seat"


def test_a_certificate_that_has_expired_leaves_the_open_licence(certified, words, language):
    """Last: it replaces the certificate of the others."""
    path = issue(words, "expired.xml", to="31.12.2020", **{"from": "01.01.2020"})
    os.replace(path, certified.data / "licence.xml")
    while True:  # the server looks once a second
        status, body = get(certified, "/getlicensefullxml")
        if 'key="state" value="certificate"' not in body:
            break
    assert (status, body) == (200, golden(f"license-refused.{language}.xml", words))
    assert get(certified, "/getlicensefullxml?format=json") == (200, golden(f"license-refused-certificate.{language}.json", words))
    assert get(certified, "/getlicensefulltext") == (200, golden(f"license-refused.{language}.txt", words))
    assert get(certified, "/getlicensefulltext?format=json") == (200, golden(f"license-refused.{language}.json", words))
    assert get(certified, "/getlicenseinfo?detail=confirmdate") == (200, "31.12.9999")
    assert get(certified, "/getversion", "third")[0] == 200
