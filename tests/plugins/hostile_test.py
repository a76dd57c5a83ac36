"""Plugins that do what none should, against the real program. Each is contained, by the means that the test names; its caller gets
the answer that docs/plugins.md promises; others are not disturbed. Run as root and as somebody without rights where that can be."""

import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from plugin_folder import (GREETER, HELLO, HOSTILE, OF_THIS_RUN, Server, call, do, folder_outside_tmp, listed, log, processes, put_example, put_hostile,  # noqa: E402
                           request, text)

NOBODY = 65534


class ServerOfNobody(Server):
    """The same server without any rights of its own: what it has of a sandbox comes from a user namespace."""

    def start(self):
        if self.before_start:
            self.before_start(self.data)
        for path in [self.data, *self.data.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        program = self.program
        self.program = self.data / "as_nobody"
        self.program.write_text(f'#!/bin/sh\nexec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=-all -- '
                                f'"{program}" "$@"\n')
        self.program.chmod(0o755)
        before, self.before_start = self.before_start, None
        try:
            super().start()
        finally:
            self.before_start = before


def make_plugins(data):
    put_hostile(data)
    put_example(data, "greeter-python")


SETTINGS = {"plugins.restart_first": '"1 ms"', "plugins.restart_most": '"20 ms"', "plugins.stop_time": '"1 s"',
            "plugins.memory": '"96 MiB"', "plugins.processes": "24", "plugins.open_files": "40", "plugins.file_size": '"1 MiB"',
            "plugins.message_size": '"128 KiB"', "plugins.log_lines": "50"}


@pytest.fixture(scope="module", params=["root", "nobody"])
def server(request):
    if request.param == "nobody" and (os.geteuid() != 0 or not shutil.which("setpriv")):
        pytest.skip("this suite does not run as root: the other half is what it tests")
    folder = folder_outside_tmp()
    made = {"root": Server, "nobody": ServerOfNobody}[request.param](folder=folder, before_start=make_plugins, **SETTINGS)
    with made as running:
        running.is_root = request.param == "root" and os.geteuid() == 0
        running.has = {}
        check = running.shell("plugin", "check", "--json", check=False)
        assert check.returncode == 0, check.stderr
        for row in json.loads(check.stdout):
            if row["what"].startswith("sandbox: "):
                running.has.setdefault(row["what"][9:], {})[row["text"].split(":")[0].split(",")[0]] = row["state"] != "has not"
        yield running
    assert programs() == [], "processes of plugins outlive their server"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def others_go_on(server):
    """While a test runs, another plugin and another method are called; each answers as ever."""
    over = threading.Event()
    wrong = []
    rounds = [0]

    def go_on():
        while not over.is_set():
            for what, got, wanted in [("plugin", call(server, GREETER, HELLO, {"who": "you"}),
                                       (200, {"text": "Hello, you!", "length": 11})),
                                      ("getversion", request(server, "/getversion?format=json")[0], 200)]:
                if got != wanted:
                    wrong.append((what, got))
            rounds[0] += 1
            over.wait(0.02)

    thread = threading.Thread(target=go_on)
    thread.start()
    yield
    over.set()
    thread.join()
    assert wrong == [] and rounds[0] > 0


def programs():
    ours = " ".join(["python3", *OF_THIS_RUN, "hostile.py"])
    return [command for _, command in processes() if command.startswith(ours)]


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come")


def is_well(server, plugin=HOSTILE):
    """Its next process may be on its way, and a slow machine takes longer than an impatient form waits."""
    assert wait_for(lambda: do(server, "echo", "well", plugin)[0] == 200)
    assert text(server, "echo", "well", plugin) == "well"


def pid_of(server):
    return listed(server)["pid"]


def test_a_crash_is_told_to_its_caller_and_the_next_call_has_a_new_process(server):
    assert text(server, "echo", "x") == "x"
    before = pid_of(server)
    assert do(server, "exit", "3") == (502, "failed", "the plugin ended before it answered: it exited with 3")
    status, code, message = do(server, "abort")
    assert (status, code) == (502, "failed")
    # Process 1 of a namespace is not ended by its own SIGABRT: the C library goes on to an instruction that none survives.
    assert re.fullmatch(r"the plugin ended before it answered: it was killed by signal (6|11|4)", message), message
    is_well(server)
    assert pid_of(server) != before


def test_an_answer_before_the_end_still_counts(server):
    assert text(server, "answer_and_exit", "last words") == "last words"
    is_well(server)


def test_what_else_was_under_way_when_it_died_is_told_so(server):
    is_well(server)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(do(server, "silent"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_for(lambda: listed(server)["calls"] >= 3 and "under way" and json.loads(
        server.shell("plugin", "list", "--json").stdout))
    time.sleep(0.3)  # the three are with it; if one is not, it is answered by the next process and the test says so
    assert do(server, "exit", "4")[0] == 502
    for thread in threads:
        thread.join()
    assert answers == [(502, "failed", "the plugin ended before it answered: it exited with 4")] * 3
    is_well(server)


@pytest.fixture(scope="module")
def impatient(server):
    """The same plugin under another id, whose form has two seconds."""
    identity = "33333333-3333-4333-8333-333333333333"
    if not listed(server, identity):
        put_hostile(server.data, "impatient", id=identity, name="Impatient", timeout=2)
        if not server.is_root:
            for path in [server.data / "plugins/impatient", *(server.data / "plugins/impatient").rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        wait_for(lambda: listed(server, identity))
    return identity


@pytest.mark.parametrize("deed", ["hang", "spin", "silent"])
def test_a_hang_is_a_time_out_and_costs_the_process_its_life(server, impatient, deed):
    is_well(server, impatient)
    before = listed(server, impatient)["pid"]
    assert do(server, deed, plugin=impatient) == (504, "timeout", "the plugin did not answer in time")
    is_well(server, impatient)
    assert listed(server, impatient)["pid"] != before
    assert "it hangs: it has said nothing while somebody was waiting" in log(server)


def test_a_slow_answer_comes_too_late_but_a_plugin_that_talks_lives(server, impatient):
    is_well(server, impatient)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(do(server, "slow", "3", plugin=impatient)))
    slow.start()
    slow.join()
    assert answers == [(504, "timeout", "the plugin did not answer in time")]
    is_well(server, impatient)


BREACH = "the plugin was ended: it broke the protocol: "


@pytest.mark.parametrize("deed, what, why", [
    ("flood_line", "", "a line of more than 131072 bytes"),
    ("say", "hello", "a line that is no JSON"),
    ("say", "", "a line that is no JSON"),
    ("say", "[]", "a line that is no JSON object"),
    ("say", '{"jsonrpc":"1.0","id":1}', "a message that is not of JSON-RPC 2.0"),
    ("say", '{"jsonrpc":"2.0","id":999999,"result":{}}', "an answer to a request that was never made"),
    ("say", '{"jsonrpc":"2.0","id":"2","result":{}}', "an answer to a request that was never made"),
    ("say", '{"jsonrpc":"2.0","id":2}', "a message that is no request and no answer"),
    ("say", "\udcff\udcfe".encode("utf-8", "surrogateescape").decode("latin-1"), "a line that is no JSON"),
])
def test_garbage_ends_the_process_and_the_caller_is_told(server, deed, what, why):
    status, code, message = do(server, deed, what)
    assert (status, code) == (502, "failed")
    assert message.startswith(BREACH + why), message
    is_well(server)


def test_an_answer_to_another_number_is_no_answer(server, impatient):
    # To one that has been answered already: nobody's. The call itself has none.
    assert do(server, "say_with_id", '{"jsonrpc":"2.0","id":1,"result":{"outputs":{"text":"x"}}}', plugin=impatient) == (
        504, "timeout", "the plugin did not answer in time")
    # Twice: the second is passed over.
    twice = '{"jsonrpc":"2.0","id":ID,"result":{"outputs":{"text":"x"}}}'
    assert text(server, "say_with_id", f"{twice}\n{twice}", plugin=impatient) == "x"
    is_well(server, impatient)


@pytest.mark.parametrize("result, why", [
    ('{"outputs":{"text":5}}', 'the plugin\'s output "text" is no string'),
    ('{"outputs":{"text":null}}', 'the plugin\'s output "text" is no string'),
    ('{"outputs":{}}', 'the plugin\'s output "text" is missing'),
    ('{"outputs":{"text":"x","more":1}}', 'the plugin\'s output "more" is not promised'),
    ('{"outputs":[]}', "the plugin's outputs are no JSON object"),
    ('{"text":"x"}', "the plugin answered without outputs"),
    ("5", "the plugin answered without outputs"),
])
def test_outputs_that_were_not_promised_are_told_and_the_process_goes_on(server, result, why):
    is_well(server)
    before = pid_of(server)
    assert do(server, "result", result) == (502, "failed", why)
    is_well(server)
    assert pid_of(server) == before


def test_a_refusal_of_the_plugin_is_passed_on(server):
    assert do(server, "refuse", "no such customer") == (502, "failed", "the plugin answers: no such customer")


def test_a_flood_of_log_lines_is_cut_and_the_call_ends_in_time(server, impatient):
    before = len(log(server))
    assert do(server, "flood_log", plugin=impatient)[0] in (502, 504)
    assert log(server)[before:].count("flood") <= 60  # plugins.log_lines a minute
    server.shell("plugin", "restart", impatient)


def test_a_flood_of_questions_without_listening_is_not_read_on(server, impatient):
    assert do(server, "flood_asks", plugin=impatient)[0] == 504
    server.shell("plugin", "restart", impatient)
    is_well(server, impatient)


def test_a_flood_of_answers_to_nobody_holds_up_nobody(server, impatient):
    assert do(server, "flood_answers", plugin=impatient)[0] == 504
    is_well(server)
    server.shell("plugin", "restart", impatient)
    is_well(server, impatient)


def test_a_flood_of_subscribes_does_not_hold_up_the_starts_of_others(server, impatient):
    server.shell("plugin", "grant", impatient, "supervisor")
    is_well(server, impatient)
    assert do(server, "flood_subscribe", plugin=impatient)[0] == 504
    server.shell("plugin", "restart", HOSTILE)
    assert text(server, "echo", "x") == "x"  # within the form's time, in which the start is
    server.shell("plugin", "grant", impatient, "--nothing")
    is_well(server, impatient)


def test_a_flood_of_errors_is_cut_and_slowed(server, impatient):
    before = len(log(server))
    assert do(server, "flood_errors", plugin=impatient) == (504, "timeout", "the plugin did not answer in time")
    said = log(server)[before:]
    assert said.count("says: noise") <= 50
    assert max(map(len, said.splitlines())) < 2048 + 200
    assert text(server, "errors_line", "long ", plugin=impatient) == "said"


def test_closing_its_streams_is_its_end(server, impatient):
    status, code, message = do(server, "close_output")
    assert (status, code, message) == (502, "failed", "the plugin was ended: it closed its standard output")
    assert text(server, "close_input") == "closed"
    is_well(server)


def test_a_fork_bomb_is_bounded_and_dies_with_the_plugin(server, impatient):
    """By the limit of processes (or the cgroup's), and by the process namespace, whose end is everybody's."""
    if not (server.has["processes"].get("process namespace") or server.has["processes"].get("cgroup")):
        pytest.skip("this kernel lets processes escape: plugin check says so")
    assert do(server, "fork_without_end", plugin=impatient)[0] == 504
    is_well(server, impatient)
    made, how = text(server, "fork_some", "200").split()
    assert how != "all" and int(made) < 24, "the limit of processes held"
    server.shell("plugin", "restart", HOSTILE)
    server.shell("plugin", "restart", impatient)
    # A restarted one is listed no more while it is given its time to stop.
    wait_for(lambda: programs() == [])


def test_memory_is_bounded(server):
    """By RLIMIT_DATA of each process, or by the cgroup; memory that such a limit would not count is refused by the filter."""
    status, *answer = do(server, "eat_memory", "400")
    if server.has["memory"].get("cgroup"):
        assert status == 502 and "killed by signal 9" in answer[1]
    else:
        assert status == 200 and re.fullmatch(r"MemoryError after [1-9]\d MiB", answer[0]["text"]), answer
    if not server.has["memory"].get("cgroup"):
        assert text(server, "share_memory", "400") == "OSError after 0 MiB"
        assert text(server, "share_zeros", "400").startswith("refused: FileNotFoundError")
        assert text(server, "grow_down", "400").startswith("refused: OSError: [Errno 12]")
        assert text(server, "semaphores").startswith("refused: OSError: [Errno 38]")
    assert text(server, "grow_stack") == f"done: {8 << 20}"
    is_well(server)


def test_open_files_are_bounded(server):
    message, count = text(server, "open_files").split(": ")
    assert message == "Too many open files" and int(count) < 40


def test_there_is_no_network(server):
    """By the empty network namespace, and by the filter that refuses sockets before it comes to that."""
    answer = text(server, "connect", server.address)
    assert answer.startswith("refused: PermissionError" if server.has["network"]["seccomp filter over sockets"] else "refused: "), answer
    assert text(server, "listen").startswith("refused: ")
    assert text(server, "unix_socket", str(server.data / "control.sock")).startswith("refused: ")


def test_files_of_others_cannot_be_read(server):
    """By its own file tree, in which they do not exist, or by Landlock, which refuses them."""
    for path in ("/etc/passwd", "/etc/shadow", server.data / "otklik.db", server.data / "test.log", server.data / "events",
                 server.data / "plugins/greeter-python/greeter.py", "/root", "/var/log", "/proc/1/environ" if server.is_root else "/home"):
        answer = text(server, "read", str(path))
        if str(path) == "/proc/1/environ":
            assert "OTKLIK_PLUGIN_ID" in answer or answer.startswith("refused"), answer  # its own process 1, or none
        else:
            assert re.match(r"refused: (FileNotFoundError|PermissionError|IsADirectoryError)", answer), (path, answer)
    assert text(server, "read", "hostile.py").startswith("done: ")
    for path in ("/", "/etc", str(server.data), str(server.data / "plugins")):
        assert text(server, "list", path).startswith("refused: ") or not server.has["files"].get("Landlock"), path
    if server.has["files"].get("mount namespace"):
        assert text(server, "run", f"cat {server.data}/plugins/greeter-python/greeter.py 2>&1").endswith("No such file or directory\n")


def test_nothing_can_be_written_outside_its_own_place(server):
    outside = pathlib.Path(tempfile.gettempdir()) / "otklik-plugin-was-here"
    for path in (outside, "/usr/x", "/etc/x", server.data / "x", server.data / "otklik.db", "hostile.py", "x", "/dev/x", "/x"):
        answer = text(server, "write", str(path))
        if path == outside and answer.startswith("done"):
            assert not outside.exists()  # a /tmp of its own
            continue
        assert answer.startswith("refused: "), (path, answer)
    assert not outside.exists() and not (server.data / "x").exists()
    assert text(server, "write", "data/kept") == "done: 1"
    assert (server.data / "plugins/hostile/data/kept").read_text() == "x"
    for path in ("/usr/bin/env", "hostile.py", str(server.data / "otklik.db")):
        assert text(server, "change_mode", path).startswith("refused: "), path


def test_a_file_of_its_own_is_bounded_too(server):
    answer = text(server, "run", "head -c 3000000 /dev/urandom > data/large; stat -c %s data/large; rm data/large")
    assert answer.strip() == "done: 1048576", answer


def test_it_has_no_privileges_and_sees_no_other_process(server):
    server.shell("plugin", "restart", HOSTILE)
    about = json.loads(text(server, "about"))
    assert about["descriptors"] == [0, 1, 2]
    assert set(about["environment"]) - {"LC_CTYPE"} == {"PATH", "LANG", "HOME", "TMPDIR", "OTKLIK_PLUGIN_ID", "OTKLIK_PLUGIN_FOLDER",
                                                        "OTKLIK_PLUGIN_DATA", "PYTHONDONTWRITEBYTECODE"}
    assert about["folder"] == about["environment"]["OTKLIK_PLUGIN_FOLDER"]
    if server.is_root and server.has["identity"].get("user id of its own"):
        assert about["uid"] >= 2_000_000_000
    if server.has["processes"].get("process namespace"):
        assert about["pid"] == 1
        assert text(server, "kill_everybody").startswith("refused: ProcessLookupError")
        others = text(server, "others")
        assert others.startswith("refused: ") or len(others.split(",")) <= 2
    status = pathlib.Path(f"/proc/{pid_of(server)}/status").read_text()
    assert re.search(r"NoNewPrivs:\s1", status) and re.search(r"CapEff:\s0+$", status, re.M)
    assert re.search(r"CapBnd:\s0+$", status, re.M)
    assert re.search(r"Seccomp:\s2", status)


@pytest.mark.parametrize("name, number", [("mount", 165), ("ptrace", 101), ("unshare", 272), ("bpf", 321), ("keyctl", 250), ("io_uring_setup", 425)])
def test_calls_that_no_plugin_needs_are_refused(server, name, number):
    """By the seccomp filter."""
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are those of x86-64")
    assert re.match(r"refused: (PermissionError|OSError: \[Errno 38\])", text(server, "system_call", f"{number},0,0,0,0")), name


def test_a_plugin_that_ignores_the_stop_is_killed(server):
    assert text(server, "ignore_stop") == "ignored from now on"
    pid = pid_of(server)
    server.shell("plugin", "restart", HOSTILE)
    is_well(server)  # the next process is not held up by the old one
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"))


def test_a_killed_plugin_is_started_again(server):
    is_well(server)
    os.kill(pid_of(server), signal.SIGKILL)
    wait_for(lambda: do(server, "echo", "x")[0] == 200)


def test_no_path_of_the_server_reaches_a_caller(server):
    for answer in (do(server, "exit", "1"), do(server, "say", "x"), call(server, HOSTILE, HELLO), call(server, HELLO, HELLO)):
        assert str(server.data) not in str(answer)
    is_well(server)
