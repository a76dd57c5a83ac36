import re
import socket

import pytest
from phone import SDP, Message, Phone, digest_response
from sip_agent import Agent


class Provider(Phone):
    """The other end of a trunk: a bound socket that the agent speaks to."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(20)
        self.port = self.socket.getsockname()[1]
        self.transport = "udp"
        self.user = "provider"
        self.contact = f"sip:provider@127.0.0.1:{self.port}"
        self.waiting = []
        self.tag = "prov"
        self.sequence = 0
        self.call_id = "x"
        self.server = None

    def _next(self):
        data, self.server = self.socket.recvfrom(65536)
        return Message(data.decode())

    def challenge(self, request, status=401, algorithm="MD5"):
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        self.reply(request, status, more=f'{name}: Digest realm="prov", nonce="n1", algorithm={algorithm}, qop="auth"')


@pytest.fixture
def provider():
    return Provider()


@pytest.fixture
def agent(provider):
    with Agent(trunk=f"127.0.0.1:{provider.port}:udp:74951234567:trunkpass") as one:
        yield one


def right(request, header, algorithm="MD5"):
    shown = request[header]
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', shown))
    expected = digest_response(
        f'Digest realm="prov", nonce="n1", algorithm={algorithm}', fields["username"], "trunkpass", request.method, fields["uri"]
    )
    made = re.search(r'response="(\w+)"', shown).group(1)
    ours = re.search(r'response="(\w+)"', expected.replace("c0ffee", fields["cnonce"])).group(1)
    # cnonce takes part in the sum, so it is made once more with theirs
    import hashlib

    make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5
    h = lambda text: make(text.encode()).hexdigest()  # noqa: E731
    again = h(f"{h(fields['username'] + ':prov:trunkpass')}:n1:{fields['nc']}:{fields['cnonce']}:auth:{h(request.method + ':' + fields['uri'])}")
    return made == again or made == ours


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_trunk_registers_and_leaves(agent, provider, algorithm):
    agent.tell("register_trunk")
    provider.challenge(provider.wait_request("REGISTER"), algorithm=algorithm)
    request = provider.wait(lambda m: m.method == "REGISTER" and m["Authorization"])
    assert right(request, "Authorization", algorithm)
    contact = re.search(r"<([^>]*)>", request["Contact"]).group(1)
    provider.contact = contact
    provider.reply(request, 200, more="Expires: 600")
    assert agent.wait("TrunkRegistered")["expires"] == "600"
    agent.tell("unregister_trunk")
    agent.wait("TrunkUnregistered")
    farewell = provider.wait_request("REGISTER")
    assert farewell["Expires"] == "0"


def test_a_trunk_whose_password_is_wrong_says_so(agent, provider):
    agent.tell("register_trunk")
    for _ in range(2):
        provider.challenge(provider.wait_request("REGISTER"))
    assert agent.wait("TrunkFailed")["status"] == "401"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_call_goes_out_by_a_trunk_with_its_credentials(agent, provider, algorithm):
    agent.tell("invite_trunk 74957654321")
    dialog = agent.wait("calling")["value"]
    invite = provider.wait_request("INVITE")
    assert invite.uri.startswith("sip:74957654321@127.0.0.1")
    provider.challenge(invite, 407, algorithm)
    provider.wait_request("ACK")
    invite = provider.wait(lambda m: m.method == "INVITE" and m["Proxy-Authorization"])
    assert right(invite, "Proxy-Authorization", algorithm)
    provider.reply(invite, 180)
    agent.wait("Ringing", dialog=dialog)
    provider.reply(invite, 200, body=SDP)
    provider.wait_request("ACK")
    agent.wait("Answered", dialog=dialog)
    agent.tell(f"end {dialog}")
    provider.reply(provider.wait_request("BYE"), 200)
    agent.wait("Ended", dialog=dialog)


def test_a_trunk_that_does_not_like_the_credentials_ends_the_call(agent, provider):
    agent.tell("invite_trunk 5")
    dialog = agent.wait("calling")["value"]
    provider.challenge(provider.wait_request("INVITE"), 407)
    provider.challenge(provider.wait(lambda m: m.method == "INVITE" and m["Proxy-Authorization"]), 407)
    ended = agent.wait("Ended", dialog=dialog)
    assert (ended["status"], ended["cause"]) == ("407", "rejected")


def test_a_call_comes_in_by_the_address_of_a_trunk_without_credentials(agent, provider):
    agent.tell("invite_trunk 5")  # by this the host is known to be resolved
    provider.reply(provider.wait_request("INVITE"), 486)
    agent.wait("Ended")
    provider.server = ("127.0.0.1", agent.ports["udp"])
    more = "P-Asserted-Identity: <sip:+74950000001@prov.example>"
    provider.send(provider.request("INVITE", "sip:2000@otklik.example", more, SDP, call_id="in1"))
    fact = agent.wait("Invited", called="2000")
    assert fact["trunk"] != "-" and fact["aor"] == ""
    assert fact["from"] == "+74950000001"
    assert provider.wait_status(200).body


def test_a_call_to_the_registered_contact_is_the_trunks_and_to_says_what_was_dialled(agent, provider):
    agent.tell("register_trunk")
    request = provider.wait_request("REGISTER")
    contact = re.search(r"<([^>]*)>", request["Contact"]).group(1)
    provider.reply(request, 200)
    agent.wait("TrunkRegistered")
    other = Phone(agent.ports["udp"], user="gateway")
    other.send(other.request("INVITE", contact, body=SDP, to="<sip:74951234567@prov.example>"))
    fact = agent.wait("Invited", called="74951234567")
    assert fact["trunk"] != "-"


def test_options_tell_whether_a_trunk_is_there(provider):
    with Agent(trunk=f"127.0.0.1:{provider.port}:udp:7:p", keepalive=1) as agent:
        provider.reply(provider.wait_request("OPTIONS"), 404)
        agent.wait("TrunkReachable", reachable="true", status="404")
        provider.reply(provider.wait_request("OPTIONS"), 503)
        agent.wait("TrunkReachable", reachable="false", status="503")


def test_a_trunk_whose_host_is_not_known_fails_at_once():
    with Agent(trunk="nowhere.invalid:5060:udp:7:p") as agent:
        agent.tell("invite_trunk 5")
        dialog = agent.wait("calling")["value"]
        assert agent.wait("Ended", dialog=dialog)["cause"] == "network_failure"
