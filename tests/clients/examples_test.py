"""The examples of docs/integrators.md and its Russian page, run as they are printed there."""

import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from client import client  # noqa: E402
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
    code, _ = blocks(page, "php")
    done = client("php", "-r", ready(code, server))
    assert done.stdout in ("Helloabcdef", "Приветabcdef"), done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_python_example_works_as_printed(server, page):
    code, _ = blocks(page, "python")
    done = client("/usr/bin/python3", "-c", ready(code, server))
    assert done.stdout in ("Hello\nabcdef\n", "Привет\nabcdef\n"), done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_javascript_example_works_as_printed(server, token, page):
    code, _ = blocks(page, "js")
    done = client("node", "--input-type=module", "-e", ready(code, server, token))
    assert "Привет" in done.stdout, done.stdout + done.stderr


UPLOADED = "report\n"


@pytest.fixture
def report(tmp_path):
    """A folder with the file that the examples upload."""
    (tmp_path / "report.txt").write_text(UPLOADED)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_the_curl_examples_of_an_upload_work_as_printed(server, report, page):
    lines = [line for line in under(page, "curl, (?:an upload|загрузка)").splitlines() if line.strip()]
    answers = []
    for line in lines:
        done = subprocess.run(["/bin/bash", "-c", ready(line, server).replace("curl ", "curl -sSf ", 1)],
                              capture_output=True, text=True, timeout=60, cwd=report)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        answers.append(done.stdout)
    assert len(answers) == 3 and answers[2] == "7"
    assert re.search(r'path="LocalStorage/Reports/report( \(2\))?\.txt"', answers[0])  # (2) for the second page
    for answer in answers[:2]:
        assert (server.data / re.search(r'path="([^"]*)"', answer).group(1)).read_text() == UPLOADED


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language, command", [("php", ("php", "-r")), ("python", ("/usr/bin/python3", "-c")),
                                               ("js", ("node", "--input-type=module", "-e"))])
def test_the_examples_of_an_upload_work_as_printed(server, token, report, page, language, command):
    _, code = blocks(page, language)
    done = client(*command, ready(code, server, token), cwd=report)
    assert done.stdout.startswith("LocalStorage/"), done.stdout + done.stderr
    assert (server.data / done.stdout.strip()).read_text() == UPLOADED


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
