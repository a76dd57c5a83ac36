"""A plugin of Otklik in Python: this file and the standard library. docs/plugins.md describes the protocol.

    from otklik_plugin import Plugin

    plugin = Plugin()

    @plugin.form("hello")
    def hello(who):
        return {"text": f"Hello, {who}!"}

    plugin.run()

A form gets its inputs by name and returns its outputs. An exception is its error; PluginError's text is what the caller sees.
"""

import collections
import concurrent.futures
import json
import os
import sys
import threading
import traceback


class PluginError(Exception):
    """A refusal: of a form, for its caller; or of the server, when it was asked. `name` is the server's word for it."""

    def __init__(self, message, code=1, name=""):
        super().__init__(message)
        self.code = code
        self.name = name


class Plugin:
    """`threads` forms at once; with 0 one after another, which is quickest for forms that only compute."""

    def __init__(self, threads=0):
        self.server = {}  # what the server said in `initialize`
        self._forms = {}
        self._on_events = self._on_ready = self._on_stop = None
        self._pool = concurrent.futures.ThreadPoolExecutor(threads) if threads else None
        self._reader = threading.get_ident()
        self._later = collections.deque()  # what came while an answer was waited for
        self._asked = 0
        self._answers = {}
        self._answered = threading.Condition()
        self._gone = False  # nobody reads answers any more
        self._pending = []
        self._writing = threading.Lock()
        self._bytes = b""
        self._lines = collections.deque()
        # Standard output is the protocol's alone: what the program prints goes to standard error.
        self._out = os.dup(1)
        os.dup2(2, 1)
        sys.stdout = sys.stderr

    # --- what the plugin does ---

    def form(self, name):
        """Decorates what the form of that name in the manifest does."""
        def keep(work):
            self._forms[name] = work
            return work
        return keep

    def on_events(self, work):
        """Decorates what is done with each batch, a list of events. Subscribe in on_ready."""
        self._on_events = work
        return work

    def on_ready(self, work):
        self._on_ready = work
        return work

    def on_stop(self, work):
        self._on_stop = work
        return work

    # --- what the plugin asks ---

    def ask(self, method, **params):
        """The server's answer. Raises PluginError when it refuses."""
        with self._answered:
            self._asked += 1
            number = self._asked
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params}, now=True)
        if threading.get_ident() == self._reader:
            while number not in self._answers:
                message = self._read()
                if message is None:
                    raise PluginError("the server has gone")
                if "method" in message:
                    self._later.append(message)
                else:
                    self._take_answer(message)
        else:
            with self._answered:
                self._answered.wait_for(lambda: number in self._answers or self._gone)
            if number not in self._answers:
                raise PluginError("the server has gone")
        answer = self._answers.pop(number)
        if "error" in answer:
            error = answer["error"]
            raise PluginError(error["message"], error["code"], error.get("data", {}).get("code", ""))
        return answer["result"]

    def log(self, message, level="info"):
        self._send({"jsonrpc": "2.0", "method": "log", "params": {"level": level, "message": str(message)}}, now=True)

    def users(self, **which):
        return self.ask("users", **which)["users"]

    def start_scenario(self, name, *parameters, wait=True):
        return self.ask("start_scenario", name=name, parameters=[str(p) for p in parameters], wait=wait)

    def subscribe(self, *types, **where):
        return self.ask("subscribe", types=list(types), **where)

    # --- serving ---

    def run(self):
        """Serves until the server says stop, or is gone."""
        while True:
            message = self._later.popleft() if self._later else self._read()
            if message is None or message.get("method") == "stop":
                break
            if "method" not in message:
                self._take_answer(message)
            elif "id" not in message:
                pass  # cancel: whoever works on it finds nobody who waits
            elif self._pool and message["method"] == "call":
                self._pool.submit(self._serve, message, True)
            else:
                self._serve(message, False)
                if message["method"] == "initialize" and self._on_ready:
                    self._on_ready()
        with self._answered:
            self._gone = True
            self._answered.notify_all()
        if self._pool:
            self._pool.shutdown()
        self._flush()
        if self._on_stop:
            self._on_stop()

    def _serve(self, message, now):
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            answer["result"] = self._result(message["method"], message.get("params", {}))
            json.dumps(answer["result"], allow_nan=False)
        except PluginError as refusal:
            answer.pop("result", None)
            answer["error"] = {"code": refusal.code, "message": str(refusal)}
        except Exception as mistake:
            traceback.print_exc()
            answer.pop("result", None)
            answer["error"] = {"code": 1, "message": f"{type(mistake).__name__} in the plugin"}
        self._send(answer, now)

    def _result(self, method, params):
        if method == "call":
            work = self._forms.get(params["name"])
            if not work:
                raise PluginError("the program lacks this form")
            return {"outputs": work(**params["inputs"])}
        if method == "events":
            if self._on_events:
                self._on_events(params["events"])
            return {}
        if method == "initialize":
            self.server = params
            return {"protocol": 1}
        raise PluginError(f"no such method: {method}")

    def _take_answer(self, message):
        with self._answered:
            self._answers[message["id"]] = message
            self._answered.notify_all()

    def _send(self, message, now):
        line = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        line = line.encode("utf-8", "replace") + b"\n"  # half a surrogate pair is no text to the server
        with self._writing:
            self._pending.append(line)
        if now:
            self._flush()

    def _flush(self):
        with self._writing:
            data = memoryview(b"".join(self._pending))
            self._pending.clear()
            while data:
                data = data[os.write(self._out, data):]

    def _read(self):
        """The next message; None at the end."""
        while not self._lines:
            self._flush()  # everything that has come is answered: now, in one write
            got = os.read(0, 1 << 16)
            if not got:
                return None
            *whole, self._bytes = (self._bytes + got).split(b"\n")
            self._lines.extend(whole)
        return json.loads(self._lines.popleft())
