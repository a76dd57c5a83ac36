from phone import Phone, digest_response
from sip_agent import Agent


def test_a_phone_registers_refreshes_and_leaves_by_every_transport(way):
    agent, transport = way
    phone = Phone(agent.ports[transport], transport=transport)
    answer = phone.register(expires=120)
    assert answer.status == 200
    assert answer["Contact"].startswith(f"<{phone.contact}>;expires=120")
    fact = agent.wait("Registered", aor="1001")
    assert fact["contact"] == phone.contact
    assert fact["received"] == f"{transport}:127.0.0.1:{phone.port}"
    assert phone.register(expires=120).status == 200
    assert phone.register(expires=0).status == 200
    agent.wait("Unregistered", aor="1001", why="asked")
    assert "Registered" not in [one.name for one in agent.seen], "a refresh is no new phone"


def test_a_wrong_password_and_an_unknown_user_look_the_same(agent):
    wrong = Phone(agent.ports["udp"]).register(password="guess")
    unknown = Phone(agent.ports["udp"], user="9999").register()
    assert wrong.status == unknown.status == 401
    assert agent.figures()["contacts"] == 0


def test_a_stale_nonce_is_asked_again_and_said_to_be_stale():
    with Agent(nonce=0) as agent:
        phone = Phone(agent.ports["udp"])
        phone.send(phone.request("REGISTER", "sip:otklik.example", to="<sip:1001@otklik.example>"))
        asked = phone.wait_status(401)
        answer = phone.register()
        while answer.status == 200:  # until a millisecond has passed between the two requests
            answer = phone.register()
        assert "stale=true" in answer["WWW-Authenticate"]
        assert "stale" not in asked["WWW-Authenticate"]


def test_a_count_that_was_used_lets_nobody_in_again(agent):
    phone = Phone(agent.ports["udp"])
    uri, to = "sip:otklik.example", "<sip:1001@otklik.example>"
    phone.send(phone.request("REGISTER", uri, to=to))
    shown = digest_response(phone.wait_status(401)["WWW-Authenticate"], "1001", "secret", "REGISTER", uri)
    request = phone.request("REGISTER", uri, f"Authorization: {shown}", to=to)
    phone.send(request)
    assert phone.wait(lambda m: m.status >= 200).status == 200
    phone.send(request)
    assert phone.wait(lambda m: m.status >= 200).status == 200, "the same datagram once more is no second use"
    phone.send(phone.request("REGISTER", uri, f"Authorization: {shown}", to=to))
    assert phone.wait(lambda m: m.status >= 200).status == 401


def test_sha_256_is_offered_first_and_taken():
    with Agent(sha256=1) as agent:
        phone = Phone(agent.ports["udp"])
        phone.send(phone.request("REGISTER", "sip:otklik.example", to="<sip:1001@otklik.example>"))
        asked = phone.wait_status(401).all("WWW-Authenticate")
        assert ["SHA-256" in asked[0], "MD5" in asked[1]] == [True, True]
        assert phone.register().status == 200


def test_a_registration_expires():
    with Agent(shortest=1) as agent:
        phone = Phone(agent.ports["udp"])
        assert phone.register(expires=1).status == 200
        agent.wait("Registered")
        agent.wait("Unregistered", why="expired")


def test_a_phone_whose_connection_ends_is_gone(agent):
    phone = Phone(agent.ports["tcp"], transport="tcp")
    assert phone.register().status == 200
    agent.wait("Registered")
    phone.close()
    agent.wait("Unregistered", why="disconnected")
    assert agent.figures()["connections"] == 0


def test_an_administrator_takes_a_phone_off(agent):
    phone = Phone(agent.ports["udp"])
    phone.register()
    agent.wait("Registered")
    agent.tell("drop 1001")
    agent.wait("Unregistered", why="dropped")


def test_empty_lines_keep_a_connection_alive_and_are_answered(agent):
    phone = Phone(agent.ports["tcp"], transport="tcp")
    assert phone.register().status == 200
    phone.send("\r\n\r\n")
    assert phone.socket.recv(10) == b"\r\n"
    assert phone.register().status == 200


def test_options_are_answered_by_what_is_there(way):
    agent, transport = way
    phone = Phone(agent.ports[transport], transport=transport)
    phone.send(phone.request("OPTIONS", "sip:otklik.example"))
    answer = phone.wait_status(200)
    assert "INVITE" in answer["Allow"] and "application/sdp" in answer["Accept"]


def test_methods_that_are_not_taken_say_so(agent):
    phone = Phone(agent.ports["udp"])
    phone.send(phone.request("MESSAGE", "sip:1002@otklik.example"))
    assert phone.wait_status(405)["Allow"]
    phone.send(phone.request("BREW", "sip:1002@otklik.example"))
    phone.wait_status(501)
    phone.send(phone.request("BYE", "sip:1002@otklik.example"))
    phone.wait_status(481)
