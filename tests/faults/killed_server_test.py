"""kill -9 at random moments, fifty times, of one server on one data folder: whatever was acknowledged is there afterwards.

Acknowledged means: the answer of a scenario had come, `event.post` had returned true in it, the shell had said that a user
was added. Each is looked for in the event log and the directory after the next start. The seed is printed on failure.
"""

import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402

ROUNDS = int(os.environ.get("OTKLIK_KILLS", "50"))
AUTHORIZATION = "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()
POST = 'assert(event.post("mark", {id = param[1]}))\nreturn param[1]\n'


def scenarios(data):
    folder = data / "scenarios"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "Post.lua").write_text(POST)


def call_until_it_dies(port, prefix, acknowledged):
    """Starts scenarios one after the other; `acknowledged` gets the mark of each whose answer came whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    number = 0
    while True:
        number += 1
        mark = f"{prefix}-{number}"
        try:
            connection.request("GET", f"/execsvcscriptplain?name=Post&startparam1={mark}", headers={"Authorization": AUTHORIZATION})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return
        if answer.status == 200 and body == mark.encode():
            acknowledged.append(mark)


def add_users_until_it_dies(server, prefix, acknowledged, dying):
    number = 0
    while not dying.is_set():
        number += 1
        login = f"{prefix}-{number}"
        done = subprocess.run([server.program, "user", "add", login, "--data", server.data], input="Secret1\n",
                              capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            acknowledged.append(login)


def test_nothing_acknowledged_is_missing_after_fifty_kills(tmp_path):
    seed = int(os.environ.get("OTKLIK_SEED", random.randrange(1 << 30)))
    print("seed", seed)
    chance = random.Random(seed)
    marks, logins = [], []
    for number in range(ROUNDS):
        server = Server(folder=tmp_path, before_start=scenarios, access__hash_memory="64", access__hash_passes="1")
        server.start()
        dying = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(5) as callers:
            for caller in range(4):
                callers.submit(call_until_it_dies, server.port, f"r{number}c{caller}", marks)
            callers.submit(add_users_until_it_dies, server, f"r{number}", logins, dying)
            time.sleep(chance.uniform(0.02, 0.4))  # the moment of death, not a wait for anything
            dying.set()
            server.process.kill()
            server.process.wait()

    with Server(folder=tmp_path, before_start=scenarios) as server:
        users = {user["login"] for user in json.loads(server.shell("user", "list", "--json").stdout)}
        posted, ended, started = set(), set(), set()
        last = 0
        for line in server.shell("events").stdout.splitlines():
            event = json.loads(line)
            assert "gap" not in event, event
            assert event["sequence"] == last + 1, "the log has a hole"
            last = event["sequence"]
            if event["type"] == "custom_event":
                posted.add(event["data"]["data"]["id"] if isinstance(event["data"]["data"], dict) else json.loads(event["data"]["data"])["id"])
                ended.add(event["data"]["run"])
            elif event["type"] == "script_started":
                started.add(event["data"]["run"])
    assert marks and logins, "the server was killed before it could acknowledge anything"
    assert not set(marks) - posted
    assert not set(logins) - users
    assert not ended - started, "an event of a run whose start is not in the log"
