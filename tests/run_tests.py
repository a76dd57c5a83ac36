"""Runs CTest over a build folder and counts: run_tests.py BUILD_FOLDER STARTED [PART...]

A PART is a label (unit, fuzz, ...) or a piece of a test's name; none means every test. A Python suite is one test to
CTest, but leaves a report of its cases in BUILD_FOLDER/pytest, so each case counts. The last line printed is
`N passed, N failed`; the status is 0 only when something ran and nothing failed. STARTED is the moment (seconds since
1970) at which the caller began, for the line that says how long everything took.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree


def known_tests(build):
    listing = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True, capture_output=True, text=True)
    tests = {}
    for test in json.loads(listing.stdout)["tests"]:
        labels = next((p["value"] for p in test.get("properties", []) if p["name"] == "LABELS"), [])
        tests[test["name"]] = labels
    return tests


def selection(part, tests):
    """The arguments that make CTest run a part, and whether anything is in it."""
    if any(part in labels for labels in tests.values()):
        return ["-L", f"^{re.escape(part)}$"], True
    return ["-R", re.escape(part)], any(part in name for name in tests)


def run_ctest(build, arguments):
    report = build / "Testing" / "junit.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    jobs = str(os.cpu_count() or 1)
    subprocess.run(["ctest", "-j", jobs, "--output-on-failure", "--output-junit", str(report.resolve()), *arguments],
                   cwd=build, check=False)
    return ElementTree.parse(report).getroot().iter("testcase") if report.exists() else []


def outcome(case):
    if case.find("skipped") is not None or case.get("status") in ("disabled", "notrun"):
        return "skipped"
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed"
    return "passed"


def cases_of(test, build, since):
    """What one CTest test stands for: the cases of its Python suite where a fresh report lies, else the test itself."""
    name = test.get("name")
    report = build / "pytest" / f"{name}.xml"
    if report.exists() and report.stat().st_mtime >= since:
        cases = {f"{name}::{c.get('name')}": outcome(c) for c in ElementTree.parse(report).getroot().iter("testcase")}
        # A suite can die after its last case, or without one: CTest's word then counts too.
        if cases and (outcome(test) != "failed" or "failed" in cases.values()):
            return cases
    # CTest calls a program that it cannot start "notrun" too: that is no skipping.
    skipped = test.find("skipped")
    missing = test.get("status") == "notrun" and not (skipped is not None and skipped.get("message", "").startswith("SKIP"))
    return {name: "failed" if missing else outcome(test)}


def main():
    build = pathlib.Path(sys.argv[1])
    started = int(sys.argv[2])
    parts = sys.argv[3:]
    since = time.time() - 1

    tests = known_tests(build)
    results = {}
    for part in parts or [None]:
        arguments, found = selection(part, tests) if part else ([], True)
        if not found:
            print(f"no test is named or labelled {part}", file=sys.stderr)
            results[f"{part} (unknown)"] = "failed"
            continue
        for test in run_ctest(build, arguments):
            results.update(cases_of(test, build, since))

    def named(kind):
        return sorted(name for name, what in results.items() if what == kind)

    for kind in ("skipped", "failed"):
        for name in named(kind):
            print(f"{kind}: {name}")
    sys.stdout.flush()
    print(f"-- tests: {time.time() - since:.0f} s", file=sys.stderr)
    print(f"-- in all: {time.time() - started:.0f} s", file=sys.stderr, flush=True)
    passed, failed = len(named("passed")), len(named("failed"))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
