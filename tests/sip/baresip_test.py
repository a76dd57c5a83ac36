"""baresip, a real phone by others: registers, calls and is called."""

import subprocess

import pytest
from sip_agent import PATIENCE, Agent

MODULES = "/usr/lib/baresip/modules"


class Baresip:
    def __init__(self, folder, port, transport, answer="manual"):
        # As Debian's baresip 1.0 has it: net_interface lo is no device to it, ausine gives 48 kHz alone, aufile plays nothing.
        (folder / "config").write_text(
            f"sip_listen 127.0.0.1:0\nmodule_path {MODULES}\nmodule g711.so\nmodule stdio.so\nmodule_tmp account.so\n"
            "module_app menu.so\nmodule ausine.so\nmodule aubridge.so\naudio_player aubridge,heard\naudio_source ausine,400\n"
            "ausrc_srate 48000\nausrc_channels 2\nauplay_srate 8000\nauplay_channels 1\nmodule srtp.so\nsip_verify_server no\nnet_interface 127.0.0.1\n"
        )
        (folder / "accounts").write_text(
            f"<sip:1001@127.0.0.1:{port};transport={transport}>;auth_pass=secret;regint=120;answermode={answer};mediaenc=;ptime=20\n"
        )
        (folder / "contacts").write_text("")
        self.process = subprocess.Popen(["baresip", "-f", folder, "-v"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def command(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        return self.process.stdout.read()


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_baresip_registers_and_is_called(tmp_path, certificate, transport):
    settings = {"tls": 0, **certificate} if transport == "tls" else {}
    with Agent(**settings) as agent:
        phone = Baresip(tmp_path, agent.ports[transport], transport, answer="auto")
        try:
            fact = agent.wait("Registered", aor="1001")
            assert fact["agent"].startswith("baresip")
            agent.tell("invite 1001")
            dialog = agent.wait("calling")["value"]
            agent.wait("Answered", dialog=dialog)
            agent.tell(f"hold {dialog}")
            agent.wait("ReofferAnswered", dialog=dialog)
            agent.tell(f"end {dialog}")
            assert agent.wait("Ended", dialog=dialog)["by"] == "us"
        finally:
            said = phone.stop()
        agent.wait("Unregistered", aor="1001")
        assert "Call terminated" in said or "terminate" in said, said


def test_baresip_calls_and_hangs_up(tmp_path):
    with Agent() as agent:
        phone = Baresip(tmp_path, agent.ports["udp"], "udp")
        try:
            agent.wait("Registered", aor="1001")
            phone.command(f"/dial sip:2000@127.0.0.1:{agent.ports['udp']}")
            dialog = agent.wait("Invited", called="2000")["dialog"]
            agent.wait("Confirmed", dialog=dialog)
            phone.command("/hangup")
            assert agent.wait("Ended", dialog=dialog)["by"] == "peer"
        finally:
            phone.stop()
