#!/usr/bin/python3
"""Measures calls of plugins: bench/plugins/run.py [--program FILE] [--rounds N] [--seconds S] [--connections N] [--requests N] [--write]

What a plugin adds is the difference to `getversion`, a bare request to the same program with the same authorization. Two measurements a case:
the rate, by wrk over several connections, with the CPU time of the server and of the plugin a call (their threads' schedstat); and the
latency of one request after another on one connection, by this program: what is added is the difference of the medians and of the p99s.
The server and the plugin together have one core (taskset), the load has another. Rounds are interleaved; medians are shown.

With --write the table goes to docs/benchmarks.md.

Needs wrk, and what the plugins need: c++, python3, node.
"""

import argparse
import base64
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "web")]
import page  # noqa: E402
import run as web  # noqa: E402  the web server's own benchmark: how processes are measured

SERVER_CORE, LOAD_CORE, LOGIN, PASSWORD = web.SERVER_CORE, web.LOAD_CORE, web.LOGIN, web.PASSWORD
AUTHORIZATION = "Basic " + base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
FORM = "11111111-2222-4333-8444-555555555555"
# One plugin, three programs: the same form, as each SDK has it.
PROGRAMS = {
    "C++": ("./bench", [], "bench.cpp", """#include "otklik_plugin.hpp"
int main() {
  otklik::Plugin plugin;
  plugin.form("greet", [](const otklik::Json& in) { return otklik::Json::object({{"text", "Hello, " + in["who"].text() + "!"}}); });
  return plugin.run();
}
""", "cpp/otklik_plugin.hpp"),
    "Python": ("python3", ["bench.py"], "bench.py", """from otklik_plugin import Plugin
plugin = Plugin()


@plugin.form("greet")
def greet(who):
    return {"text": f"Hello, {who}!"}


plugin.run()
""", "python/otklik_plugin.py"),
    "Node": ("node", ["bench.js"], "bench.js", """const {Plugin} = require('./otklik_plugin.js');
new Plugin().form('greet', ({who}) => ({text: `Hello, ${who}!`})).run();
""", "node/otklik_plugin.js"),
}


def identity(number):
    return f"22222222-2222-4222-8222-{number:012}"


def make_plugins(data):
    for number, (sdk, (program, arguments, source, text, library)) in enumerate(PROGRAMS.items()):
        folder = data / "plugins" / sdk.replace("+", "p").lower()
        folder.mkdir(parents=True)
        (folder / source).write_text(text)
        shutil.copy(ROOT / "sdk" / library, folder)
        (folder / "manifest.json").write_text(json.dumps({
            "id": identity(number), "name": sdk, "version": "1", "program": program, "arguments": arguments,
            "forms": [{"id": FORM, "name": "greet", "inputs": [{"name": "who", "type": "string"}],
                       "outputs": [{"name": "text", "type": "string"}]}]}))
        if source.endswith(".cpp"):
            compiler = next(c for c in ("clang++-19", "c++") if shutil.which(c))
            subprocess.run([compiler, "-std=c++17", "-O2", "-I", folder, folder / source, "-o", folder / "bench"], check=True)
        for path in [folder, *folder.iterdir()]:
            path.chmod(0o755 if path.is_dir() or path.name == "bench" else 0o644)


class Server:
    def __init__(self, program, folder):
        self.data = folder / "data"
        self.data.mkdir(mode=0o700)
        make_plugins(self.data)
        self.program = program
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, program, "serve", "--data", self.data, "--demo", "--threads", "1", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=open(folder / "log", "w"), text=True, env={**os.environ, "OTKLIK_DEMO_PASSWORD": PASSWORD})
        for line in self.process.stdout:
            if found := re.match(r"listening http://(\S+)", line):
                self.address = found.group(1)
            if line.strip() == "ready":
                return
        sys.exit("the server did not start:\n" + (folder / "log").read_text())

    def pids(self):
        done = subprocess.run([self.program, "plugin", "list", "--json", "--data", self.data], capture_output=True, text=True, check=True)
        return [self.process.pid, *(row["pid"] for row in json.loads(done.stdout) if row["pid"])]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def paths():
    cases = {"getversion": "/getversion?format=json"}
    for number, sdk in enumerate(PROGRAMS):
        fields = urllib.parse.urlencode({"idmodule": identity(number), "idform": FORM, "inputparams": '{"who":"Ann"}'})
        cases[sdk] = f"/execpluginmethod?{fields}"
    return cases


def rate(server, path, connections, seconds):
    """Calls a second, CPU µs of server and plugin a call, p99 under load in ms."""
    pids = server.pids()
    before = sum(map(web.cpu_seconds, pids))
    done = subprocess.run(["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H",
                           f"Authorization: {AUTHORIZATION}", f"http://{server.address}{path}"], capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(done.stdout)
    used = sum(map(web.cpu_seconds, pids)) - before
    count = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout).groups()
    p99 = float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), used / count * 1e6, p99


def latency(server, path, requests):
    """Median and p99 of one request after another, in ms."""
    link = http.client.HTTPConnection(server.address)
    times = []
    for _ in range(requests):
        begin = time.perf_counter()
        link.request("GET", path, headers={"Authorization": AUTHORIZATION})
        answer = link.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - begin) * 1e3)
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {body}")
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default=ROOT / "build/release/otklik", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=32)
    arguments.add_argument("--requests", type=int, default=3000)
    arguments.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    given = arguments.parse_args()
    busy = page.load_now()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    cases = paths()
    figures = {case: [] for case in cases}
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        server = Server(given.program, pathlib.Path(folder))
        try:
            for path in cases.values():
                latency(server, path, 200)  # starts the programs, and warms them
            for _ in range(given.rounds):
                for case, path in cases.items():
                    figures[case].append((*rate(server, path, given.connections, given.seconds), *latency(server, path, given.requests)))
        finally:
            server.stop()
    medians = {case: [statistics.median(column) for column in zip(*rows)] for case, rows in figures.items()}
    bare = medians["getversion"]
    lines = ["| what | calls/s | CPU µs a call | p99 under load, ms | median, ms | added | p99, ms | added |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for case, (calls, cpu, loaded, median, p99) in medians.items():
        lines.append(f"| {case} | {calls:,.0f} | {cpu:.1f} | {loaded:.2f} | {median:.3f} | {median - bare[3]:+.3f} | {p99:.3f} | {p99 - bare[4]:+.3f} |")
    table = "\n".join(lines)
    print(f"{given.connections} connections, {given.rounds} rounds of {given.seconds} s; load average {page.load_now():.1f} (before: {busy:.1f})\n\n{table}")
    if given.write:
        commit = web.version("git", "-C", ROOT, "rev-parse", "--short=12", "HEAD")
        page.write_section("plugins", f"""**Plugins**, by `bench/plugins/run.py --write`, {datetime.date.today()}, commit {commit}.
Machine: {web.machine()}.
The server and the plugin share one core, the other loads, over the loopback; {given.rounds} interleaved rounds of {given.seconds} s a case with
{given.connections} connections, medians. The latencies are of one request after another on one connection, and what is added is the difference to a
bare request (`getversion`) to the same program. Every call is checked against the manifest both ways.

{table}""", busy)


if __name__ == "__main__":
    main()
