"""SIPp, a program by others, calls and registers: a few hundred times, bounded in number and time."""

import subprocess

import pytest
from sip_agent import Agent

# SIPp takes no keyword inside [authentication …]: who registers, with the credentials, comes from a file (see phones()).
REGISTER = """<?xml version="1.0"?>
<scenario name="register with digest">
  <send retrans="500"><![CDATA[
    REGISTER sip:otklik.example SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:[field0]@otklik.example>;tag=[call_number]
    To: <sip:[field0]@otklik.example>
    Call-ID: [call_id]
    CSeq: 1 REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    Max-Forwards: 70
    Expires: 300
    Content-Length: 0
  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
    REGISTER sip:otklik.example SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:[field0]@otklik.example>;tag=[call_number]
    To: <sip:[field0]@otklik.example>
    Call-ID: [call_id]
    CSeq: 2 REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    [field1]
    Max-Forwards: 70
    Expires: 300
    Content-Length: 0
  ]]></send>
  <recv response="200"/>
</scenario>
"""

CALL = """<?xml version="1.0"?>
<scenario name="a call with digest">
  <send retrans="500"><![CDATA[
    INVITE sip:2000@otklik.example SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:1001@otklik.example>;tag=[call_number]
    To: <sip:2000@otklik.example>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:1001@[local_ip]:[local_port];transport=[transport]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP[local_ip_type] [local_ip]
    s=-
    c=IN IP[media_ip_type] [media_ip]
    t=0 0
    m=audio [media_port] RTP/AVP 8
  ]]></send>
  <recv response="401" auth="true"/>
  <send><![CDATA[
    ACK sip:2000@otklik.example SIP/2.0
    [last_Via:]
    From: <sip:1001@otklik.example>;tag=[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <send retrans="500"><![CDATA[
    INVITE sip:2000@otklik.example SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:1001@otklik.example>;tag=[call_number]
    To: <sip:2000@otklik.example>
    Call-ID: [call_id]
    CSeq: 2 INVITE
    Contact: <sip:1001@[local_ip]:[local_port];transport=[transport]>
    [authentication username=1001 password=secret]
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP[local_ip_type] [local_ip]
    s=-
    c=IN IP[media_ip_type] [media_ip]
    t=0 0
    m=audio [media_port] RTP/AVP 8
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [routes]
    From: <sip:1001@otklik.example>;tag=[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 2 ACK
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <pause milliseconds="100"/>
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    [routes]
    From: <sip:1001@otklik.example>;tag=[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 3 BYE
    Max-Forwards: 70
    Content-Length: 0
  ]]></send>
  <recv response="200"/>
</scenario>
"""


def phones(folder, count):
    """A file for SIPp with one line for each phone: [field0] its number, [field1] its credentials."""
    file = folder / "phones.csv"
    lines = [f"u{i};[authentication username=u{i} password=secret]\n" for i in range(1, count + 1)]
    file.write_text("SEQUENTIAL\n" + "".join(lines))
    return file


def sipp(folder, port, scenario, count, rate, mode="u1", expect=0, more=()):
    file = folder / "scenario.xml"
    file.write_text(scenario)
    # -max_socket: its default is above the limit of open files of most machines, and then mode tn does not start.
    run = subprocess.run(
        ["sipp", f"127.0.0.1:{port}", "-sf", file, "-m", str(count), "-r", str(rate), "-l", str(count), "-t", mode, "-i", "127.0.0.1",
         "-timeout", "60s", "-timeout_error", "-nostdin", "-trace_err", "-error_file", folder / "errors.log",
         "-max_socket", "500", *more],
        cwd=folder, capture_output=True, text=True, timeout=90, check=False,
    )
    errors = (folder / "errors.log").read_text()[:3000] if (folder / "errors.log").exists() else ""
    assert run.returncode == expect, f"{run.stdout[-2000:]}\n{errors}"


@pytest.mark.parametrize("mode, transport", [("u1", "udp"), ("t1", "tcp")])
def test_hundreds_of_phones_register(tmp_path, mode, transport):
    with Agent(many=501, trusted="127.0.0.0/8") as agent:
        sipp(tmp_path, agent.ports[transport], REGISTER, 500, 500, mode, more=["-inf", phones(tmp_path, 500)])
        assert agent.figures()["registers"] == 500
        # With one connection for all they are gone with it.
        if transport == "udp":
            assert agent.figures()["contacts"] == 500


@pytest.mark.parametrize("mode, transport", [("u1", "udp"), ("t1", "tcp"), ("tn", "tcp")])
def test_hundreds_of_calls_come_and_go(tmp_path, mode, transport):
    count = 100 if mode == "tn" else 300
    with Agent(trusted="127.0.0.0/8", quiet=1) as agent:
        sipp(tmp_path, agent.ports[transport], CALL, count, 100, mode)
        figures = agent.figures()
        assert (figures["dialogs"], figures["watchdog"]) == (0, 0)
