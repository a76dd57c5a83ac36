"""The clients of the description and of the field, as they are: the program is called by their own command lines."""
import base64
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree
import xml.parsers.expat

import pytest

from program import PASSWORD

CHALLENGE = ("auth_challenge=true",)
EXAMPLE = "/execsvcscript?name=SvcScript1&startparam1=123&startparam2=234&async=0&timeout=10"
VALUE = ('name="{&quot;startparam1&quot;:&quot;123&quot;,&quot;startparam2&quot;:&quot;234&quot;,'
         '&quot;startparam3&quot;:&quot;&quot;,&quot;startparam4&quot;:&quot;&quot;,'
         '&quot;startparam5&quot;:&quot;&quot;}"')


def run(*command):
    if shutil.which(command[0]) is None:
        pytest.fail(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_curl_takes_the_url_of_the_description(program):
    status, out, _ = run("curl", "-sS", "--fail", program.url(EXAMPLE))
    assert status == 0 and VALUE in out


def test_curl_posts_a_form_and_nothing(program):
    _, out, _ = run("curl", "-sS", "--data-urlencode", "startparam1=ж&я", program.url("/execsvcscriptplain?name=Echo"))
    assert out == "ж&я"
    _, out, _ = run("curl", "-sS", "-X", "POST", program.url("/execsvcscriptplain?name=Echo&startparam1=a"))
    assert out == "a"


def test_curl_posts_a_body_large_enough_to_ask_first(program):
    text = "x" * 100_000
    _, out, _ = run("curl", "-sS", "-H", "Expect: 100-continue", "-d", "startparam1=" + text,
                    program.url("/execsvcscriptplain?name=Echo"))
    assert out == text


def test_curl_without_a_login_is_forbidden(program):
    _, out, _ = run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", program.url(EXAMPLE, login=None))
    assert out == "403"


def test_curl_negotiates_once_there_is_a_challenge(programs):
    url = programs(CHALLENGE).url("/execsvcscriptplain?name=Echo&startparam1=a", login=None)
    _, out, _ = run("curl", "-sS", "--anyauth", "-u", f"api:{PASSWORD}", url)
    assert out == "a"


def test_curl_resumes_a_download(program, tmp_path):
    target = tmp_path / "mix.mp3"
    target.write_bytes(b"so")
    url = program.url("/download/byscript?name=Echo&startparam1=RecordedFiles/20260102/mix.mp3")
    status, _, _ = run("curl", "-sS", "-C", "-", "-o", str(target), url)
    assert status == 0 and target.read_bytes() == b"sound"


def test_wget_needs_the_challenge(programs):
    target = "/execsvcscriptplain?name=Echo&startparam1=a"
    status, out, _ = run("wget", "-qO-", programs(CHALLENGE).url(target))
    assert (status, out) == (0, "a")
    status, _, _ = run("wget", "-qO-", programs().url(target))
    assert status != 0
    status, out, _ = run("wget", "-qO-", "--auth-no-challenge", programs().url(target))
    assert (status, out) == (0, "a")


def test_php_file_functions_take_the_url_of_the_description(program):
    status, out, _ = run("php", "-r", "echo file_get_contents($argv[1]);", "--", program.url(EXAMPLE))
    assert status == 0 and VALUE in out


def test_php_reads_the_value_by_a_regular_expression(program):
    code = """preg_match('/key="returnvalue" name="([^"]*)"/', file_get_contents($argv[1]), $m); echo $m[1];"""
    _, out, _ = run("php", "-r", code, "--", program.url("/execsvcscript?name=Echo&startparam1=abcdef"))
    assert out == "abcdef"


def fetch(url, headers=None, data=None):
    with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=60) as answer:
        return answer.read()


def basic():
    return {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}


def test_urllib_with_the_header(program):
    url = program.url("/execsvcscriptplain?" + urllib.parse.urlencode({"name": "Эхо [1] (тест)", "startparam1": "ж"}),
                      login=None)
    assert fetch(url, basic()).decode() == "ж"


def test_urllib_without_the_header_is_forbidden(program):
    with pytest.raises(urllib.error.HTTPError) as error:
        fetch(program.url(EXAMPLE, login=None))
    assert error.value.code == 403
    error.value.close()


def test_urllib_answers_the_challenge(programs):
    url = programs(CHALLENGE).url("/execsvcscriptplain?name=Echo&startparam1=a", login=None)
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, "api", PASSWORD)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    with opener.open(url, timeout=60) as answer:
        assert answer.read() == b"a"


def test_a_client_that_reads_text_parses_the_answer(program):
    text = fetch(program.url("/execsvcscript?name=Echo&startparam1=%D0%B6", login=None), basic()).decode("utf-8")
    value = xml.etree.ElementTree.fromstring(text.partition("?>")[2]).find(".//property_simple[@key='returnvalue']")
    assert value.get("name") == "ж"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_strict_reader_of_bytes_wants_the_truth(program, encoding):
    url = program.url("/execsvcscript?name=Echo&startparam1=%D0%B6", login=None)
    with pytest.raises((xml.etree.ElementTree.ParseError, xml.parsers.expat.ExpatError)):
        xml.etree.ElementTree.fromstring(fetch(url, basic()))
    truthful = xml.etree.ElementTree.fromstring(fetch(url + "&xmlencoding=" + encoding, basic()))
    assert truthful.find(".//property_simple[@key='returnvalue']").get("name") == "ж"
