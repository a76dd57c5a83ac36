"""A client as it comes out of its package, called by its own command line."""

import shutil
import subprocess

import pytest


def client(*command, **options):
    if not shutil.which(command[0]):
        pytest.fail(f"{command[0]} is not installed: packaging/debian/test.packages names what the tests need")
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
