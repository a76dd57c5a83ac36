#!/usr/bin/python3
"""Measures files going down and up against nginx on this machine: bench/files/run.py [--write] [--rounds N] [--only WORD]

One core serves and another loads (taskset), over the loopback. Each round runs every case of every server once, so that
what else the machine does falls on all of them alike; what is shown is the median of the rounds. CPU time is that of the
serving processes themselves (their threads' schedstat): for each gigabyte that really went through. Memory is the largest resident
size of a serving process (VmHWM, set anew before each run).

Down: a file of 1 KB and 1 MB by wrk, and one of --large bytes by curl, plain and TLS. Up: --large bytes and 1 MB, plain, by this script over
kept connections: an octet stream to ours and a PUT to nginx (`dav_methods PUT`, body straight to disk), and a multipart
form to ours beside them. Ours computes SHA-256, syncs each file to the disk, and writes it into its index before it answers; nginx
does none of these. What a run did not finish counts as failed, and is shown as that. Nothing is deleted before the end, since file
systems may pay for that in the runs that follow (ext4 without a journal looks through recently deleted inodes at each new file).

With --write the table goes to docs/benchmarks.md.
"""

import argparse
import base64
import contextlib
import datetime
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "web")]
import page  # noqa: E402
import run as web  # noqa: E402  the web server's own benchmark: how servers are started and measured

AUTHORIZATION = "Basic " + base64.b64encode(f"{web.LOGIN}:{web.PASSWORD}".encode()).decode()
BOUNDARY = b"----------------------------benchmark"
GIGABYTE = 1e9


def bytes_of(text):
    number, unit = re.fullmatch(r"(\d+)([KMG]?)", text).groups()
    return int(number) * {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}[unit]


class Nginx(web.Nginx):
    """With a place to PUT files to."""

    def __init__(self, folder):
        super().__init__(folder, "")

    def further_locations(self, folder):
        (folder / "nginx" / "put").mkdir()
        return f"""
    location /put/ {{
      dav_methods PUT;
      client_max_body_size 0;
      client_body_temp_path {folder}/nginx/put/.temp;
    }}"""


def forget_peak(server):
    for pid in server.pids():
        with contextlib.suppress(OSError):
            pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_of(server):
    sizes = []
    for pid in server.pids():
        with contextlib.suppress(OSError):
            sizes.append(int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)))
    return max(sizes, default=0) / 1024


def cpu_of(server):
    return sum(map(web.cpu_seconds, server.pids()))


class Failed(Exception):
    pass


def download(server, scheme, name, size, seconds):
    """Bytes that came: many small files by wrk, a large one by curl, however long it takes."""
    url = f"{scheme}://127.0.0.1:{server.ports[scheme]}/{name}"
    if size > 16 * 1024**2:
        ran = subprocess.run(["taskset", "-c", web.LOAD_CORE, "curl", "-sSfk", "-o", "/dev/null", "-w", "%{size_download}", url],
                             capture_output=True, text=True)
        if ran.returncode != 0 or int(ran.stdout) != size:
            raise Failed(f"curl: {ran.stdout} of {size} bytes came: {ran.stderr}")
        return size
    connections = 32 if size < 1024**2 else 4
    ran = subprocess.run(["taskset", "-c", web.LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "120s", url],
                         capture_output=True, text=True)
    found = re.search(r"(\d+) requests in [^,]*, ([\d.]+)(KB|MB|GB|TB|B) read", ran.stdout)
    if ran.returncode != 0 or not found or re.search(r"Non-2xx|connect [1-9]|read [1-9]|write [1-9]", ran.stdout):
        raise Failed(f"wrk: {ran.stdout}{ran.stderr}")
    read = float(found.group(2)) * {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}[found.group(3)]
    if read < size:
        raise Failed("not one whole file came")
    return read


# Runs on the load core: sends `count` bodies of `size` bytes, one after the other on each of the connections.
SENDER = """
import socket, sys, threading
port, size, count, connections = map(int, sys.argv[1:5])
target, extra, before, after = sys.argv[5], sys.argv[6], sys.argv[7].encode().decode('unicode_escape').encode(), sys.argv[8].encode().decode('unicode_escape').encode()
verb = sys.argv[9]
piece = bytes(range(256)) * 1024
done = [0] * connections
def send(index):
    with socket.create_connection(("127.0.0.1", port), 300) as s:
        for number in range(index, count, connections):
            begin = before.replace(b"NUMBER", str(number).encode())
            length = len(begin) + size + len(after)
            head = f"{verb} {target} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {length}\\r\\n{extra}\\r\\n".replace("NUMBER", str(number))
            s.sendall(head.encode() + begin)
            left = size
            while left:
                left -= s.send(piece[:left])
            s.sendall(after)
            answer = b""
            while b"\\r\\n\\r\\n" not in answer:
                got = s.recv(65536)
                if not got: raise SystemExit("the server closed: " + repr(answer))
                answer += got
            head, _, body = answer.partition(b"\\r\\n\\r\\n")
            if head[9:12] not in (b"200", b"201", b"204"): raise SystemExit(repr(head + body))
            for line in head.split(b"\\r\\n"):
                if line.lower().startswith(b"content-length:"):
                    while len(body) < int(line[15:]): body += s.recv(65536)
            done[index] += 1
threads = [threading.Thread(target=send, args=(i,)) for i in range(connections)]
for t in threads: t.start()
for t in threads: t.join()
print(sum(done))
"""


def upload(server, kind, size, total):
    """Bytes that were stored."""
    count = max(1, total // size)
    name = f"{time.time_ns()}-NUMBER.bin"  # of its own, so that nobody looks for a free number
    head, before, after, verb = "Authorization: " + AUTHORIZATION + "\r\n", "", "", "POST"
    target = "/upload?storagemode=storage"
    if kind == "put":
        target, head, verb = "/put/" + name, "", "PUT"
    elif kind == "octet stream":
        head += f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename={name}\r\n"
    else:
        head += f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n"
        before = f'--{BOUNDARY.decode()}\\r\\nContent-Disposition: form-data; name="file"; filename="{name}"\\r\\n\\r\\n'
        after = f"\\r\\n--{BOUNDARY.decode()}--\\r\\n"
    connections = 1 if count == 1 else 4
    ran = subprocess.run(["taskset", "-c", web.LOAD_CORE, sys.executable, "-c", SENDER, str(server.ports["http"]), str(size), str(count),
                          str(connections), target, head, before, after, verb], capture_output=True, text=True)
    if ran.returncode != 0 or ran.stdout.strip() != str(count):
        raise Failed(f"{ran.stdout.strip() or 0} of {count} uploads were done: {ran.stderr.strip()[-300:]}")
    return size * count


def run_case(server, run, asked):
    """CPU seconds a gigabyte, gigabytes a second, MB of memory at the most; or why not."""
    forget_peak(server)
    before, began = cpu_of(server), time.monotonic()
    try:
        moved = run(server, asked)
    except Failed as why:
        return str(why)
    took, used = time.monotonic() - began, cpu_of(server) - before
    return used / moved * GIGABYTE, moved / took / GIGABYTE, peak_of(server)


def cases_of(asked):
    large, total = bytes_of(asked.large), bytes_of(asked.total)
    cases = []
    for name, size in (("1k.bin", 1024), ("1m.bin", 1024**2), ("large.bin", large)):
        for scheme in ("http", "https"):
            cases.append({"name": f"download, {name.removesuffix('.bin') if size != large else asked.large}", "where": "TLS" if scheme == "https" else "plain",
                          "ours": lambda server, a, n=name, s=size, c=scheme: download(server, c, n, s, a.seconds),
                          "theirs": lambda server, a, n=name, s=size, c=scheme: download(server, c, n, s, a.seconds), "peer": "file"})
    for size, label in ((1024**2, "1m"), (large, asked.large)):
        for kind in ("octet stream", "multipart"):
            cases.append({"name": f"upload, {kind}, {label}", "where": "plain",
                          "ours": lambda server, a, s=size, k=kind: upload(server, k, s, max(s, total)),
                          "theirs": lambda server, a, s=size: upload(server, "put", s, max(s, total)), "peer": "PUT"})
    return [case for case in cases if not asked.only or asked.only in case["name"]]


def cell(runs, index, pattern="{:.3f}"):
    good = [run[index] for run in runs if not isinstance(run, str)]
    if len(good) < len(runs):
        return f"**failed** {len(runs) - len(good)} of {len(runs)}", None
    value = statistics.median(good)
    return pattern.format(value), value


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default=ROOT / "build/release/otklik")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=5, help="of a download")
    arguments.add_argument("--large", default="1G", help="size of the large file")
    arguments.add_argument("--total", default="1G", help="bytes that an upload of smaller files sends in all")
    arguments.add_argument("--only", help="cases whose name holds this word")
    arguments.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    asked = arguments.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("this needs two cores: one serves, the other loads")
    for tool in ("wrk", "curl", "taskset", "openssl"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk nginx util-linux openssl")

    web.FILES = {"1k.bin": 1024, "1m.bin": 1024**2, "large.bin": bytes_of(asked.large)}
    busy = page.load_now()
    cases = cases_of(asked)
    room = shutil.disk_usage(os.environ.get("OTKLIK_BENCH_FOLDER") or tempfile.gettempdir()).free
    sent = 2 * asked.rounds * sum(max(bytes_of(asked.large), bytes_of(asked.total)) for case in cases if case["name"].startswith("upload"))
    if room < 1.2 * sent:
        sys.exit(f"{sent / GIGABYTE:.0f} GB will be uploaded and kept until the end, and the disk has room for {room / GIGABYTE:.0f} GB")
    seen = {}
    with tempfile.TemporaryDirectory(prefix="otklik-bench-", dir=os.environ.get("OTKLIK_BENCH_FOLDER")) as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        web.certificate(folder)
        ours = web.Ours(asked.program, folder)
        stack.callback(ours.stop)
        nginx = Nginx(folder)
        stack.callback(nginx.stop)
        print(web.machine(), flush=True)
        # A warm-up: the password is checked once, the files are in the cache of the system.
        for server, kind in ((ours, "octet stream"), (nginx, "put")):
            upload(server, kind, 1024, 4096)
        for number in range(asked.rounds):
            for index, case in enumerate(cases):
                for server, which in ((ours, "ours"), (nginx, "theirs")):
                    figures = run_case(server, case[which], asked)
                    if isinstance(figures, str):
                        print(f"{server.name}, {case['name']}, {case['where']}: failed: {figures}", flush=True)
                    seen.setdefault((index, server.name), []).append(figures)
            print(f"round {number + 1} of {asked.rounds} done", flush=True)

    lines = ["| what | | CPU s a GB: otklik | nginx | ratio | GB/s: otklik | nginx | most memory, MB: otklik | nginx |",
             "|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    for index, case in enumerate(cases):
        own, other = seen[index, "otklik"], seen[index, "nginx"]
        (own_cost, a), (other_cost, b) = cell(own, 0), cell(other, 0)
        ratio = f"**{a / b:.2f}**" if a is not None and b else "–"
        lines.append(f"| {case['name']} | {case['where']}, nginx: {case['peer']} | {own_cost} | {other_cost} | {ratio} "
                     f"| {cell(own, 1, '{:.2f}')[0]} | {cell(other, 1, '{:.2f}')[0]} | {cell(own, 2, '{:.0f}')[0]} | {cell(other, 2, '{:.0f}')[0]} |")
    table = "\n".join(lines)
    print("\n" + table)
    if asked.write:
        write(table, asked, busy)
    if any(isinstance(run, str) for runs in seen.values() for run in runs):
        sys.exit("not every run was finished")


def write(table, asked, busy):
    commit = web.version("git", "-C", ROOT, "rev-parse", "--short=12", "HEAD")
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    page.write_section("files", f"""**Files**, by `bench/files/run.py --write`, {datetime.date.today()}, commit {commit}, {web.version(nginx, "-v")}.
Machine: {web.machine()}.
One core serves, the other loads, over the loopback; {asked.rounds} interleaved rounds, medians. Ours computes the SHA-256 of an upload, syncs
it to the disk and writes it into its index before it answers; nginx's PUT does none of these.

{table}""", busy)


if __name__ == "__main__":
    main()
