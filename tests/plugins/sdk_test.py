"""The SDKs at the other end of a pipe: nothing that a form gives, and no end of the server, costs a program its life or its end."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

SDK = pathlib.Path(__file__).resolve().parents[2] / "sdk"
PYTHON = f"""
import sys
sys.path.insert(0, {str(SDK / "python")!r})
from otklik_plugin import Plugin, PluginError
"""
NODE = f"const {{Plugin}} = require({str(SDK / 'node/otklik_plugin.js')!r});\nconst plugin = new Plugin();\n"


class Program:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.asked = 0
        assert self.ask("initialize", {}) == {"protocol": 1}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def say(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, "it has ended"
        message = json.loads(line)  # strict UTF-8, as the server's
        assert not any(0xD800 <= ord(c) < 0xE000 for c in json.dumps(message, ensure_ascii=False)), "half a pair"
        return message

    def ask(self, method, params):
        self.asked += 1
        self.say({"id": self.asked, "method": method, "params": params})
        answer = self.hear()
        assert answer["id"] == self.asked
        return answer.get("result", answer.get("error"))

    def call(self, form, **inputs):
        return self.ask("call", {"form": "", "name": form, "inputs": inputs})


@pytest.mark.parametrize("threads", [0, 2])
def test_python_sends_half_a_surrogate_pair_as_another_character(threads):
    program = PYTHON + f"""
plugin = Plugin(threads={threads})
@plugin.form("name")
def name():
    return {{"text": "x\\udcff Ж"}}
plugin.run()
"""
    with Program(sys.executable, "-c", program) as plugin:
        assert plugin.call("name") == {"outputs": {"text": "x? Ж"}}
        assert plugin.call("name") == {"outputs": {"text": "x? Ж"}}


def test_python_ends_although_forms_and_threads_wait_for_answers():
    program = PYTHON + """
import threading
plugin = Plugin(threads=2)
@plugin.form("wait")
def wait():
    plugin.ask("start_scenario", name="x", wait=True)
@plugin.on_stop
def end():
    other.join()
    print("the end", file=sys.stderr)
def ask():
    try:
        plugin.ask("users")
    except PluginError as error:
        print(error, file=sys.stderr)
other = threading.Thread(target=ask)
@plugin.on_ready
def ready():
    other.start()
plugin.run()
"""
    with Program(sys.executable, "-c", program) as plugin:
        assert plugin.hear()["method"] == "users"
        plugin.say({"id": 9, "method": "call", "params": {"form": "", "name": "wait", "inputs": {}}})
        assert plugin.hear()["method"] == "start_scenario"
        plugin.say({"method": "stop", "params": {"grace": 5}})
        out, errors = plugin.process.communicate(timeout=60)
        assert (plugin.process.returncode, json.loads(out)["error"]["message"]) == (0, "the server has gone")
        assert errors.decode() == "the server has gone\nthe end\n"


@pytest.mark.skipif(not shutil.which("node"), reason="no Node here")
def test_node_sends_texts_that_are_none_and_lives_on_after_outputs_that_are_no_json():
    program = NODE + """
plugin.form('cut', ({}) => ({text: '\\\\ud83d ' + '\U0001F600'.slice(0, 1) + '\U0001F600'}));
plugin.form('later', async () => ({number: 10n}));
plugin.form('now', () => ({number: 10n}));
plugin.form('print', async () => { process.stdout.write('noise\\n'); console.log('noise'); return {text: 'x'}; });
plugin.run();
"""
    with Program("node", "-e", program) as plugin:
        assert plugin.call("cut") == {"outputs": {"text": "\\ud83d \ufffd\U0001F600"}}
        for form in ("later", "now"):
            assert plugin.call(form) == {"code": 1, "message": "TypeError in the plugin"}
        assert plugin.call("print") == {"outputs": {"text": "x"}}


def test_cpp_sends_bytes_that_are_no_utf8_as_other_characters():
    program = pathlib.Path(os.environ["OTKLIK_BUILD"]) / "tests/plugins/any_text"
    with Program(program) as plugin:
        assert plugin.call("text", what="Ж\U0001F600\"\\\n") == {
            "outputs": {"text": "caf\ufffd \ufffd\ufffd\ufffd Ж\U0001F600\"\\\n", "\ufffd": 1}}
