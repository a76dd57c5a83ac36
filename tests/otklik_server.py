"""A server for a Python suite: a demo company in a folder of its own, on free ports of the loopback."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import urllib.request

PASSWORD = "Secret1-Пароль"


class Server:
    """`with Server(auth_challenge="true") as server: …`: settings by their names, dots written as two underscores."""

    def __init__(self, program=None, folder=None, before_start=None, **settings):
        self.program = program or os.environ["OTKLIK"]
        self._made = None if folder else tempfile.TemporaryDirectory(prefix="otklik-test-")
        self.data = pathlib.Path(folder or self._made.name)
        self.data.chmod(0o700)
        self.settings = {"admin.listen": '"127.0.0.1:0"', **{key.replace("__", "."): value for key, value in settings.items()}}
        self.before_start = before_start
        self.process = None
        self.output = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self._made:
            self._made.cleanup()

    def start(self):
        if self.before_start:
            self.before_start(self.data)
        command = [self.program, "serve", "--data", self.data, "--demo", "--listen", "127.0.0.1:0", "--sip", "127.0.0.1:0"]
        for key, value in self.settings.items():
            command += ["--set", f"{key}={value}"]
        self.log_path = self.data / "test.log"
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True,
                                            env={**os.environ, "OTKLIK_DEMO_PASSWORD": PASSWORD})
        guard = threading.Timer(60, self.process.kill)
        guard.start()
        try:
            for line in self.process.stdout:
                self.output.append(line.rstrip("\n"))
                if line.strip() == "ready":
                    break
            else:
                raise RuntimeError("the server did not start:\n" + self.log_path.read_text()[-3000:])
        finally:
            guard.cancel()
        threading.Thread(target=self._read_on, args=(self.process.stdout,), daemon=True).start()  # or the pipe fills
        self.address = next(m.group(1) for m in (re.match(r"listening http://(\S+)", line) for line in self.output) if m)
        self.port = int(self.address.rsplit(":", 1)[1])
        self.sip = {m.group(2): m.group(1) for m in (re.match(r"listening sip:([^;]+);transport=(\w+)", line) for line in self.output) if m}

    def _read_on(self, stdout):
        for line in stdout:
            self.output.append(line.rstrip("\n"))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def shell(self, *arguments, check=True, **options):
        done = subprocess.run([self.program, *arguments, "--data", self.data], capture_output=True, text=True, timeout=60, **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"otklik {' '.join(map(str, arguments))}: {done.stderr}")
        return done

    def url(self, path, login="api", password=PASSWORD):
        from urllib.parse import quote
        return f"http://{quote(login)}:{quote(password)}@{self.address}{path}"

    def get(self, path, headers=None, timeout=30):
        request = urllib.request.Request(f"http://{self.address}{path}", headers=headers or {})
        return urllib.request.urlopen(request, timeout=timeout)
