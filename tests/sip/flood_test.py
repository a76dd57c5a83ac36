"""Whoever knocks at every door: calls of others must not notice."""

import socket

from phone import Phone
from sip_agent import Agent

BAD = 10_000


def knock(port, method, agent="friendly-scanner", address="127.0.0.77", most=BAD):
    """Sends requests from another address as fast as they go; how many were answered."""
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind((address, 0))
    out.setblocking(False)
    own = out.getsockname()[1]
    answered = 0
    for i in range(most):
        text = (
            f"{method} sip:{i}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {address}:{own};branch=z9hG4bK{i};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{i}@127.0.0.1>;tag={i}\r\nTo: <sip:{i}@127.0.0.1>\r\nCall-ID: bad{method}{i}\r\n"
            f"CSeq: 1 {method}\r\nContact: <sip:{i}@{address}:{own}>\r\nUser-Agent: {agent}\r\nContent-Length: 0\r\n\r\n"
        )
        try:
            out.sendto(text.encode(), ("127.0.0.1", port))
        except BlockingIOError:
            pass
        try:
            while True:
                out.recv(4096)
                answered += 1
        except BlockingIOError:
            pass
    out.close()
    return answered


def a_call_works(agent, number="2000"):
    phone = Phone(agent.ports["udp"])
    call = phone.call(number)
    assert call.final().status == 200
    agent.wait("Invited", called=number)
    return call


def test_ten_thousand_bad_requests_leave_a_call_and_new_ones_undisturbed():
    with Agent() as agent:
        call = a_call_works(agent)
        assert knock(agent.ports["udp"], "REGISTER") == 0, "a scanner learns nothing, not even that we are here"
        assert knock(agent.ports["udp"], "INVITE", agent="Phone 1", address="127.0.0.78") < BAD / 5
        another = a_call_works(agent, "2002")
        assert call.within("INFO", "Content-Type: application/dtmf-relay", "Signal=1\r\n").status == 200
        assert call.hang_up().status == 200
        assert another.hang_up().status == 200
        figures = agent.figures()
        assert figures["dropped"] > BAD / 2
        assert (figures["dialogs"], figures["watchdog"]) == (0, 0)


def test_a_guesser_has_to_wait_and_others_do_not():
    with Agent(failures=3) as agent:
        guesser = Phone(agent.ports["udp"], password="guess")
        for _ in range(4):
            assert guesser.register().status == 401
        guesser.send(guesser.request("REGISTER", "sip:otklik.example", to="<sip:1001@otklik.example>"))
        # Behind the same address nobody new is listened to; what comes by another way shows that the agent is well.
        assert guesser.nothing_for(0.5)
        assert agent.figures()["wrong"] == 4


def test_an_office_with_one_wrong_password_goes_on_working():
    with Agent(failures=3) as agent:
        assert Phone(agent.ports["udp"], user="1002").register().status == 200
        for _ in range(8):
            assert Phone(agent.ports["udp"], password="guess").register().status == 401
        assert Phone(agent.ports["udp"], user="1003").register().status == 200


def test_connections_that_say_nothing_sensible_are_closed(agent):
    phone = Phone(agent.ports["tcp"], transport="tcp")
    phone.send("INVITE sip:x SIP/2.0\r\nContent-Length: nonsense\r\n\r\n")
    assert phone.socket.recv(100) == b""
    phone = Phone(agent.ports["tcp"], transport="tcp")
    phone.send("x" * 100_000)
    try:
        assert phone.socket.recv(100) == b""
    except ConnectionResetError:
        pass
    assert Phone(agent.ports["tcp"], transport="tcp").register().status == 200


def test_too_many_connections_of_one_address_are_refused(agent):
    phones = [Phone(agent.ports["tcp"], transport="tcp") for _ in range(200)]
    extra = Phone(agent.ports["tcp"], transport="tcp")
    assert extra.socket.recv(10) == b""
    for phone in phones:
        phone.close()


def test_stray_bytes_are_passed_over(agent):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for junk in (b"", b"\r\n\r\n", b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"x" * 12, b"\xff" * 500, b"SIP/2.0 200 OK\r\n\r\n", b"x" * 60_000):
        out.sendto(junk, ("127.0.0.1", agent.ports["udp"]))
    assert Phone(agent.ports["udp"]).register().status == 200
