"""The situations of RFC 4475 (SIP torture test messages), each made anew: its cases, not its bytes. The paragraph is named."""

import pytest
from phone import SDP
from sip_agent import Agent
import socket


@pytest.fixture(scope="module")
def agent():
    with Agent(trusted="127.0.0.0/8") as one:
        yield one


class Wire:
    """A raw socket."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(20)
        self.port = self.socket.getsockname()[1]
        self.server = ("127.0.0.1", port)

    def send(self, data):
        self.socket.sendto(data if isinstance(data, bytes) else data.encode(), self.server)

    def status(self):
        return int(self.socket.recv(65536).split(b" ")[1])

    def answer(self):
        return self.socket.recv(65536).decode("utf-8", "replace")


@pytest.fixture
def wire(agent):
    return Wire(agent.ports["udp"])


def message(wire, method="OPTIONS", uri="sip:user@example.com", version="SIP/2.0", via=None, max_forwards="Max-Forwards: 68",
            from_="From: <sip:caller@example.net>;tag=323", to="To: <sip:user@example.com>", call_id="Call-ID: torture.1@example.net",
            cseq=None, more=(), body="", length=None, start=None):
    lines = [start if start is not None else f"{method} {uri} {version}"]
    lines.append(via if via is not None else f"Via: SIP/2.0/UDP 127.0.0.1:{wire.port};branch=z9hG4bKtorture;rport")
    lines += [line for line in (max_forwards, from_, to, call_id, cseq if cseq is not None else f"CSeq: 5 {method}") if line]
    lines += list(more)
    lines.append(length if length is not None else f"Content-Length: {len(body)}")
    return "\r\n".join(line for line in lines if line) + "\r\n\r\n" + body


CONTACT = "Contact: <sip:caller@127.0.0.1:9>"
TYPE = "Content-Type: application/sdp"

# name, paragraph, how the message differs, which statuses are right
ANSWERED = [
    # 3.1.1: valid, if odd. What is beyond us (credentials, methods) is answered as for any other.
    ("intmeth", "3.1.1.2", dict(method="!interesting-Method0123456789_*+`.%indeed'~", uri="sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
        to='To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)@example.com>',
        from_="From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\";tag=_token~1'+`*%!-."), (501,)),
    ("esc01", "3.1.1.3", dict(method="INVITE", uri="sip:sips%3Auser%40example.com@example.net", more=(CONTACT, TYPE), body=SDP), (401,)),
    ("escnull", "3.1.1.4", dict(method="REGISTER", uri="sip:example.com", from_="From: sip:null-%00-null@example.com;tag=1", to="To: sip:null-%00-null@example.com",
        more=("Contact: <sip:%00@host5.example.com>", "Contact: <sip:%00%00@host5.example.com>")), (401,)),
    ("esc02", "3.1.1.5", dict(method="RE%47IST%45R", uri="sip:registrar.example.com"), (501,)),
    ("lwsdisp", "3.1.1.6", dict(from_="From: caller<sip:caller@example.com>;tag=323"), (200,)),
    ("longreq", "3.1.1.7", dict(method="INVITE", from_="From: sip:" + "amazinglylongcallername" * 5 + "@example.net;tag=12" + "982982" * 50,
        to='To: "I have a user name of ' + "extreme" * 10 + ' proportion"<sip:user@example.com:6000;unknownparam1=very' + "long" * 20 + 'value;longparam' + "name" * 25 + '=shortvalue>',
        more=tuple(f"Unknown-{'Long' * 20}-Name-{i}: {'value ' * 20}" for i in range(10)) + (CONTACT, TYPE), body=SDP), (401,)),
    ("dblreq", "3.1.1.8", dict(method="REGISTER", uri="sip:example.com", more=("Contact: <sip:j.user@host.example.com>",), length="Content-Length: 0\r\n\r\nINVITE sip:joe@example.com SIP/2.0"), (401,)),
    ("semiuri", "3.1.1.9", dict(uri="sip:user;par=u%40example.net@example.com"), (200,)),
    ("mpart01", "3.1.1.11", dict(method="MESSAGE", more=("Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",), body="--7a9cbec02ceef655\r\n\r\nHello\r\n--7a9cbec02ceef655--"), (405, 415)),
    # 3.1.2: invalid
    ("badinv01", "3.1.2.1", dict(method="INVITE", more=('Contact: "Joe" <sip:joe@example.org>;;;;', TYPE), body=SDP), (400,)),
    ("clerr", "3.1.2.2", dict(method="INVITE", more=(CONTACT, TYPE), body=SDP, length="Content-Length: 9999"), (400,)),
    ("ncl", "3.1.2.3", dict(method="INVITE", more=(CONTACT, TYPE), body=SDP, length="Content-Length: -999"), (400,)),
    ("scalar02", "3.1.2.4", dict(method="REGISTER", uri="sip:example.com", cseq="CSeq: 36893488147419103232 REGISTER", max_forwards="Max-Forwards: 300",
        more=("Expires: 10000000000000000000000000000000", "Contact: <sip:user@host129.example.com>;expires=280297596632815")), (400,)),
    ("quotbal", "3.1.2.6", dict(method="INVITE", to='To: "Mr. J. User <sip:j.user@example.com>', more=(CONTACT, TYPE), body=SDP), (400,)),
    ("ltgtruri", "3.1.2.7", dict(method="INVITE", uri="<sip:user@example.com>", more=(CONTACT, TYPE), body=SDP), (400,)),
    ("lwsruri", "3.1.2.8", dict(method="INVITE", uri="sip:user@example.com; lr", more=(CONTACT, TYPE), body=SDP), (400,)),
    ("lwsstart", "3.1.2.9", dict(start="INVITE  sip:user@example.com  SIP/2.0", cseq="CSeq: 8 INVITE", more=(CONTACT, TYPE), body=SDP), (400,)),
    ("trws", "3.1.2.10", dict(start="OPTIONS sip:remote-target@example.com SIP/2.0  "), (400,)),
    ("escruri", "3.1.2.11", dict(method="INVITE", uri="sip:user@example.com?Route=%3Csip:example.com%3E", more=(CONTACT, TYPE), body=SDP), (400,)),
    ("baddate", "3.1.2.12", dict(method="INVITE", more=("Date: Fri, 01 Jan 2010 16:00:00 EST", CONTACT, TYPE), body=SDP), (400, 401)),
    ("regbadct", "3.1.2.13", dict(method="REGISTER", uri="sip:example.com", more=("Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E",)), (400,)),
    ("badaspec", "3.1.2.14", dict(to='To: "Watson, Thomas" < sip:t.watson@example.org >'), (200, 400)),
    ("baddn", "3.1.2.15", dict(from_="From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43"), (400,)),
    ("badvers", "3.1.2.16", dict(version="SIP/7.0"), (505,)),
    ("mismatch01", "3.1.2.17", dict(cseq="CSeq: 8 INVITE"), (400,)),
    ("mismatch02", "3.1.2.18", dict(method="NEWMETHOD", cseq="CSeq: 8 INVITE"), (400, 501)),
    # 3.2, 3.3: of transactions and of what is asked for
    ("badbranch", "3.2.1", dict(via="Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK;rport"), (200,)),
    ("insuf", "3.3.1", dict(method="INVITE", from_="", to="", call_id="", more=(CONTACT,)), (400,)),
    ("unkscm", "3.3.2", dict(uri="nobodyKnowsThisScheme:totallyopaquecontent"), (416,)),
    ("novelsc", "3.3.3", dict(uri="soap.beep://192.0.2.103:3002"), (416,)),
    ("unksm2", "3.3.4", dict(method="REGISTER", uri="sip:example.com", to="To: isbn:2983792873", from_="From: <http://www.example.com>;tag=3234233", more=("Contact: <name:John_Smith>",)), (400, 401, 416)),
    ("bext01", "3.3.5", dict(more=("Require: nothingSupportsThis, nothingSupportsThisEither", "Proxy-Require: noProxiesSupportThis")), (420,)),
    ("invut", "3.3.6", dict(method="INVITE", more=(CONTACT, "Content-Type: application/unknownformat"), body="<audio><pcmu port='443'/></audio>"), (415,)),
    ("regaut01", "3.3.7", dict(method="REGISTER", uri="sip:example.com", more=(CONTACT, "Authorization: NoOneKnowsThisScheme opaque-data=here")), (401,)),
    ("multi01", "3.3.8", dict(method="INVITE", more=("CSeq: 59 INVITE", "Call-ID: second", "To: <sip:other@example.com>", "From: <sip:other@example.com>;tag=3", "Max-Forwards: 5", CONTACT, TYPE), body=SDP), (400,)),
    ("mcl01", "3.3.9", dict(length="Content-Length: 13\r\nContent-Length: 5", body="There's no way"), (400,)),
    ("zeromf", "3.3.11", dict(max_forwards="Max-Forwards: 0"), (200, 483)),
    ("cparam01", "3.3.12", dict(method="REGISTER", uri="sip:example.com", more=("Contact: sip:+19725552222@gw1.example.net;unknownparam",)), (401,)),
    ("cparam02", "3.3.13", dict(method="REGISTER", uri="sip:example.com", more=("Contact: <sip:+19725552222@gw1.example.net;unknownparam>",)), (401,)),
    ("regescrt", "3.3.14", dict(method="REGISTER", uri="sip:example.com", more=("Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>",)), (401,)),
    ("sdp01", "3.3.15", dict(method="INVITE", more=(CONTACT, "Accept: text/nobodyKnowsThis", TYPE), body=SDP), (406,)),
    ("inv2543", "3.4.1", dict(method="INVITE", via="Via: SIP/2.0/UDP 127.0.0.1:{port}", max_forwards="", from_="From: <sip:noxfwd@example.com>", more=(CONTACT, TYPE), body=SDP), (401,)),
]


@pytest.mark.parametrize("name, paragraph, how, right", ANSWERED, ids=[row[0] for row in ANSWERED])
def test_a_request_is_answered_as_it_must_be(agent, wire, name, paragraph, how, right):
    how = dict(how)
    if "via" in how:
        how["via"] = how["via"].format(port=wire.port)
    wire.send(message(wire, **how))
    assert wire.status() in right, f"{name} ({paragraph})"


def test_wsinv_blanks_and_folds_in_every_place_are_read(agent, wire):
    """3.1.1.1"""
    wire.send(
        "OPTIONS sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\n'
        "Call-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 0\r\ncseq: 0009\r\n  OPTIONS\r\n"
        f"Via  : SIP  /   2.0\r\n /UDP\r\n    127.0.0.1:{wire.port};branch=390skdjuw;rport\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
        "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nRoute:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
        "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n'
    )
    # It stands within a dialog that we do not have; were it malformed, it would be 400.
    assert wire.status() in (200, 481)


def test_transports_of_every_name_are_read_and_given_back(agent, wire):
    """3.1.1.10"""
    wire.send(message(wire, more=("Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK2", "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK3",
                                  "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bK4", "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK5")))
    answer = wire.answer()
    assert answer.startswith("SIP/2.0 200") and "UNKNOWN t4.example.com" in answer and answer.count("Via:") == 5


@pytest.mark.parametrize("start", ["SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e", "SIP/2.0 100 ", "SIP/2.0 4294967301 better not break the receiver", "SIP/2.0 200 OK"],
                         ids=["unreason 3.1.1.12", "noreason 3.1.1.13", "bigcode 3.1.2.19", "bcast 3.3.10"])
def test_answers_to_nothing_are_dropped(agent, wire, start):
    via = "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK3939" if start.endswith("OK") else None
    wire.send(message(wire, start=start, cseq="CSeq: 35 INVITE", via=via, more=(CONTACT,)))
    wire.send(message(wire))
    assert wire.status() == 200, "the first thing that comes answers the request after it"


def test_scalarlg_numbers_past_all_bounds_in_an_answer_are_dropped(agent, wire):
    """3.1.2.5"""
    wire.send(message(wire, start="SIP/2.0 503 Service Unavailable", cseq="CSeq: 9292394834772304023312 OPTIONS",
                      more=("Retry-After: 949302838503028349304023988", "Warning: 1812 overture \"In Progress\"")))
    wire.send(message(wire))
    assert wire.status() == 200


def test_there_are_forty_nine():
    assert len(ANSWERED) + 1 + 1 + 4 + 1 == 49
