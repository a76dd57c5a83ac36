"""Lines, numbers and trunks from the shell, users' states over HTTP, and what of it outlasts a restart."""

import base64
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


def as_json(server, *arguments, **options):
    return json.loads(server.shell(*arguments, "--json", **options).stdout)


def refused(server, *arguments, **options):
    done = server.shell(*arguments, check=False, **options)
    assert done.returncode == 1, done
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("otklik: "), done.stderr
    return lines[0]


def get(server, path, **parameters):
    """Status, headers and body."""
    query = urllib.parse.urlencode(parameters)
    request = urllib.request.Request(f"http://{server.address}/{path}?{query}")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def events(server, kind):
    done = server.shell("events", "--type", kind)
    return [json.loads(line)["data"] for line in done.stdout.splitlines()]


# --- lines -------------------------------------------------------------------------------------------------------------

def test_lists_the_demo_companys_lines_with_exactly_the_fields_that_scripts_rely_on(server):
    lines = as_json(server, "line", "list")
    demo = [line for line in lines if line["user_login"]]
    assert [line["number"] for line in demo] == ["16001", "16002", "16003", "16004", "16005", "16006"]
    assert [line["user_login"] for line in demo] == ["ivan", "maria", "petr", "olga", "vera", "admin"]
    for line in lines:
        assert list(line) == ["number", "user_login", "workplace", "sip_user", "sip_password", "sip_server", "registered"]
        assert line["registered"] is False
    assert len({line["sip_password"] for line in demo}) == 6
    assert all(len(line["sip_password"]) >= 20 and line["sip_password"] != PASSWORD for line in demo)


def test_prints_what_phones_need_where_it_prints_logins(server):
    printed = "\n".join(server.output)
    for line in as_json(server, "line", "list"):
        if line["user_login"]:
            assert line["sip_password"] in printed


def test_adds_shows_changes_and_removes_a_line(server):
    added = as_json(server, "line", "add", "16100", "--user", "api", "--workplace", "Склад", "--sip-user", "sklad",
                    "--codec", "pcma", "--codec", "opus", "--no-outside", "--record", "never")
    assert (added["number"], added["user_login"], added["workplace"], added["sip_user"]) == ("16100", "api", "Склад", "sklad")
    assert added["codecs"] == ["pcma", "opus"] and added["calls_outside"] is False and added["recording"] == "never"
    assert as_json(server, "line", "show", added["id"]) == as_json(server, "line", "show", "16100")
    changed = as_json(server, "line", "set", "16100", "--user", "", "--number", "16101", "--outside")
    assert (changed["number"], changed["user_login"], changed["calls_outside"]) == ("16101", "", True)
    assert changed["workplace"] == "Склад", "what is not named stays"
    assert changed["sip_password"] == added["sip_password"]
    server.shell("line", "remove", "16101")
    assert "no line" in refused(server, "line", "show", "16101")


def test_takes_a_password_from_standard_input_and_never_from_the_command_line(server):
    added = as_json(server, "line", "add", "16110", "--password", input="Sesame open\n")
    assert added["sip_password"] == "Sesame open"
    changed = as_json(server, "line", "set", "16110", "--generate-password")
    assert changed["sip_password"] not in ("Sesame open", "")
    assert server.shell("line", "set", "16110", "--password=x", check=False, input="").returncode != 0
    assert "SIP password" in refused(server, "line", "set", "16110", "--password", input="пароль\n")
    server.shell("line", "remove", "16110")


def test_says_in_one_line_what_is_wrong_with_a_line(server):
    assert "16001" in refused(server, "line", "add", "16001")
    assert "nobody" in refused(server, "line", "add", "16120", "--user", "nobody")
    assert "codec" in refused(server, "line", "add", "16120", "--codec", "gsm")
    assert server.shell("line", "add", "16120", "--record", "perhaps", check=False).returncode == 2
    assert server.shell("line", "add", check=False).returncode == 2


def test_keeps_no_password_where_others_could_read_it(server):
    added = as_json(server, "line", "add", "16130", "--password", input="Very-Secret-Word\n")
    trunk = as_json(server, "trunk", "add", "secret", "--server", "192.0.2.1", "--login", "me", "--password",
                    input="Other-Secret-Word\n")
    assert trunk["password_set"] is True and "Other-Secret-Word" not in json.dumps(trunk)
    for folder in ("events", "."):
        for path in (server.data / folder).iterdir():
            if path.is_file():
                content = path.read_bytes()
                assert b"Very-Secret-Word" not in content, path
                assert b"Other-Secret-Word" not in content, path
    assert (server.data / "otklik.sip.key").stat().st_mode & 0o777 == 0o600
    server.shell("line", "remove", added["number"])
    server.shell("trunk", "remove", "secret")


# --- numbers and trunks ------------------------------------------------------------------------------------------------

def test_lists_the_demo_companys_numbers(server):
    numbers = {number["number"]: number for number in as_json(server, "number", "list")}
    assert [numbers[str(n)]["targets"] for n in range(101, 107)] == [["ivan"], ["maria"], ["petr"], ["olga"], ["vera"], ["admin"]]
    assert numbers["120"]["name"] == "Поддержка" and numbers["120"]["hunting"] == "all"
    assert (numbers["100"]["kind"], numbers["100"]["scenario"]) == ("ivr", "Greeting")
    assert [numbers[n]["special"] for n in ("130", "190", "199")] == ["conference", "voicemail", "echo"]


def test_adds_changes_and_removes_a_number(server):
    added = as_json(server, "number", "add", "140", "--name", "Продажи", "--target", "ivan", "--target", "line:16002",
                    "--target", "number:103", "--ring-time", "15", "--queue", "5", "--longest-wait", "120")
    assert added["targets"] == ["ivan", "line:16002", "number:103"]
    assert (added["hunting"], added["ring_time"], added["queue"], added["longest_wait"]) == ("in_turn", 15, 5, 120)
    changed = as_json(server, "number", "set", "140", "--target", "maria", "--hunting", "all")
    assert (changed["targets"], changed["hunting"], changed["rule_id"]) == (["maria"], "all", added["rule_id"])
    assert "leads to it" in refused(server, "number", "remove", "103")
    server.shell("number", "remove", "140")
    assert "no number" in refused(server, "number", "remove", "140")


def test_adds_orders_and_removes_trunks(server):
    first = as_json(server, "trunk", "add", "Provider", "--server", "sip.example.net:5080", "--kind", "registering",
                    "--login", "74951234567", "--source", "192.0.2.0/24", "--outgoing", "8/1/+7, 00/2/+", "--to", "120",
                    "--calls", "30", "--order", "2")
    assert (first["number"], first["outgoing"], first["sources"]) == ("13001", "8/1/+7 00/2/+", ["192.0.2.0/24"])
    as_json(server, "trunk", "add", "Spare", "--server", "192.0.2.9", "--order", "1")
    assert [trunk["name"] for trunk in as_json(server, "trunk", "list")] == ["Spare", "Provider"]
    changed = as_json(server, "trunk", "set", "provider", "--source", "", "--no-enable", "--name", "Old provider")
    assert (changed["name"], changed["sources"], changed["enabled"]) == ("Old provider", [], False)
    assert "PREFIX/STRIP/ADD" in refused(server, "trunk", "set", "Spare", "--incoming", "nonsense")
    for name in ("Old provider", "13002"):
        server.shell("trunk", "remove", name)
    assert as_json(server, "trunk", "list") == []


def test_tells_of_every_change_as_an_event(server):
    server.shell("line", "add", "16140")
    server.shell("line", "remove", "16140")
    told = [(event["what"], event["key"], event["by"]) for event in events(server, "plan_changed") if event.get("key") == "16140"]
    assert told == [("line.add", "16140", "shell"), ("line.remove", "16140", "shell")]


def test_works_on_a_data_folder_that_no_server_works_on(tmp_path):
    def shell(*arguments):
        done = subprocess.run([os.environ["OTKLIK"], *arguments, "--data", tmp_path / "data", "--json"], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    added = shell("line", "add", "16001")
    assert shell("line", "list") == [{key: added[key] for key in
                                      ("number", "user_login", "workplace", "sip_user", "sip_password", "sip_server", "registered")}]


def test_frees_the_line_of_a_user_who_is_removed(server):
    server.shell("user", "add", "leaver", input=PASSWORD + "\n")
    server.shell("line", "add", "16150", "--user", "leaver")
    server.shell("number", "add", "150", "--target", "leaver")
    server.shell("user", "remove", "leaver")
    assert as_json(server, "line", "show", "16150")["user_login"] == ""
    assert as_json(server, "number", "show", "150")["targets"] == []
    server.shell("line", "remove", "16150")
    server.shell("number", "remove", "150")


# --- users' states -----------------------------------------------------------------------------------------------------

def test_answers_the_state_of_a_user_by_each_name(server):
    for query in ({"iduser": "maria"}, {"number": "102"}, {"user": "Мария Смирнова"}, {"line": "16002"},
                  {"wp": "Рабочее место 2"}, {"login": "MARIA"}):
        status, headers, body = get(server, "tst_getuserstate", **query)
        assert status == 200 and headers["Content-Type"] == "text/xml; charset=utf-8", query
        assert '<property_simple key="state" value="0" name="usDisconnected" />' in body
    assert get(server, "tst_getuserstate", number="120")[0] == 409
    assert get(server, "tst_getuserstate", iduser="nobody")[0] == 404


def test_answers_who_is_free_behind_a_number(server):
    assert get(server, "tst_getintnumberreadyusers", number="120")[2] == \
        '<?xml version="1.0" encoding="utf-8"?>\n<group name="120" ready="0" busy="0"/>'
    assert get(server, "tst_getintnumberreadyusers", number="199")[0] == 404


def test_answers_200_to_every_request_for_a_known_user_and_names_what_was_not_possible(server):
    status, headers, body = get(server, "wp_setuserstate", user="vera", userstateid=2)
    assert (status, body, headers["X-Action-Result"]) == (200, "", "not_in_callcenter")
    status, headers, body = get(server, "wp_setuserstate", user="vera", oncallcenter=1, onlunch=1, lunchreasonid=1001)
    assert (status, body, headers["X-Action-Result"]) == (200, "", None)
    changed = [event for event in events(server, "user_state_changed") if event["login"] == "vera"][-1]
    assert (changed["oncallcenter"], changed["onlunch"], changed["reason_id"], changed["by"]) == (True, True, 1001, "api")
    assert get(server, "wp_setuserstate", user="vera", oncallcenter=0)[0] == 200
    assert get(server, "wp_setuserstate", user="nobody", userstateid=1)[0] == 404
    assert get(server, "wp_setuserstate", userstateid=1)[0] == 400


def test_changes_and_shows_what_a_user_is_doing(server):
    shown = as_json(server, "user", "state", "olga")
    assert (shown["state"], shown["oncallcenter"], shown["refused"]) == ("disconnected", True, [])
    assert as_json(server, "user", "state", "olga", "--redirect")["refused"] == ["in_callcenter"]
    assert as_json(server, "user", "state", "olga", "--state", "2", "--reason", "7")["reason_id"] == 7
    assert as_json(server, "user", "state", "olga", "--no-break")["onlunch"] is False
    assert "nobody" in refused(server, "user", "state", "nobody")


def test_holds_modes_over_a_restart_and_over_a_kill(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with Server(folder=folder) as server:
        get(server, "wp_setuserstate", user="petr", oncallcenter=1, userstateid=2, lunchreasonmsg="Врач")
        get(server, "wp_setuserstate", user="maria", onredirect=1)
    with Server(folder=folder) as server:
        restored = {event["login"]: event for event in events(server, "user_state_restored")}
        assert restored["petr"]["oncallcenter"] and restored["petr"]["onlunch"] and restored["petr"]["reason"] == "Врач"
        assert restored["maria"]["onredirect"] and restored["olga"]["oncallcenter"]
        get(server, "wp_setuserstate", user="maria", onredirect=0)
        get(server, "wp_setuserstate", user="ivan", userstateid=5)
        server.process.kill()
        server.process.wait()
    with Server(folder=folder) as server:
        last = server.shell("events", "--type", "user_state_restored").stdout.splitlines()
        start = json.loads(server.shell("events", "--type", "server_started").stdout.splitlines()[-1])["sequence"]
        restored = {event["data"]["login"]: event["data"] for event in map(json.loads, last) if event["sequence"] > start}
        assert set(restored) == {"petr", "olga", "ivan"}
        assert restored["ivan"]["chosen"] == "busy"
        assert server.shell("check").returncode == 0


def test_makes_other_digests_for_another_realm_and_keeps_the_passwords(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with Server(folder=folder) as server:
        before = as_json(server, "line", "list")
        (folder / "otklik.toml").write_text('[telephony]\nrealm = "example.net"\nsip_server = "sip.example.net"\n')
        server.shell("config", "reload")
        after = as_json(server, "line", "list")
        assert [line["sip_password"] for line in after] == [line["sip_password"] for line in before]
        assert {line["sip_server"] for line in after} == {"sip.example.net"}
        (folder / "otklik.toml").write_text('[telephony]\noutside_forbidden = ["x"]\n')
        assert "outside_forbidden" in refused(server, "config", "reload")
    with sqlite3.connect(folder / "otklik.db") as database:
        assert database.execute("SELECT COUNT(*) FROM sip_secrets").fetchone() == (6,)
