"""Debian's Chromium without a window, for what only a real browser shows."""

import os
import shutil
import subprocess

import pytest


def browse(url, profile):
    """Opens a page, lets its scripts and timers come to their end, and gives what has become of it, as HTML. `profile` is a folder of
    its own for each browser that shall remember nothing."""
    if not shutil.which("chromium"):
        pytest.fail("chromium is not installed: packaging/debian/test.packages names what the tests need")
    done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                           "--disable-background-networking", "--disable-component-update", "--disable-sync",
                           f"--user-data-dir={profile}", "--virtual-time-budget=5000", "--dump-dom", url],
                          capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(profile)})
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
