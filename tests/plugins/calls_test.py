"""Calls of the example plugins, one for each SDK: over HTTP, from a scenario, and back to the server."""

import base64
import json
import pathlib
import sys
import threading
import time
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from plugin_folder import GREETER, HELLO, PASSWORD, Server, call, listed, put_example, request  # noqa: E402

DAYS = "8e0f9a21-2b3c-4d4e-8f50-6b7c8d9e0f1a"
COLLEAGUES = "9f10ab32-3c4d-4e5f-9061-7c8d9e0f1a2b"
ECHO_BY_SCENARIO = "a021bc43-4d5e-4f60-8172-8d9e0f1a2b3c"
PHONE = "3a2d4b5f-6c7e-4d8f-9a01-b2c3d4e5f607"
NORMALISE = "b132cd54-5e6f-4071-9283-9e0f1a2b3c4d"
WATCHER = "4b3e5c60-7d8f-4e90-8b12-c3d4e5f60718"
LAST = "c243de65-6f70-4182-a394-0f1a2b3c4d5e"


def make_plugins(data):
    for name in ("greeter-python", "phone-cpp", "watcher-node"):
        put_example(data, name)
    (data / "scenarios").mkdir(exist_ok=True)
    (data / "scenarios/AskPhone.lua").write_text("""
local outputs, why, code = plugin.call(param[1], param[2], param[3] ~= "" and json.decode(param[3]) or nil, {timeout = 20})
if not outputs then return code .. ": " .. why, 502 end
return json.encode(outputs)
""")
    (data / "scenarios/Impatient.lua").write_text("""
local outputs, why, code = plugin.call("Greeter", "hello", {who = "x"}, {timeout = 0})
return tostring(outputs and outputs.text) .. "|" .. tostring(code)
""")


@pytest.fixture(scope="module")
def server():
    with Server(before_start=make_plugins, **{"plugins.restart_most": '"100 ms"'}) as running:
        yield running


def test_each_sdk_answers(server):
    assert call(server, GREETER, HELLO, {"who": "Анна"}) == (200, {"text": "Hello, Анна!", "length": 12})
    assert call(server, PHONE, NORMALISE, {"number": "8 (912) 345-67-89"}) == (
        200, {"number": "+79123456789", "is_valid": True, "digits": 11})
    status, answer = call(server, WATCHER, LAST, {"count": 0})
    assert status == 200 and answer["runs"] == [] and isinstance(answer["seen"], int)


def test_outputs_come_in_the_order_of_the_manifest_and_are_not_cached(server):
    status, answer, headers = request(
        server, "/execpluginmethod?" + urllib.parse.urlencode({"idmodule": PHONE.upper(), "idform": "{" + NORMALISE.upper() + "}",
                                                               "inputparams": '{"number":"+1 (212) 555 0100"}'}))
    assert list(answer) == ["number", "is_valid", "digits"]
    assert headers["Content-Type"] == "application/json; charset=utf-8" and headers["Cache-Control"] == "no-cache"


def test_defaults_are_filled_in_and_null_may_be_one(server):
    assert call(server, GREETER, HELLO) == (200, {"text": "Hello, world!", "length": 13})
    assert call(server, GREETER, HELLO, raw="") == (200, {"text": "Hello, world!", "length": 13})
    assert call(server, GREETER, DAYS, {"date": "2026-11-22", "today": "2026-11-20 10:00:00"}) == (200, {"days": 2, "is_past": False})
    assert call(server, GREETER, DAYS, {"date": "2001-01-01"})[1]["is_past"] is True
    assert call(server, GREETER, DAYS, {"date": "2001-01-01", "today": None})[1]["is_past"] is True


def test_base64_comes_in_both_alphabets_with_spaces_for_plus_and_wins(server):
    inputs = json.dumps({"who": "?>?>~~ÿ"}, ensure_ascii=False).encode()
    expected = (200, {"text": "Hello, ?>?>~~ÿ!", "length": 15})
    standard = base64.b64encode(inputs).decode()
    assert "+" in standard or "/" in standard
    for text in (standard, standard.replace("+", " "), base64.urlsafe_b64encode(inputs).decode(), standard.rstrip("=")):
        assert call(server, GREETER, HELLO, inputparamsb64=text) == expected, text
    assert call(server, GREETER, HELLO, {"who": "other"}, inputparamsb64=standard) == expected
    assert call(server, GREETER, HELLO, {"who": "other"}, inputparamsb64="*") == (400, "bad_request", "inputparamsb64 is no base64")


def test_inputs_are_checked_by_name(server):
    for inputs, why in [({"whom": "x"}, 'the input "whom" is not declared; did you mean "who"?'), ({"who": 5}, 'the input "who" is no string'),
                        ({"who": None}, 'the input "who" is no string')]:
        assert call(server, GREETER, HELLO, inputs) == (400, "bad_request", why)
    assert call(server, PHONE, NORMALISE, {}) == (400, "bad_request", 'the input "number" is missing')
    assert call(server, PHONE, NORMALISE) == (400, "bad_request", 'the input "number" is missing')
    assert call(server, GREETER, DAYS, {"date": "22.11.2026"}) == (400, "bad_request", 'the input "date" is no date')
    assert call(server, GREETER, HELLO, raw="[]") == (400, "bad_request", "the inputs are no JSON object")
    assert call(server, GREETER, HELLO, raw='{"who":')[:2] == (400, "bad_request")


def test_ids_are_checked(server):
    nobody = "99999999-9999-4999-8999-999999999999"
    assert call(server, nobody, HELLO) == (404, "not_found", "there is no such plugin")
    assert call(server, GREETER, nobody) == (404, "not_found", "the plugin has no such form")
    assert call(server, "Greeter", HELLO) == (400, "bad_request", "idmodule is no GUID")
    assert call(server, GREETER, "hello") == (400, "bad_request", "idform is no GUID")
    assert call(server, "", HELLO) == (400, "bad_request", "idmodule is missing")
    assert call(server, GREETER, "") == (400, "bad_request", "idform is missing")


def test_a_refusal_of_a_form_reaches_the_caller_and_a_mistake_in_it_does_not(server):
    assert call(server, GREETER, DAYS, {"date": "9999-01-01"}) == (502, "failed", "the plugin answers: that is not in this life")
    assert call(server, GREETER, DAYS, {"date": "2026-01-01", "today": "2026-01-01 00:00:00"}) == (200, {"days": 0, "is_past": False})
    assert call(server, WATCHER, LAST, {"count": -1}) == (502, "failed", "the plugin answers: count cannot be negative")


def test_large_inputs_go_by_post_and_too_large_ones_nowhere(server):
    who = "ж" * 300_000
    assert call(server, GREETER, HELLO, {"who": who}, post=True) == (200, {"text": f"Hello, {who}!", "length": 300_008})
    assert call(server, PHONE, NORMALISE, {"number": "1" * 500_000}, post=True) == (
        200, {"number": "", "is_valid": False, "digits": 500_000})
    assert call(server, GREETER, HELLO, {"who": "x" * 1_100_000}, post=True) == (413, "too_large", "the inputs are too large")


def test_without_authorization_nothing_is_called(server):
    import urllib.error
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get(f"/execpluginmethod?idmodule={GREETER}&idform={HELLO}")
    assert refused.value.code == 403


def test_many_calls_are_under_way_at_once(server):
    answers = {}

    def ask(number):
        answers[number] = call(server, (GREETER, PHONE)[number % 2], (HELLO, NORMALISE)[number % 2],
                               ({"who": str(number)}, {"number": f"+7000000{number:04}"})[number % 2])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(200):
        status, answer = answers[number]
        assert status == 200
        assert answer.get("text", answer.get("number")) == (f"Hello, {number}!", f"+7000000{number:04}")[number % 2]


def script(server, name, *parameters):
    fields = {"name": name, **{f"startparam{i + 1}": p for i, p in enumerate(parameters)}}
    import urllib.error
    try:
        with server.get("/execsvcscriptplain?" + urllib.parse.urlencode(fields), headers={
                "Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_scenario_calls_by_names_or_ids_with_the_same_checks(server):
    assert script(server, "AskPhone", "Phone", "normalise", '{"number":"8 912 3456789"}') == (
        200, '{"digits":11,"is_valid":true,"number":"+79123456789"}')
    assert script(server, "AskPhone", GREETER, HELLO) == (200, '{"length":13,"text":"Hello, world!"}')
    assert script(server, "AskPhone", "Watcher", "last", '{"count":0}')[0] == 200
    assert script(server, "AskPhone", "Phone", "normalise", '{"nummer":"1"}') == (
        502, 'bad_request: the input "nummer" is not declared; did you mean "number"?')
    assert script(server, "AskPhone", "Nobody", "x") == (502, "not_found: there is no such plugin")
    assert script(server, "AskPhone", "Phone", "x") == (502, "not_found: the plugin has no such form")
    assert script(server, "Impatient")[1] in ("nil|timeout", "Hello, x!|nil")  # no patience: either is right


def test_a_plugin_calls_back_with_the_rights_of_its_role(server):
    server.shell("plugin", "grant", "Greeter", "--nothing")
    refusal = (502, "failed", "the plugin answers: the role of the plugin needs the privilege {}")
    assert call(server, GREETER, COLLEAGUES) == (*refusal[:2], refusal[2].format("supervise"))
    assert call(server, GREETER, ECHO_BY_SCENARIO, {"text": "x"}) == (*refusal[:2], refusal[2].format("webapi.execute"))
    server.shell("plugin", "grant", "Greeter", "supervisor")
    status, answer = call(server, GREETER, COLLEAGUES)
    assert status == 200 and {"admin", "api", "ivan", "olga"} <= set(answer["logins"]) and answer["count"] == len(answer["logins"])
    server.shell("plugin", "grant", "Greeter", "web-api")
    assert call(server, GREETER, ECHO_BY_SCENARIO, {"text": "эхо"}) == (200, {"text": "эхо"})
    runs = [json.loads(line) for line in server.shell("events", "--type", "script_started", "--json").stdout.splitlines()]
    assert any(e["data"]["code"] == 1028 and e["data"]["login"] == "plugin:Greeter" for e in runs)


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def test_a_plugin_hears_of_events_and_goes_on_where_it_was(server):
    server.shell("plugin", "grant", "Watcher", "supervisor")
    wait_for(lambda: (server.data / f"plugins/.state/{WATCHER}.cursor").exists())
    seen = lambda: call(server, WATCHER, LAST)[1]["seen"]  # noqa: E731
    assert script(server, "Echo", "1") == (200, "1")
    wait_for(lambda: seen() >= 1)
    # What happens while it is not there is not lost, and nothing is counted twice.
    before = seen()
    server.shell("plugin", "restart", "Watcher")
    for _ in range(5):
        script(server, "Echo", "2")
    wait_for(lambda: seen() == before + 5)
    import os
    import signal
    os.kill(listed(server, WATCHER)["pid"], signal.SIGKILL)
    for _ in range(250):  # more than one batch
        script(server, "Echo", "3")
    wait_for(lambda: call(server, WATCHER, LAST)[0] == 200 and seen() == before + 255)
    newest = call(server, WATCHER, LAST, {"count": 1})[1]
    assert newest["runs"][0]["scenario"] == "Echo" and newest["last"] == newest["runs"][0]


def test_figures_tell_of_plugins(server):
    admin = next(line.split()[-1] for line in server.output if line.startswith("listening admin"))
    import urllib.request
    metrics = urllib.request.urlopen(f"{admin}/metrics").read().decode()
    assert "otklik_plugins 3" in metrics and 'otklik_plugin_calls_ended_total{how="answered"}' in metrics
