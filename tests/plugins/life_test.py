"""Folders that come, change and go; the shell; what is granted; back-off; and what a thousand restarts leave behind."""

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from plugin_folder import (DO, HOSTILE, Server, call, do, listed, log, manifest, processes, put, put_hostile, readable,  # noqa: E402
                           request, text)

HERE = pathlib.Path(__file__).resolve().parent
RESTARTS = int(os.environ.get("OTKLIK_PLUGIN_RESTARTS", "100"))


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come")


@pytest.fixture
def server():
    with Server(**{"plugins.recheck": '"100 ms"', "plugins.stop_time": '"1 s"', "plugins.restart_first": '"1 ms"',
                   "plugins.restart_most": '"1 ms"'}) as running:
        yield running


def test_a_folder_is_taken_up_changed_and_let_go_without_a_restart(server):
    assert call(server, HOSTILE, DO, {"do": "echo"})[0] == 404
    put_hostile(server.data)
    wait_for(lambda: do(server, "echo", "x")[0] == 200)
    first = listed(server)
    assert (first["state"], first["version"], first["trouble"]) == ("running", "1.0", "")

    (server.data / "plugins/hostile/manifest.json").write_text(json.dumps(manifest(version="2.0")))
    wait_for(lambda: listed(server)["version"] == "2.0")
    assert text(server, "echo", "y") == "y"
    assert listed(server)["pid"] not in (0, first["pid"])
    wait_for(lambda: not os.path.exists(f"/proc/{first['pid']}"))

    second = listed(server)["pid"]
    shutil.rmtree(server.data / "plugins/hostile")
    wait_for(lambda: do(server, "echo")[0] == 404)
    wait_for(lambda: not os.path.exists(f"/proc/{second}"))
    assert listed(server) is None


def test_a_call_under_way_ends_with_the_program_that_began_it(server):
    put_hostile(server.data)
    wait_for(lambda: do(server, "echo", "x")[0] == 200)
    old = listed(server)["pid"]
    answers = []
    slow = threading.Thread(target=lambda: answers.append(do(server, "slow", "2")))
    slow.start()
    wait_for(lambda: b"slow" in pathlib.Path(f"/proc/{old}/cmdline").read_bytes() or listed(server)["calls"] >= 2)
    (server.data / "plugins/hostile/manifest.json").write_text(json.dumps(manifest(version="2.0")))
    wait_for(lambda: listed(server)["version"] == "2.0")
    assert text(server, "echo", "new") == "new"
    slow.join()
    assert answers == [(200, {"text": "slow"})]
    wait_for(lambda: not os.path.exists(f"/proc/{old}"))


def test_a_half_written_folder_is_not_taken(server):
    folder = server.data / "plugins/slowly"
    folder.mkdir()
    shutil.copy(HERE / "hostile.py", folder)
    whole = json.dumps(manifest())
    for end in range(0, len(whole), len(whole) // 12):
        (folder / "manifest.json").write_text(whole[:end])
        assert do(server, "echo")[0] == 404
        time.sleep(0.02)
    (folder / "manifest.json").write_text(whole)
    readable(folder)
    wait_for(lambda: do(server, "echo", "x")[0] == 200)


def test_a_broken_manifest_is_named_by_line_and_the_old_one_goes_on(server):
    put_hostile(server.data)
    wait_for(lambda: do(server, "echo", "x")[0] == 200)
    broken = json.dumps(manifest(version="2.0"), indent=1).replace('"arguments"', '"argumets"')
    (server.data / "plugins/hostile/manifest.json").write_text(broken)
    trouble = wait_for(lambda: listed(server)["trouble"])
    assert trouble == 'manifest.json:6: argumets: unknown key; did you mean "arguments"?'
    assert text(server, "echo", "old") == "old"
    checked = server.shell("plugin", "check", check=False)
    assert checked.returncode == 1 and trouble in checked.stderr
    assert trouble in log(server) and str(server.data / "plugins") not in checked.stderr


def test_check_tells_of_the_machine_and_of_a_folder_anywhere(server, tmp_path):
    rows = json.loads(server.shell("plugin", "check", "--json").stdout)
    assert {row["what"] for row in rows} >= {f"sandbox: {name}" for name in
                                             ("files", "network", "processes", "privileges", "identity", "memory", "cpu", "count")}
    assert {row["state"] for row in rows} <= {"has", "has not", "partly", "good"}
    folder = put(tmp_path, "elsewhere", manifest(asks={"network": True, "memory": 1 << 40}), HERE / "hostile.py")
    good = server.shell("plugin", "check", folder)
    assert "asks for the network, which is not granted" in good.stdout and "asks for memory" in good.stdout
    (folder / "manifest.json").write_text("{")
    bad = server.shell("plugin", "check", folder, check=False)
    assert (bad.returncode, bad.stderr) == (1, "otklik: manifest.json:1: a key in quotes is missing\n")
    missing = put(tmp_path, "missing", manifest(program="./nothing"))
    assert "its program ./nothing is not there" in server.shell("plugin", "check", missing, check=False).stderr


def test_the_shell_works_without_a_server_too(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    put_hostile(data)

    def shell(*arguments):
        return subprocess.run([os.environ["OTKLIK"], "plugin", *arguments, "--data", data, "--json"], capture_output=True, text=True, timeout=60)

    row = json.loads(shell("list").stdout)[0]
    assert (row["id"], row["state"], row["pid"]) == (HOSTILE, "idle", 0)
    assert shell("check").returncode == 0
    assert json.loads(shell("restart", HOSTILE).stdout) == {"restarted": True}
    assert "there is no plugin nobody" in shell("restart", "nobody").stderr
    assert "there is no role nobody" in shell("grant", HOSTILE, "nobody").stderr
    assert "does not ask for the network" in shell("grant", HOSTILE, "--network").stderr


def test_a_program_that_cannot_run_is_told_and_its_callers_wait_their_turn(server):
    put_hostile(server.data, arguments=["hostile.py", "exit_at_once"])
    wait_for(lambda: listed(server))
    status, code, message = do(server, "echo")
    assert (status, code) == (502, "failed")
    assert message == "the plugin could not be started: the plugin ended before it answered: it exited with 7"
    put_hostile(server.data, "other", id=DO, name="Other", program="./nothing")
    wait_for(lambda: listed(server, DO))
    status, code, message = call(server, DO, DO, {"do": "echo"})
    assert (status, code) == (502, "failed") and "its program ./nothing is not there" in message
    assert str(server.data) not in message


def test_a_program_that_ends_at_once_in_a_loop_rests_longer_and_longer():
    with Server(before_start=lambda data: put_hostile(data, arguments=["hostile.py", "exit_at_once"]),
                **{"plugins.restart_first": '"50 ms"', "plugins.restart_most": '"1 h"'}) as server:
        answers = []

        def resting():
            fields = f"idmodule={HOSTILE}&idform={DO}&inputparams=" + '%7B%22do%22:%22echo%22%7D'
            answers.append(request(server, f"/execpluginmethod?{fields}"))
            return answers[-1][0] == 503

        wait_for(resting)
        assert all(status == 502 for status, *_ in answers[:-1]) and len(answers) >= 4
        status, answer, headers = answers[-1]
        assert answer["error"]["code"] == "unavailable" and "it exited with 7" in answer["error"]["message"]
        assert int(headers["Retry-After"]) >= 1
        assert listed(server)["state"] == "resting"
        starts = listed(server)["starts"]
        assert starts <= len(answers)
        server.shell("plugin", "restart", HOSTILE)
        assert request(server, f"/execpluginmethod?idmodule={HOSTILE}&idform={DO}&inputparams=%7B%22do%22:%22echo%22%7D")[0] == 502


def test_a_program_that_is_never_ready_is_ended():
    with Server(before_start=lambda data: put_hostile(data, arguments=["hostile.py", "never_ready"]),
                **{"plugins.start_time": '"500 ms"'}) as server:
        status, code, message = do(server, "echo")
        assert (status, code) == (502, "failed") and "it did not answer initialize in time" in message


def test_too_many_waiting_calls_are_refused():
    with Server(before_start=put_hostile, **{"plugins.in_flight": "1", "plugins.queue": "1"}) as server:
        assert text(server, "echo", "x") == "x"
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(do(server, "slow", "1"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer[0] for answer in answers) == [200, 200, 503, 503]
        assert (503, "too_many", "too many calls wait for the plugin") in answers


@contextlib.contextmanager
def web_server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{made.server_address[1]}"
        made.shutdown()


def test_what_is_asked_and_granted_is_there_and_nothing_else(server, tmp_path):
    given, kept = tmp_path / "given", tmp_path / "kept"
    for folder in (given, kept):
        folder.mkdir()
        (folder / "prices").write_text("42")
    for path in (tmp_path, given, kept, tmp_path.parent, tmp_path.parent.parent):
        with contextlib.suppress(PermissionError):
            path.chmod(0o755)
    for folder in (given, kept):
        folder.chmod(0o777)
    put_hostile(server.data, asks={"network": True, "folders": [{"path": str(given), "write": True}, {"path": str(kept)}]})
    wait_for(lambda: do(server, "echo", "x")[0] == 200)
    with web_server() as address:
        assert text(server, "connect", address).startswith("refused: ")
        assert text(server, "read", str(given / "prices")).startswith("refused: ")
        server.shell("plugin", "grant", "Hostile", "--network")
        wait_for(lambda: text(server, "connect", address).startswith("done: b'HTTP/1.0 200"))
        assert text(server, "listen").startswith("refused: PermissionError")
        assert text(server, "unix_socket", str(server.data / "control.sock")).startswith("refused: ")
        assert text(server, "read", str(given / "prices")).startswith("refused: ")
        server.shell("plugin", "grant", "Hostile", "--folder", str(given))
        assert text(server, "read", str(given / "prices")) == "done: b'42'"
        assert text(server, "write", str(given / "new")) == "done: 1"
        assert text(server, "read", str(kept / "prices")).startswith("refused: ")
        server.shell("plugin", "grant", "Hostile", "--folder", str(kept))
        assert text(server, "read", str(kept / "prices")) == "done: b'42'"
        assert text(server, "write", str(kept / "new")).startswith("refused: ")
        assert text(server, "read", "/etc/passwd").startswith("refused: ")
        (server.data / "plugins/hostile/manifest.json").write_text(json.dumps(manifest(
            version="2.0", asks={"network": True, "folders": [{"path": str(given), "write": True}, {"path": str(kept), "write": True}]})))
        wait_for(lambda: listed(server)["version"] == "2.0")
        assert text(server, "read", str(kept / "prices")) == "done: b'42'"
        assert text(server, "write", str(kept / "new")).startswith("refused: "), "granted was to read"
        assert f"asks to write in the folder {kept}, which is granted for reading only" in server.shell("plugin", "check").stdout
        server.shell("plugin", "grant", "Hostile", "--folder", str(kept))
        assert text(server, "write", str(kept / "new")) == "done: 1"
        server.shell("plugin", "grant", "Hostile", "--nothing")
        assert text(server, "connect", address).startswith("refused: ")
    changes = [json.loads(line)["data"] for line in server.shell("events", "--type", "directory_changed").stdout.splitlines()]
    assert [c["key"] for c in changes if c["what"] == "plugin.grant"] == [HOSTILE] * 5


def test_grants_of_the_settings_win(tmp_path):
    with Server(before_start=lambda data: put_hostile(data, asks={"network": True}),
                **{f"plugin.{HOSTILE}.role": '"operator"', f"plugin.{HOSTILE}.memory": '"64 MiB"'}) as server:
        assert listed(server)["role"] == "operator"
        refused = server.shell("plugin", "grant", HOSTILE, "--network", check=False)
        assert refused.returncode == 1 and "the settings say what this plugin may" in refused.stderr
        answer = text(server, "eat_memory", "100")
        assert answer.startswith("MemoryError")


def bare(tmp_path, but_for=()):
    """The server on a machine that gives nothing: a kernel's part is played by a filter that refuses namespaces, Landlock and seccomp."""
    wrapper = tmp_path / "bare"
    wrapper.write_text(f'#!/usr/bin/python3\nimport os, sys\nsys.path.insert(0, {str(HERE)!r})\nimport bare_machine\n'
                       f'bare_machine.make_bare({but_for!r})\nos.execv(os.environ["OTKLIK"], [os.environ["OTKLIK"], *sys.argv[1:]])\n')
    wrapper.chmod(0o755)
    return wrapper


def test_without_namespaces_files_and_limits_of_the_server_are_out_of_reach_all_the_same(tmp_path):
    """By Landlock and the filter alone: the plugin has the server's own user."""
    def make(data):
        put_hostile(data)
        settings(data, "plugins.require_sandbox = false\n")

    with Server(program=str(bare(tmp_path, ("landlock_create_ruleset", "seccomp"))), before_start=make) as server:
        checked = server.shell("plugin", "check", check=False)
        has = checked.stdout + checked.stderr
        if "Landlock, ABI" not in has:
            pytest.skip("this kernel has no Landlock")
        assert text(server, "echo", "x") == "x"
        database = server.data / "otklik.db"
        before = database.stat()
        assert text(server, "change_mode", str(database)).startswith("refused: PermissionError")
        assert text(server, "change_time", str(database)).startswith("refused: PermissionError")
        assert text(server, "read", str(database)).startswith("refused: PermissionError")
        assert (before.st_mode, before.st_mtime_ns) == (database.stat().st_mode, database.stat().st_mtime_ns)
        limits = pathlib.Path(f"/proc/{server.process.pid}/limits").read_text()
        assert text(server, "limit", str(server.process.pid)).startswith("refused: PermissionError")
        assert text(server, "limit", "0").startswith("done: ")
        assert pathlib.Path(f"/proc/{server.process.pid}/limits").read_text() == limits
        assert text(server, "write", "data/kept") == "done: 1"


def test_without_a_sandbox_nothing_is_started_unless_the_administrator_says_so(tmp_path):
    wrapper = bare(tmp_path)
    with Server(program=str(wrapper), before_start=put_hostile) as server:
        status, code, message = do(server, "echo")
        assert (status, code) == (503, "unavailable")
        assert message.startswith("this machine cannot guarantee: files, network, processes, privileges")
        assert "no plugin will be started" in log(server)
        assert listed(server)["state"] == "refused"
        checked = server.shell("plugin", "check", check=False)
        assert checked.returncode == 1 and "this machine cannot guarantee: files" in checked.stderr

    def make(data):
        put_hostile(data)
        settings(data, "plugins.require_sandbox = false\n")

    with Server(program=str(wrapper), before_start=make) as server:
        assert text(server, "echo", "x") == "x"
        for guarantee in ("files", "network", "processes"):
            assert f"starts without the guarantee of {guarantee}" in log(server)
        pid = listed(server)["pid"]
        reload(server, "plugins.require_sandbox = true\n")
        assert do(server, "echo")[:2] == (503, "unavailable")
        wait_for(lambda: not os.path.exists(f"/proc/{pid}"))
        reload(server, "plugins.require_sandbox = false\n")
        assert text(server, "echo", "x") == "x"


def settings(data, toml):
    (data / "otklik.toml").write_text(toml)
    (data / "otklik.toml").chmod(0o600)


def reload(server, toml):
    settings(server.data, toml)
    server.shell("config", "reload")


def test_changed_settings_are_taken_while_serving():
    """A program goes on where they do not concern it, and is started anew where they change what it may or what it was told."""
    with Server(before_start=lambda data: put_hostile(data, asks={"network": True})) as server:
        def pid():
            assert text(server, "echo", "x") == "x"
            return listed(server)["pid"]

        first = pid()
        reload(server, 'plugins.timeout_ceiling = "500 ms"\nplugins.log_lines = 1\n')
        assert pid() == first
        assert do(server, "slow", "5")[:2] == (504, "timeout")
        reload(server, "")
        for toml in (f'[plugin.{HOSTILE}]\nrole = "supervisor"\n', f"[plugin.{HOSTILE}]\nnetwork = true\n",
                     'plugins.memory = "64 MiB"\n', "plugins.in_flight = 2\n", 'plugins.message_size = "64 KiB"\n', ""):
            before = pid()
            reload(server, toml)
            assert pid() != before, toml
            wait_for(lambda: not os.path.exists(f"/proc/{before}"))  # noqa: B023
            assert listed(server)["role"] == ("supervisor" if "supervisor" in toml else "")
        wrong = server.data / "otklik.toml"
        wrong.write_text(f"[plugin.{HOSTILE}]\nnetwork = true\n[plugin.{HOSTILE.replace('-', '')}]\nnetwork = true\n[plugin.me]\n")
        assert server.shell("config", "reload", check=False).returncode == 1
        assert pid() == listed(server)["pid"]


def test_a_server_stops_although_a_plugin_that_is_gone_has_a_call_under_way():
    with Server(before_start=lambda data: put_hostile(data, timeout=250),
                **{"stop_time": '"1 s"', "plugins.stop_time": '"1 s"', "plugins.recheck": '"100 ms"'}) as server:
        assert text(server, "echo", "x") == "x"
        pid = listed(server)["pid"]
        waiting = threading.Thread(target=ask_and_forget, args=(server,))
        waiting.start()
        wait_for(lambda: listed(server)["calls"] >= 2)
        shutil.rmtree(server.data / "plugins/hostile")
        wait_for(lambda: listed(server) is None)
        server.stop()
        waiting.join()
        assert server.process.returncode == 0 and not os.path.exists(f"/proc/{pid}")


def ask_and_forget(server):
    with contextlib.suppress(OSError):  # the server may go before it has answered
        do(server, "silent")


def test_a_server_that_was_started_without_interest_in_its_children_sees_their_ends(tmp_path):
    wrapper = tmp_path / "deaf"
    wrapper.write_text("#!/bin/sh\ntrap '' CHLD\nexec \"$OTKLIK\" \"$@\"\n")
    wrapper.chmod(0o755)
    with Server(program=str(wrapper), before_start=put_hostile) as server:
        assert do(server, "exit", "3") == (502, "failed", "the plugin ended before it answered: it exited with 3")


def test_the_death_of_the_server_is_the_plugins(server):
    put_hostile(server.data)
    wait_for(lambda: do(server, "echo", "x")[0] == 200)
    assert text(server, "ignore_stop")
    pid = listed(server)["pid"]
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"))


def test_restarts_leave_no_zombie_descriptor_or_file(tmp_path):
    """OTKLIK_PLUGIN_RESTARTS=1000 for the whole count."""
    program = pathlib.Path(os.environ["OTKLIK_BUILD"]) / "tests/plugins/one_call"
    once = manifest(program="./one_call", arguments=[])
    with Server(before_start=lambda data: put(data, "once", once, program),
                **{"plugins.restart_first": '"1 ms"', "plugins.restart_most": '"1 ms"', "plugins.log_lines": "0"}) as server:
        def descriptors():
            return sorted(os.readlink(f"/proc/{server.process.pid}/fd/{n}").split(":")[0].split("/")[-1]
                          for n in os.listdir(f"/proc/{server.process.pid}/fd"))

        def settled():
            return listed(server)["pid"] == 0

        assert text(server, "echo") == "once"
        wait_for(settled)
        before = descriptors()
        mounts = pathlib.Path(f"/proc/{server.process.pid}/mountinfo").read_text()
        files = sorted(p for p in server.data.rglob("*") if "events" not in p.parts)
        for _ in range(RESTARTS):
            wait_for(lambda: do(server, "echo") == (200, {"text": "once"}))
        wait_for(settled)
        assert listed(server)["starts"] >= RESTARTS
        children = pathlib.Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
        assert children == [] and [each for each in processes() if each[0] == server.process.pid] == []
        wait_for(lambda: len(descriptors()) <= len(before) + 2)  # but for connections of this test's own calls
        assert pathlib.Path(f"/proc/{server.process.pid}/mountinfo").read_text() == mounts
        assert sorted(p for p in server.data.rglob("*") if "events" not in p.parts) == files
