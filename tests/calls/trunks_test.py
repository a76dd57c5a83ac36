"""Calls to and from another exchange (SIPp), known by its address."""

import shutil
import socket
import subprocess

import pytest

from baresip_phone import PATIENCE
from company import Company

SIPP = shutil.which("sipp")
PROVIDER = "127.0.0.3"


def free_port(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Provider:
    """SIPp at an address of its own: takes calls and plays back what it hears."""

    def __init__(self, folder, arguments):
        self.port = free_port(PROVIDER)
        self.output = open(folder / f"sipp-{self.port}.log", "wb")
        self.process = subprocess.Popen([SIPP, "-i", PROVIDER, "-p", str(self.port), "-mi", PROVIDER, "-mp", str(free_port(PROVIDER) & ~1),
                                         "-nostdin", "-trace_err", *arguments], stdout=self.output, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, cwd=folder)

    def wait(self):
        return self.process.wait(PATIENCE)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def company():
    with Company(telephony__record="false", sip__trusted='["127.0.0.0/8"]') as running:
        yield running


@pytest.fixture
def provider(company, tmp_path):
    taker = Provider(tmp_path, ["-sn", "uas", "-rtp_echo"])
    company.shell("trunk", "add", "Provider", "--server", f"{PROVIDER}:{taker.port}", "--source", PROVIDER)
    yield taker
    taker.stop()


def test_a_phone_calls_outside_and_hears_what_comes_back(company, provider):
    ivan = company.phone("16001", tone=440, codecs="PCMU,PCMA")
    ivan.dial("84951234567")
    ivan.wait("CALL_ESTABLISHED")
    ivan.wait_until_it_hears(440)  # SIPp plays back
    ivan.hang_up()
    company.wait_for_metric("call_legs", 0)
    company.wait_for_metric("media_legs", 0)


def test_a_call_from_outside_reaches_the_number_it_dialled(company, provider, tmp_path):
    ivan = company.phone("16001", tone=440, codecs="PCMU,PCMA", answer="auto")
    caller = Provider(tmp_path, ["-sn", "uac", "-s", "101", "-m", "1", "-d", "1000", company.sip["udp"]])
    try:
        ivan.wait("CALL_ESTABLISHED")
        assert caller.wait() == 0
        ivan.wait("CALL_CLOSED")
    finally:
        caller.stop()
    company.wait_for_metric("call_legs", 0)


def test_a_call_from_an_address_that_nobody_knows_is_not_let_in(company, tmp_path):
    caller = Provider(tmp_path, ["-sn", "uac", "-s", "101", "-m", "1", "-d", "100", company.sip["udp"]])
    try:
        assert caller.wait() != 0
    finally:
        caller.stop()
    assert company.metric("call_legs_total") == 0


def test_a_number_outside_without_a_trunk_ends_the_call(company):
    ivan = company.phone("16001")
    ivan.dial("84951234567")
    ivan.wait("CALL_CLOSED")
