#!/usr/bin/python3
"""Measures signalling: bench/sip/run.py [--build DIR] [--registers N] [--calls N] [--rate R] [--seconds S]

Registrations with digest (REGISTER, 401, REGISTER, 200) and calls (INVITE, 401, INVITE, 180, 200, ACK, BYE, 200), by SIPp, against
sip_echo_agent: the SIP agent without the rest of the server. Shown are the rate that was reached, the failures, and the CPU time of the
agent for each; that, and not the rate, says what a core can do (SIPp itself takes more). The agent has one core, the load another.
Needs sipp. Bounded in number and time.
"""

import argparse
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/sip"))
from sip_agent import Agent  # noqa: E402
from sipp_test import CALL, REGISTER  # noqa: E402

AGENT_CORE, LOAD_CORE = "0", "1"
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(name, scenario, count, rate, seconds, mode):
    with Agent(many=count + 1, trusted="127.0.0.0/8", quiet=1) as agent, tempfile.TemporaryDirectory() as folder:
        subprocess.run(["taskset", "-acp", AGENT_CORE, str(agent.process.pid)], check=True, capture_output=True)
        file = pathlib.Path(folder) / "scenario.xml"
        file.write_text(scenario)
        port = agent.ports["udp" if mode.startswith("u") else "tcp"]
        before, began = cpu_seconds(agent.process.pid), time.monotonic()
        subprocess.run(
            ["taskset", "-c", LOAD_CORE, "sipp", f"127.0.0.1:{port}", "-sf", file, "-m", str(count), "-r", str(rate), "-l", "5000", "-t", mode,
             "-i", "127.0.0.1", "-timeout", f"{seconds}s", "-nostdin", "-trace_stat", "-stf", f"{folder}/stat.csv", "-fd", "1"],
            cwd=folder, capture_output=True, timeout=seconds + 30, check=False,
        )
        took, cpu = time.monotonic() - began, cpu_seconds(agent.process.pid) - before
        with open(f"{folder}/stat.csv", encoding="utf-8") as stat:
            last = list(csv.DictReader(stat, delimiter=";"))[-1]
        good, bad = int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])
        print(f"{name:<24} {mode:<3} {good:>7} good {bad:>6} failed {good / took:>8.0f}/s {1e6 * cpu / max(good, 1):>8.0f} µs of CPU each "
              f"({max(good, 1) / max(cpu, 0.01):.0f}/s on one core)")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    arguments.add_argument("--registers", type=int, default=20_000)
    arguments.add_argument("--calls", type=int, default=2_000)
    arguments.add_argument("--rate", type=int, default=0, help="a second; 0: 4000 registrations, 300 calls")
    arguments.add_argument("--seconds", type=int, default=60)
    given = arguments.parse_args()
    if not shutil.which("sipp"):
        sys.exit("sipp is missing (package sip-tester)")
    os.environ["SIP_ECHO_AGENT"] = str(given.build / "tests/sip/sip_echo_agent")
    for mode in ("u1", "t1"):
        measure("registration, digest", REGISTER, given.registers, given.rate or 4000, given.seconds, mode)
        measure("call, digest", CALL, given.calls, given.rate or 300, given.seconds, mode)


if __name__ == "__main__":
    main()
