#!/usr/bin/python3
"""Measures the web server against nginx on this machine: bench/web/run.py [--write] [--rounds N] [--seconds S] [--only WORD]

One core serves and another loads (taskset), all over the loopback. Each round runs every case of every server once, so
that what else the machine does falls on all of them alike; what is shown is the median of the rounds. CPU time is that
of the serving processes themselves (their threads' schedstat), divided by the requests that wrk counted: unlike a rate, it does
not depend on how fast the load was.

nginx answers `getversion`-sized bodies by `return 200` and files from disk, one worker, access log off: so is ours.
With --write the table goes to docs/benchmarks.md.

A run in which not one request was finished is the worst there is, not one to be left out: it counts with infinite cost
and latency and no rate, is shown below the table, and makes the measurement fail.
"""

import argparse
import base64
import contextlib
import datetime
import math
import os
import pathlib
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import page  # noqa: E402

SERVER_CORE, LOAD_CORE = "0", "1"
LOGIN, PASSWORD = "api", "benchmark-Secret1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"the server of port {port} ended with status {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


def cpu_seconds(pid):
    """What the threads that live now have used, to the nanosecond: /proc/PID/stat is sampled by clock ticks on many kernels, and
    misses most of what a short run of a thread takes."""
    used = 0
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            used += int((thread / "schedstat").read_text().split()[0])
    return used / 1e9


def processes_below(pid):
    """The process and its children: nginx serves from its worker."""
    out = [pid]
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else []:
        out += processes_below(int(child))
    return out


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
                   check=True, capture_output=True)


class Ours:
    name = "otklik"

    def __init__(self, program, folder):
        self.ports = {}
        data = folder / "data"
        data.mkdir(mode=0o700)
        command = [program, "serve", "--data", data, "--demo", "--threads", "1", "--listen", "127.0.0.1:0",
                   "--set", 'https.listen=["127.0.0.1:0"]', "--set", f'https.certificate="{folder}/certificate.pem"',
                   "--set", f'https.key="{folder}/key.pem"', "--set", 'admin.listen=""', "--set", "http.access_log=false",
                   "--set", 'log.level="warn"']
        self.log = open(folder / "otklik.log", "w")
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env={**os.environ, "OTKLIK_DEMO_PASSWORD": PASSWORD})
        for line in self.process.stdout:
            match = re.match(r"listening (https?)://[^:]*:(\d+)", line)
            if match:
                self.ports[match.group(1)] = int(match.group(2))
            if line.strip() == "ready":
                break
        else:
            sys.exit("otklik did not start:\n" + (folder / "otklik.log").read_text()[-2000:])
        for name, size in FILES.items():
            (data / "www" / name).write_bytes(os.urandom(size))

    def pids(self):
        return processes_below(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


class Nginx:
    name = "nginx"

    def __init__(self, folder, body):
        self.ports = {"http": free_port(), "https": free_port()}
        www = folder / "nginx"
        www.mkdir()
        for name, size in FILES.items():
            (www / name).write_bytes(os.urandom(size))
        www.chmod(0o755)
        (folder / "nginx.conf").write_text(f"""
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log error;
daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 75s;
  open_file_cache max=1000 inactive=60s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{self.ports["http"]} backlog=4096;
    listen 127.0.0.1:{self.ports["https"]} ssl backlog=4096;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    root {www};
    location = /return {{ default_type "text/xml; charset=utf-8"; return 200 '{body}'; }}
{self.further_locations(folder)}
  }}
}}
""")
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"),
                                         "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
        wait_for_port(self.ports["http"], self.process)

    def further_locations(self, folder):
        return ""

    def pids(self):
        return processes_below(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


FILES = {"small.txt": 100, "large.bin": 10 * 1024 * 1024}
# What is measured: a name, connections, what ours is asked, what nginx is asked, with Basic.
CASES = [
    ("getversion, Basic", 32, "/getversion", "/return", True),
    ("execsvcscriptplain Echo, Basic", 32, "/execsvcscriptplain?name=Echo&startparam1=abcdef", "/return", True),
    ("file, 100 bytes", 32, "/small.txt", "/small.txt", False),
    ("file, 10 MB", 4, "/large.bin", "/large.bin", False),
]


def load(server, scheme, path, with_basic, connections, seconds):
    """Requests, rate, CPU seconds of the server, 99th percentile of the latency in ms; one run of wrk."""
    url = f"{scheme}://127.0.0.1:{server.ports[scheme]}{path}"
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if with_basic:
        command += ["-H", "Authorization: Basic " + base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()]
    before = sum(map(cpu_seconds, server.pids()))
    ran = subprocess.run([*command, url], capture_output=True, text=True)
    used = sum(map(cpu_seconds, server.pids())) - before
    done = ran.stdout
    if ran.returncode != 0:
        sys.exit(f"wrk could not load {server.name} at {url}:\n{done}{ran.stderr}")
    # Slow answers (wrk counts them as time-outs) are the machine's; everything else is a fault.
    if re.search(r"Non-2xx|connect [1-9]|read [1-9]|write [1-9]", done):
        sys.exit(f"{server.name} {url} answered with errors:\n{done}")
    requests = int(re.search(r"(\d+) requests in", done).group(1))
    if requests == 0:
        return 0, 0.0, used, math.inf
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done).groups()
    return requests, rate, used, float(p99) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def fetch(server, path):
    """A whole answer as it is on the wire, to compare sizes."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic "
    request += base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode() + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.ports["http"]), 10) as s:
        s.sendall(request.encode())
        answer = b""
        while piece := s.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"{server.name} answered {path} with {head.splitlines()[0]!r}")
    return len(head) + 4, body


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    with contextlib.suppress(OSError):
        with open("/proc/meminfo") as f:
            memory = int(f.readline().split()[1]) / 2**20
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, Linux {platform.release()}"


def version(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default=ROOT / "build/release/otklik")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--only", help="cases whose name holds this word")
    arguments.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    asked = arguments.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("this needs two cores: one serves, the other loads")
    for tool in ("wrk", "taskset", "openssl"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk nginx util-linux openssl")

    busy = page.load_now()
    cases = [case for case in CASES if not asked.only or asked.only in case[0]]
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        certificate(folder)
        ours = Ours(asked.program, folder)
        stack.callback(ours.stop)
        head, body = fetch(ours, "/getversion")
        # Escapes of nginx's own: a dollar sign would name a variable.
        nginx = Nginx(folder, body.decode().replace("\\", "\\\\").replace("'", "\\'").replace("$", ""))
        stack.callback(nginx.stop)
        sizes = f"{head + len(body)} bytes of ours, {sum(map(len_of, fetch(nginx, '/return')))} of nginx"
        print(f"{machine()}\ngetversion on the wire: {sizes}", flush=True)

        seen = {}
        for scheme in ("http", "https"):  # a warm-up that nobody counts
            for case in cases:
                for server, path in ((ours, case[2]), (nginx, case[3])):
                    load(server, scheme, path, case[4], case[1], 1)
        for number in range(asked.rounds):
            for scheme in ("http", "https"):
                for case in cases:
                    for server, path in ((ours, case[2]), (nginx, case[3])):
                        figures = load(server, scheme, path, case[4], case[1], asked.seconds)
                        seen.setdefault((case[0], scheme, server.name), []).append(figures)
            print(f"round {number + 1} of {asked.rounds} done", flush=True)

    lines = ["| what | | µs of CPU a request: otklik | nginx | ratio | requests/s: otklik | nginx | p99, ms: otklik | nginx |",
             "|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    failures = []
    for case in cases:
        for scheme in ("http", "https"):
            cost, rate, late = {}, {}, {}
            for server in ("otklik", "nginx"):
                runs = seen[case[0], scheme, server]
                if unfinished := sum(run[0] == 0 for run in runs):
                    failures.append(f"{server}, {case[0]}, {scheme}: {unfinished} of {len(runs)} runs finished no request")
                cost[server] = statistics.median(used / requests * 1e6 if requests else math.inf for requests, _, used, _ in runs)
                rate[server] = statistics.median(run[1] for run in runs)
                late[server] = statistics.median(run[3] for run in runs)
            peer = "`return 200`" if case[3] == "/return" else "file"
            lines.append(f"| {case[0]} | {'TLS' if scheme == 'https' else 'plain'}, nginx: {peer} | {cost['otklik']:.2f} | {cost['nginx']:.2f} "
                         f"| **{ratio(cost['otklik'], cost['nginx'])}** | {rate['otklik']:,.0f} | {rate['nginx']:,.0f} "
                         f"| {late['otklik']:.2f} | {late['nginx']:.2f} |")
    table = "\n".join(lines)
    if failures:
        table += "\n\nFailed: " + "; ".join(failures) + "."
    print("\n" + table)
    if asked.write:
        commit = version("git", "-C", ROOT, "rev-parse", "--short=12", "HEAD")
        page.write_section("web", f"""**The web server**, by `bench/web/run.py --write`, {datetime.date.today()}, commit {commit}, {version("nginx", "-v") if shutil.which("nginx") else "nginx"}, {version("wrk", "-v").split(" Copyright")[0]}.
Machine: {machine()}.
One core serves, the other loads, over the loopback; {asked.rounds} interleaved rounds of {asked.seconds} s a case, medians. `getversion` on the wire: {sizes}.
Ours checks the Basic authorization of each request, and `Echo` starts a Lua state for each and records the run in the event log;
nginx's `return 200` does nothing but answer.

{table}""", busy)
    if failures:
        sys.exit(1)


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}" if math.isfinite(ours) and math.isfinite(theirs) else "none"


def len_of(part):
    return part if isinstance(part, int) else len(part)


if __name__ == "__main__":
    main()
