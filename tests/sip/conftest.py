import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sip_agent import Agent  # noqa: E402


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate: two files."""
    folder = tmp_path_factory.mktemp("certificate")
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", chain, "-days", "2", "-subj", "/CN=localhost"],
        check=True,
        capture_output=True,
    )
    return {"cert": chain, "key": key}


@pytest.fixture
def agent():
    with Agent() as one:
        yield one


@pytest.fixture(params=["udp", "tcp", "tls"])
def way(request, certificate):
    """An agent and a way to speak to it: (agent, transport)."""
    settings = {"tls": 0, **certificate} if request.param == "tls" else {}
    with Agent(**settings) as one:
        yield one, request.param
