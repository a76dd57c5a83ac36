import re

from phone import Phone, digest_response


def subscribe(phone, subject, event, expires=600):
    """SUBSCRIBE with credentials; (answer, dialog) with what a refresh needs."""
    uri = f"sip:{subject}@otklik.example"
    more = f"Event: {event}\r\nExpires: {expires}"
    phone.send(phone.request("SUBSCRIBE", uri, more, call_id="sub-" + subject))
    shown = digest_response(phone.wait_status(401)["WWW-Authenticate"], phone.user, phone.password, "SUBSCRIBE", uri)
    phone.send(phone.request("SUBSCRIBE", uri, more + f"\r\nAuthorization: {shown}", call_id="sub-" + subject))
    return phone.wait(lambda m: m.method == "SUBSCRIBE" and m.status >= 200)


def notice(phone):
    request = phone.wait_request("NOTIFY")
    phone.reply(request, 200)
    return request


def test_a_busy_lamp_follows_a_number(way):
    agent, transport = way
    phone = Phone(agent.ports[transport], transport=transport)
    answer = subscribe(phone, "2001", "dialog")
    assert answer.status == 200 and answer["Expires"] == "600"
    fact = agent.wait("SubscriptionOpened")
    assert (fact["event"], fact["subject"]) == ("dialog", "2001")
    first = notice(phone)
    assert "<state>terminated</state>" in first.body and 'version="0"' in first.body
    agent.tell("lamp 2001 ringing")
    second = notice(phone)
    assert "<state>early</state>" in second.body and "recipient" in second.body and 'version="1"' in second.body
    agent.tell("lamp 2001 talking")
    assert "<state>confirmed</state>" in notice(phone).body
    phone.send(phone.request("SUBSCRIBE", "sip:lamps@127.0.0.1", "Event: dialog\r\nExpires: 0", call_id="sub-2001", to=answer["To"]))
    assert phone.wait(lambda m: m.method == "SUBSCRIBE" and m.status >= 200).status == 200
    assert notice(phone)["Subscription-State"].startswith("terminated")
    agent.wait("SubscriptionClosed")


def test_messages_waiting_are_shown(agent):
    phone = Phone(agent.ports["udp"])
    assert subscribe(phone, "1001", "message-summary").status == 200
    assert "Messages-Waiting: no" in notice(phone).body
    agent.tell("messages 1001 3")
    body = notice(phone).body
    assert "Messages-Waiting: yes" in body and re.search(r"Voice-Message: 3/0", body)


def test_a_phone_that_does_not_know_its_subscription_is_not_told_again(agent):
    phone = Phone(agent.ports["udp"])
    subscribe(phone, "2001", "dialog")
    phone.reply(phone.wait_request("NOTIFY"), 481)
    agent.wait("SubscriptionClosed")


def test_what_nobody_can_subscribe_to_is_refused(agent):
    phone = Phone(agent.ports["udp"])
    answer = subscribe(phone, "2001", "presence")
    assert answer.status == 489 and "dialog" in answer["Allow-Events"]
    assert subscribe(phone, "2002", "dialog", expires=5).status == 423
    phone.send(phone.request("SUBSCRIBE", "sip:x@y", "Event: dialog", to="<sip:x@y>;tag=lamp-none"))
    assert phone.wait(lambda m: m.method == "SUBSCRIBE" and m.status >= 200).status == 481
