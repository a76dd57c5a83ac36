"""The shell commands, with a server that runs and without one: results, exit statuses, one clear line on errors."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import urllib.error

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402


class Offline:
    """The same commands on a data folder that no server works on."""

    def __init__(self, data):
        self.data = data

    def shell(self, *arguments, check=True, **options):
        done = subprocess.run([os.environ["OTKLIK"], *arguments, "--data", self.data], capture_output=True, text=True,
                              timeout=60, **options)
        if check:
            assert done.returncode == 0, done.stderr
        return done


@pytest.fixture(scope="module")
def online():
    with Server() as server:
        yield server


@pytest.fixture(params=["online", "offline"])
def otklik(request, tmp_path):
    return request.getfixturevalue("online") if request.param == "online" else Offline(tmp_path / "data")


def rows(otklik, *command):
    return json.loads(otklik.shell(*command, "--json").stdout)


def refused(otklik, *command, status=1, **options):
    done = otklik.shell(*command, check=False, **options)
    assert done.returncode == status, done
    assert done.stdout == ""
    return done.stderr


def test_a_role_lives_and_dies(otklik):
    otklik.shell("role", "add", "Ночная смена", "--privilege", "webapi.execute")
    assert [r["privileges"] for r in rows(otklik, "role", "list") if r["name"] == "Ночная смена"] == [["webapi.execute"]]
    otklik.shell("role", "set", "Ночная смена", "--privilege", "operate", "--privilege", "supervise")
    assert [r["privileges"] for r in rows(otklik, "role", "list") if r["name"] == "Ночная смена"] == [["supervise", "operate"]]
    assert "Ночная смена" in refused(otklik, "role", "add", "ночная СМЕНА")
    assert "there is no privilege fly; there are webapi.execute" in refused(otklik, "role", "set", "Ночная смена", "--privilege", "fly")
    otklik.shell("role", "remove", "Ночная смена")
    assert not [r for r in rows(otklik, "role", "list") if r["name"] == "Ночная смена"]


def test_a_user_lives_and_dies(otklik):
    otklik.shell("role", "add", "guests")
    otklik.shell("user", "add", "Ёжик", "--name", "Ёжик Лесной", "--department", "Лес", "--role", "guests", input="Secret1\n")
    user = [u for u in rows(otklik, "user", "list") if u["login"] == "Ёжик"][0]
    assert (user["name"], user["department"], user["roles"], user["blocked"]) == ("Ёжик Лесной", "Лес", ["guests"], False)
    otklik.shell("user", "set", "ёжик", "--block", "--department", "")
    user = [u for u in rows(otklik, "user", "list") if u["login"] == "Ёжик"][0]
    assert (user["department"], user["blocked"]) == ("", True)
    assert "Ёжик" in refused(otklik, "user", "add", "ЁЖИК", input="Secret1\n")
    assert "日" in refused(otklik, "user", "passwd", "Ёжик", input="日本\n")
    assert "guests" in refused(otklik, "role", "remove", "guests")
    otklik.shell("user", "remove", "Ёжик")
    otklik.shell("role", "remove", "guests")
    assert "no user" in refused(otklik, "user", "remove", "Ёжик")


def test_wrong_usage_is_status_2(otklik):
    for command in (["user", "add"], ["user", "fly"], ["token", "create", "x"], ["serve", "--threads", "many"], ["user", "list", "extra"]):
        done = otklik.shell(*command, check=False)
        assert done.returncode == 2, (command, done)
        assert done.stderr


def test_a_script_runs_from_the_shell(otklik):
    folder = pathlib.Path(otklik.data) / "scenarios"
    if not folder.exists():
        otklik.shell("script", "list")  # makes the data folder
    (folder / "Привет [1].lua").write_text("return 'Привет, ' .. param[1], launch_code\n")
    (folder / "Broken.lua").write_text("return (\n")
    result = rows(otklik, "script", "run", "Привет [1]", "мир")
    assert (result["returnvalue1"], result["returnvalue2"]) == ("Привет, мир", "1027")
    assert {s["name"]: s["state"] for s in rows(otklik, "script", "list")}["Broken"] == "broken"
    assert "Broken.lua:" in refused(otklik, "script", "check")
    assert otklik.shell("script", "check", "Привет [1]").stdout == ""
    assert "notfound" in refused(otklik, "script", "run", "нет такого")
    (folder / "Broken.lua").unlink()


def test_settings_are_checked_and_shown(otklik):
    assert "did you mean \"http.body_size\"" in refused(otklik, "config", "check", "--set", "http.boddy_size=1")
    shown = rows(otklik, "config", "show", "--set", "http.body_size=1 MiB")
    assert {"key": "http.body_size", "value": "\"1 MiB\""}.items() <= [s for s in shown if s["key"] == "http.body_size"][0].items()
    for setting in shown:
        assert setting["meaning"] and setting["meaning_ru"], setting["key"]
    secret = rows(otklik, "config", "show", "--set", "database.connect=password=hunter2")
    assert "hunter2" not in json.dumps(secret)


def test_what_config_show_prints_is_a_settings_file(tmp_path):
    otklik = Offline(tmp_path)
    (tmp_path / "otklik.toml").write_text(otklik.shell("config", "show").stdout)
    (tmp_path / "otklik.toml").chmod(0o600)
    otklik.shell("config", "check")


def test_a_bad_settings_file_stops_the_start_with_file_line_and_key(tmp_path):
    (tmp_path / "otklik.toml").write_text("\n[http]\nlisten_on = 1\n")
    done = Offline(tmp_path).shell("serve", check=False)
    assert done.returncode == 1
    assert "otklik.toml:3: unknown key \"http.listen_on\"; did you mean \"http.listen\"?" in done.stderr


def test_a_change_of_rights_holds_at_once(online):
    online.shell("user", "add", "Анна", "--role", "web-api", input="Пароль1\n")
    token = rows(online, "token", "create", "Анна", "--name", "board")["token"]
    bearer = {"Authorization": "Bearer " + token}
    assert online.get("/getversion", bearer).status == 200

    def status():
        try:
            return online.get("/getversion", bearer).status
        except urllib.error.HTTPError as error:
            return error.code

    online.shell("user", "set", "Анна", "--role", "operator")
    assert status() == 403
    online.shell("user", "set", "Анна", "--role", "web-api")
    assert status() == 200
    online.shell("user", "set", "Анна", "--block")
    assert status() == 403
    online.shell("user", "set", "Анна", "--unblock")
    assert status() == 200
    listed = rows(online, "token", "list", "Анна")
    assert len(listed) == 1 and "token" not in listed[0]
    online.shell("token", "revoke", listed[0]["id"])
    assert status() == 403
    online.shell("user", "remove", "Анна")


def test_two_servers_do_not_work_on_one_folder(online):
    done = online.shell("serve", check=False)
    assert done.returncode == 1
    assert "another server already works on" in done.stderr


def test_events_are_told_as_json_lines(online):
    online.get("/execsvcscriptplain?name=Echo&startparam1=x", {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()})
    lines = [json.loads(line) for line in online.shell("events", "--type", "script_ended").stdout.splitlines()]
    assert lines[-1]["data"]["scenario"] == "Echo"
    assert [line["sequence"] for line in lines] == sorted(line["sequence"] for line in lines)


def test_version_and_describe_speak_of_this_build(online):
    assert online.shell("version").stdout.startswith("otklik 0.")
    assert "execsvcscript" in online.shell("describe").stdout
    assert rows(online, "describe", "getversion")["name"] == "getversion"
    assert "no method" in refused(online, "describe", "fly")


def test_a_scenario_started_from_the_shell_does_not_hold_the_end_of_the_server(tmp_path):
    def scenarios(data):
        (data / "scenarios").mkdir(mode=0o700, exist_ok=True)
        (data / "scenarios/Wait.lua").write_text("event.post('waiting')\nsleep(250)\n")

    with Server(folder=tmp_path, before_start=scenarios, stop_time="100 ms") as server:
        running = subprocess.Popen([server.program, "script", "run", "Wait", "--data", server.data],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not server.shell("events", "--type", "custom_event").stdout:
            assert running.poll() is None
        server.process.terminate()
        assert server.process.wait(60) == 0  # the scenario would sleep for minutes
        assert "stopped" in running.communicate(timeout=60)[1]
