"""Hooks that come, change and go while the program runs, and what the log says of them."""
import base64
import http.client
import json

import pytest

import program as program_module
from program import Program


@pytest.fixture
def own():
    program = Program()
    yield program
    assert program.stop() == 0


def get(program, target, method="GET"):
    connection = http.client.HTTPConnection(*program.address, timeout=60)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def hook(program, name, text):
    path = program.data / "www" / (name + ".execsvcscriptplain")
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def test_a_hook_is_picked_up_changed_and_dropped_without_a_restart(own):
    page = own.data / "www" / "fresh.html"
    page.write_text("one")
    assert get(own, "/fresh.html") == (200, "one")
    page.write_text("two")
    assert get(own, "/fresh.html") == (200, "two")
    path = hook(own, "fresh.html", {"scriptname": "Echo", "parameter1": "first"})
    assert get(own, "/fresh.html") == (200, "first")
    for number in range(20):
        hook(own, "fresh.html", {"scriptname": "Echo", "parameter1": f"turn {number:02}"})
        assert get(own, "/fresh.html") == (200, f"turn {number:02}"), "same size, written at once"
    path.unlink()
    assert get(own, "/fresh.html") == (200, "two")
    page.unlink()
    assert get(own, "/fresh.html")[0] == 404


def test_the_log_names_a_broken_hook_and_its_error_and_no_answer_does(own):
    hook(own, "cracked.html", '{"scriptname": "Echo", "timeout": "ten"}')
    status, body = get(own, "/cracked.html")
    assert status == 500
    assert "timeout" not in body and "execsvcscriptplain" not in body and str(own.data) not in body
    log = own.log_text()
    assert "cracked.html.execsvcscriptplain" in log and "timeout is not a number" in log


def test_no_password_is_in_any_log(own):
    for authorization in ("api:" + program_module.PASSWORD, "api:wrong-secret", "nobody:other-secret"):
        connection = http.client.HTTPConnection(*own.address, timeout=60)
        connection.request("GET", "/execsvcscriptplain?name=Values&startparam2=odd&startparam3=odd", headers={
            "Authorization": "Basic " + base64.b64encode(authorization.encode()).decode()})
        connection.getresponse().read()
        connection.close()
    log = own.log_text()
    assert "wrong-secret" not in log and "other-secret" not in log and "Basic " not in log
    for authorization in ("api:wrong-secret", "nobody:other-secret"):
        assert base64.b64encode(authorization.encode()).decode() not in log


def test_the_administrative_listener_answers_without_authorization(own):
    connection = http.client.HTTPConnection(*own.admin, timeout=60)
    for target, start in (("/healthz", "ok"), ("/readyz", "ready"), ("/metrics", "# HELP ")):
        connection.request("GET", target)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read().decode().startswith(start)
    connection.request("GET", "/getversion")
    answer = connection.getresponse()
    assert answer.status == 404
    connection.close()


def test_the_public_listener_shows_nothing_of_the_administrative_one(own):
    for target in ("/healthz", "/readyz", "/metrics"):
        assert get(own, target)[0] == 404
