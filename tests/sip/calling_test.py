import re

import pytest
from phone import SDP, Phone

HELD = SDP + "a=sendonly\r\n"


@pytest.fixture
def talk(way):
    """An answered call from a phone: (agent, phone, call, dialog id)."""
    agent, transport = way
    phone = Phone(agent.ports[transport], transport=transport)
    call = phone.call("2000")
    assert call.final().status == 200
    fact = agent.wait("Invited", aor="1001", called="2000")
    agent.wait("Confirmed", dialog=fact["dialog"])
    return agent, phone, call, fact["dialog"]


def registered(agent, user="1002", transport="udp", **more):
    phone = Phone(agent.ports[transport], user=user, transport=transport, **more)
    assert phone.register().status == 200
    agent.wait("Registered", aor=user)
    return phone


def calling(agent, line):
    agent.tell(line)
    return agent.wait("calling")["value"]


# --- from a phone ---


def test_a_call_is_answered_and_ended_by_the_caller(talk):
    agent, _, call, dialog = talk
    assert call.hang_up().status == 200
    ended = agent.wait("Ended", dialog=dialog)
    assert (ended["by"], ended["cause"], ended["answered"]) == ("peer", "normal", "true")
    assert agent.figures()["dialogs"] == 0


def test_a_call_is_ended_by_us(talk):
    agent, phone, call, dialog = talk
    agent.tell(f"end {dialog}")
    bye = phone.wait_request("BYE")
    assert "Q.850;cause=16" in bye["Reason"].replace(" ", "")
    phone.reply(bye, 200)
    assert agent.wait("Ended", dialog=dialog)["by"] == "us"


def test_a_call_without_credentials_is_not_let_in(agent):
    phone = Phone(agent.ports["udp"], password="guess")
    call = phone.call("2000")
    assert call.final().status == 401
    assert agent.figures()["dialogs"] == 0
    assert not [one for one in agent.seen if one.name == "Invited"]


@pytest.mark.parametrize("number, status, cause", [("busy", 486, "busy"), ("refuse603", 603, "rejected"), ("away", 302, "number_changed"), ("moved", 301, "number_changed"), ("astray", 302, "number_changed")])
def test_a_call_is_refused(way, number, status, cause):
    agent, transport = way
    phone = Phone(agent.ports[transport], transport=transport)
    call = phone.call(number)
    answer = call.final()
    assert answer.status == status
    if number in ("away", "moved"):
        assert "<sip:1002@otklik.example>" in answer["Contact"]
    ended = agent.wait("Ended")
    assert (ended["cause"], ended["by"]) == (cause, "us")


def test_a_caller_gives_up_while_it_rings(way):
    agent, transport = way
    phone = Phone(agent.ports[transport], transport=transport)
    call = phone.call("ring")
    phone.wait_status(180)
    call.cancel('Reason: SIP;cause=200;text="Call completed elsewhere"')
    phone.wait_status(200, method="CANCEL")
    assert call.final().status == 487
    ended = agent.wait("Ended")
    assert (ended["by"], ended["cause"]) == ("peer", "answered_elsewhere")


def test_early_media_come_before_the_answer(agent):
    phone = Phone(agent.ports["udp"])
    call = phone.call("early")
    early = phone.wait_status(183)
    assert "m=audio" in early.body
    assert call.final().status == 200


def test_a_call_without_an_offer_gets_ours_and_its_answer_is_told(agent):
    phone = Phone(agent.ports["udp"])
    call = phone.call("2000", body="")
    answer = phone.wait_status(200, method="INVITE")
    assert "m=audio" in answer.body
    call.to, call.routes = answer["To"], answer.all("Record-Route")[::-1]
    call.target = re.search(r"<([^>]*)>", answer["Contact"]).group(1)
    call.acknowledge(SDP)
    assert agent.wait("Confirmed")["sdp"] == "true"


def test_a_broken_offer_is_not_acceptable(agent):
    phone = Phone(agent.ports["udp"])
    assert phone.call("2000", body="v=0\r\nnonsense\r\n").final().status == 488


def test_holding_and_resuming_are_told(talk):
    agent, _, call, dialog = talk
    assert call.within("INVITE", body=HELD).status == 200
    agent.wait("Held", dialog=dialog)
    agent.wait("Reoffered", dialog=dialog)
    assert call.within("INVITE", body=SDP).status == 200
    agent.wait("Resumed", dialog=dialog)
    answer = call.within("UPDATE", body=HELD)
    assert answer.status == 200 and "m=audio" in answer.body
    agent.wait("Held", dialog=dialog)
    assert call.hang_up().status == 200


def test_we_hold_the_peer(talk):
    agent, phone, call, dialog = talk
    agent.tell(f"hold {dialog}")
    offer = phone.wait_request("INVITE")
    assert "a=sendonly" in offer.body
    phone.reply(offer, 200, body=SDP)
    phone.wait_request("ACK")
    agent.wait("ReofferAnswered", dialog=dialog)
    agent.tell(f"resume {dialog}")
    offer = phone.wait_request("INVITE")
    phone.reply(offer, 488)
    phone.wait_request("ACK")
    assert agent.wait("ReofferRefused", dialog=dialog)["status"] == "488"
    assert call.hang_up().status == 200


def test_glare_is_tried_again(talk):
    agent, phone, _, dialog = talk
    agent.tell(f"hold {dialog}")
    offer = phone.wait_request("INVITE")
    phone.reply(offer, 491)
    phone.wait_request("ACK")
    offer = phone.wait_request("INVITE")
    phone.reply(offer, 200, body=SDP)
    agent.wait("ReofferAnswered", dialog=dialog)


def test_digits_come_by_info_and_go_by_info(talk):
    agent, phone, call, dialog = talk
    more = "Content-Type: application/dtmf-relay"
    assert call.within("INFO", more, "Signal=5\r\nDuration=160\r\n").status == 200
    assert agent.wait("DigitsCame", dialog=dialog)["digits"] == "5"
    assert call.within("INFO", more, "Signal=11\r\n").status == 200
    assert agent.wait("DigitsCame", dialog=dialog)["digits"] == "#"
    assert call.within("INFO", more, "Signal=?\r\n").status == 400
    agent.tell(f"digits {dialog} 7")
    info = phone.wait_request("INFO")
    assert "Signal=7" in info.body
    phone.reply(info, 415)
    assert agent.wait("Refused", dialog=dialog)["command"] == "send_digits"


def test_a_blind_transfer_is_asked_accepted_and_told_about(talk):
    agent, phone, call, dialog = talk
    answer = call.within("REFER", "Refer-To: <sip:3000@otklik.example>\r\nReferred-By: <sip:1001@otklik.example>")
    assert answer.status == 202
    assert agent.wait("TransferAsked", dialog=dialog)["target"] == "3000"
    said = []
    while not any("200 OK" in body for body in said):
        notice = phone.wait_request("NOTIFY")
        said.append(notice.body)
        phone.reply(notice, 200)
    assert notice["Subscription-State"].startswith("terminated")
    assert call.hang_up().status == 200


def test_a_transfer_is_refused(talk):
    agent, _, call, dialog = talk
    assert call.within("REFER", "Refer-To: <sip:never@otklik.example>").status == 603
    agent.wait("TransferAsked", dialog=dialog, target="never")


def test_an_attended_transfer_names_the_other_call(talk):
    agent, phone, call, dialog = talk
    second = phone.call("3000")
    assert second.final().status == 200
    other = agent.wait("Invited", called="3000")["dialog"]
    tag = re.search(r"tag=([^;]+)", second.to).group(1)
    replaces = f"{second.call_id}%3Bto-tag%3D{tag}%3Bfrom-tag%3D{phone.tag}"
    assert call.within("REFER", f"Refer-To: <sip:3000@otklik.example?Replaces={replaces}>").status == 202
    assert agent.wait("TransferAsked", dialog=dialog)["replaces"] == other


def test_a_call_takes_the_place_of_another(talk):
    agent, phone, call, dialog = talk
    tag = re.search(r"tag=([^;]+)", call.to).group(1)
    taker = Phone(agent.ports["udp"], user="1002")
    second = taker.call("2000", f"Replaces: {call.call_id};to-tag={tag};from-tag={phone.tag}\r\nRequire: replaces")
    assert second.final().status == 200
    by = agent.wait("Invited", aor="1002")
    assert by["replaces"] == dialog
    agent.wait("Replaced", dialog=dialog, by=by["dialog"])
    phone.reply(phone.wait_request("BYE"), 200)
    assert agent.wait("Ended", dialog=dialog)["by"] == "replaced"
    unknown = taker.call("2000", "Replaces: nobody;to-tag=1;from-tag=2")
    assert unknown.final().status == 481


def test_requests_of_no_call_are_told_so(agent):
    phone = Phone(agent.ports["udp"])
    for method in ("BYE", "INFO", "INVITE", "UPDATE", "REFER"):
        phone.send(phone.request(method, "sip:otklik@127.0.0.1", "Refer-To: <sip:5@x>" if method == "REFER" else "", to="<sip:x@y>;tag=none"))
        phone.wait_status(481, method=method)


# --- to a phone ---


def test_a_phone_rings_answers_and_hangs_up(way):
    agent, transport = way
    phone = registered(agent, transport=transport)
    dialog = calling(agent, "invite 1002")
    invite = phone.wait_request("INVITE")
    assert invite.uri == phone.contact
    assert "m=audio" in invite.body and '"Tester" <sip:5000@' in invite["From"]
    phone.reply(invite, 180)
    agent.wait("Ringing", dialog=dialog)
    phone.reply(invite, 183, body=SDP)
    agent.wait("EarlyMedia", dialog=dialog)
    phone.reply(invite, 200, body=SDP)
    phone.wait_request("ACK")
    assert agent.wait("Answered", dialog=dialog)["contact"] == phone.contact
    routes = invite.all("Record-Route")
    target = re.search(r"<([^>]*)>", invite["Contact"]).group(1)
    phone.send(
        phone.request("BYE", target, call_id=invite["Call-ID"], to=invite["From"], routes=routes, from_tag=phone.tag)
    )
    phone.wait_status(200, method="BYE")
    assert agent.wait("Ended", dialog=dialog)["by"] == "peer"


@pytest.mark.parametrize(
    "status, cause", [(486, "busy"), (603, "rejected"), (404, "unallocated"), (480, "no_response"), (488, "no_bearer"), (500, "temporary_failure")]
)
def test_a_phone_refuses(agent, status, cause):
    phone = registered(agent)
    dialog = calling(agent, "invite 1002")
    phone.reply(phone.wait_request("INVITE"), status)
    phone.wait_request("ACK")
    ended = agent.wait("Ended", dialog=dialog)
    assert (ended["cause"], ended["status"], ended["by"]) == (cause, str(status), "peer")


def test_a_cause_that_a_phone_gives_wins_over_its_status(agent):
    phone = registered(agent)
    dialog = calling(agent, "invite 1002")
    phone.reply(phone.wait_request("INVITE"), 480, more='Reason: Q.850;cause=17;text="busy"')
    assert agent.wait("Ended", dialog=dialog)["cause"] == "busy"


def test_a_phone_sends_the_call_elsewhere(agent):
    phone = registered(agent)
    dialog = calling(agent, "invite 1002")
    invite = phone.wait_request("INVITE")
    phone.contact = "sip:7777@elsewhere.example"
    phone.reply(invite, 302)
    assert agent.wait("Redirected", dialog=dialog)["to"] == "7777"
    assert agent.wait("Ended", dialog=dialog)["status"] == "302"


def test_a_call_that_nobody_takes_ends_at_its_limit(agent):
    phone = registered(agent)
    dialog = calling(agent, "invite 1002 1")
    invite = phone.wait_request("INVITE")
    phone.reply(invite, 180)
    agent.wait("Ringing", dialog=dialog)
    phone.reply(phone.wait_request("CANCEL"), 200)
    phone.reply(invite, 487)
    ended = agent.wait("Ended", dialog=dialog)
    assert (ended["cause"], ended["by"]) == ("no_answer", "limit")


def test_a_call_is_taken_back_and_an_answer_that_crosses_is_hung_up(agent):
    phone = registered(agent)
    dialog = calling(agent, "invite 1002")
    invite = phone.wait_request("INVITE")
    phone.reply(invite, 180)
    agent.wait("Ringing", dialog=dialog)
    agent.tell(f"end {dialog}")
    assert agent.wait("Ended", dialog=dialog)["by"] == "us"
    phone.reply(phone.wait_request("CANCEL"), 200)
    phone.reply(invite, 200, body=SDP)
    phone.wait_request("ACK")
    phone.reply(phone.wait_request("BYE"), 200)


def test_all_phones_of_a_line_ring_and_the_first_to_answer_wins(agent):
    phones = [registered(agent, user="1002"), registered(agent, user="1002", transport="tcp")]
    dialog = calling(agent, "invite 1002")
    invites = [phone.wait_request("INVITE") for phone in phones]
    for phone, invite in zip(phones, invites):
        phone.reply(invite, 180)
    agent.wait("Ringing", dialog=dialog)
    agent.wait("Ringing", dialog=dialog)
    phones[1].reply(invites[1], 200, body=SDP)
    assert agent.wait("Answered", dialog=dialog)["contact"] == phones[1].contact
    cancel = phones[0].wait_request("CANCEL")
    assert "SIP;cause=200" in cancel["Reason"].replace(" ", "")
    phones[0].reply(cancel, 200)
    phones[0].reply(invites[0], 487)


def test_one_phone_that_refuses_does_not_stop_the_others_unless_it_refuses_for_all(agent):
    phones = [registered(agent, user="1002"), registered(agent, user="1002")]
    dialog = calling(agent, "invite 1002")
    invites = [phone.wait_request("INVITE") for phone in phones]
    phones[0].reply(invites[0], 404)
    phones[1].reply(invites[1], 486)
    assert agent.wait("Ended", dialog=dialog)["status"] == "486", "the better of the two answers"
    dialog = calling(agent, "invite 1002")
    invites = [phone.wait_request("INVITE") for phone in phones]
    phones[1].reply(invites[1], 180)
    agent.wait("Ringing", dialog=dialog)
    phones[0].reply(invites[0], 600)
    assert agent.wait("Ended", dialog=dialog)["status"] == "600"
    phones[1].wait_request("CANCEL")


def test_nobody_is_registered_there(agent):
    dialog = calling(agent, "invite 1003")
    ended = agent.wait("Ended", dialog=dialog)
    assert (ended["cause"], ended["by"]) == ("absent", "agent")


def test_a_ringing_phone_is_made_to_answer(agent):
    phone = registered(agent)
    dialog = calling(agent, "invite 1002")
    invite = phone.wait_request("INVITE")
    phone.reply(invite, 180)
    agent.wait("Ringing", dialog=dialog)
    agent.tell(f"talk {dialog}")
    notice = phone.wait_request("NOTIFY")
    assert notice["Event"] == "talk"
    phone.reply(notice, 200)
    phone.reply(invite, 200, body=SDP)
    agent.wait("Answered", dialog=dialog)


def test_we_send_a_peer_elsewhere(talk):
    agent, phone, call, dialog = talk
    agent.tell(f"refer {dialog} 3000")
    refer = phone.wait_request("REFER")
    assert "sip:3000@otklik.example" in refer["Refer-To"]
    phone.reply(refer, 202)
    agent.wait("TransferProgressed", dialog=dialog, status="202")
    answer = call.within("NOTIFY", "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag", "SIP/2.0 200 OK\r\n")
    assert answer.status == 200
    assert agent.wait("TransferProgressed", dialog=dialog, status="200")["final"] == "true"


def test_a_phone_whose_connection_broke_is_not_waited_for(agent):
    phone = registered(agent, transport="tcp")
    dialog = calling(agent, "invite 1002")
    phone.wait_request("INVITE")
    phone.close()
    agent.wait("Unregistered", why="disconnected")
    agent.tell(f"end {dialog}")
    agent.wait("Ended", dialog=dialog)


def test_a_call_is_traced_without_its_secrets(agent):
    phone = registered(agent)
    agent.tell("trace 00000000-0000-0000-0000-000000000001")
    agent.tell("traced 00000000-0000-0000-0000-000000000001")
    agent.wait("traced")
    assert phone.port
