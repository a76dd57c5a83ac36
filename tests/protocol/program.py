"""Starts the program under test: OTKLIK_BINARY, or the stand-in OTKLIK_TEST_SERVER."""
import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time

FOLDER = pathlib.Path(__file__).parent
PASSWORD = "protocol"
TOKEN = "protocol-token"
START_LIMIT = 60.0

# A free port; the failures of the dialogues are not taken for guessing; a check of a password costs next to
# nothing; what still sleeps at the end is not waited for.
ALWAYS = ('admin.listen="127.0.0.1:0"', "access.address_failures=1000000", "access.login_failures=1000000",
          "access.hash_memory=8", "access.hash_passes=1", "allow_empty_passwords=true", "stop_time=1")


def is_real():
    return bool(os.environ.get("OTKLIK_BINARY"))


class Program:
    """One running server with settings of its own, on a data folder of its own."""

    def __init__(self, settings=()):
        self.folder = tempfile.TemporaryDirectory(prefix="otklik-protocol-")
        self.data = pathlib.Path(self.folder.name) / "data"
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+b")
        binary = os.environ.get("OTKLIK_BINARY") or os.environ.get("OTKLIK_TEST_SERVER")
        if not binary:
            raise RuntimeError("OTKLIK_BINARY or OTKLIK_TEST_SERVER must name the program to test")
        self.data.mkdir(mode=0o700)
        if not is_real():
            self.put_files()
        arguments = [binary, "serve", "--data", str(self.data), "--demo", "--listen", "127.0.0.1:0"]
        for setting in (*ALWAYS, *settings):
            arguments += ["--set", setting]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log,
                                        env={**os.environ, "OTKLIK_DEMO_PASSWORD": PASSWORD, "TZ": "UTC"})
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.address = None
        self.admin = None
        self._wait_until_ready()
        self.token = TOKEN
        if is_real():
            self.put_files()
            self.add_people(binary)

    def add_people(self, binary):
        """Whom the demo company lacks; the stand-in has them."""

        def shell(*arguments, text=""):
            done = subprocess.run([binary, *arguments, "--data", str(self.data)], input=text, text=True, timeout=START_LIMIT,
                                  capture_output=True, check=True)
            return done.stdout

        shell("user", "add", "Админ", "--role", "web-api", text=PASSWORD + "\n")
        shell("user", "add", "Пустой", "--role", "web-api", "--allow-empty-password", text="\n")
        made = json.loads(shell("token", "create", "api", "--name", "protocol", "--json"))
        self.token = made.get("token") or made["secret"]

    def put_files(self):
        """The pages, scenarios and stored files that the dialogues speak of. They count as old: nothing is fresh."""
        for name in ("www", "scenarios", "LocalStorage", "RecordedFiles"):
            source = FOLDER / "data" / name
            if source.is_dir():
                shutil.copytree(source, self.data / name, dirs_exist_ok=True)
        (self.data / "www" / "link.txt").symlink_to("/etc/passwd")
        (self.data / "www" / "outside").symlink_to("/etc")
        moment = time.mktime((2026, 1, 2, 3, 4, 5, 0, 0, 0)) - time.timezone
        for path in [p for name in ("www", "LocalStorage", "RecordedFiles") for p in (self.data / name).rglob("*")]:
            if not path.is_symlink():
                os.utime(path, (moment, moment))

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode().rstrip("\n"))
        self.lines.put(None)

    def _wait_until_ready(self):
        while True:
            line = self.lines.get(timeout=START_LIMIT)
            if line is None:
                self.log.seek(0)
                raise RuntimeError("the program ended: " + self.log.read().decode(errors="replace"))
            words = line.split()
            if line == "ready":
                return
            if words[:2] == ["listening", "admin"]:
                self.admin = _address(words[2])
            elif words[:1] == ["listening"] and words[1].startswith("http://") and self.address is None:
                self.address = _address(words[1])

    def url(self, target, login="api"):
        host, port = self.address
        return f"http://{login}:{PASSWORD}@{host}:{port}{target}" if login else f"http://{host}:{port}{target}"

    def log_text(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def stop(self):
        self.process.terminate()
        status = self.process.wait(START_LIMIT)
        self.reader.join()
        self.log.close()
        self.folder.cleanup()
        return status


def _address(url):
    host, _, port = url.removeprefix("http://").rpartition(":")
    return host, int(port)
