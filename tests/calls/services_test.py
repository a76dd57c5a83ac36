"""What phones do within a call: hold, transfer, digits; and numbers that do something themselves."""

import pytest

from company import Company


@pytest.fixture(scope="module")
def company():
    with Company(telephony__record="false") as running:
        yield running


@pytest.fixture
def phones(company):
    begun = len(company.phones)
    yield company.phone
    for phone in company.phones[begun:]:
        phone.stop()
    del company.phones[begun:]
    company.wait_for_metric("call_legs", 0)


@pytest.fixture
def talking(phones):
    """16001 (440 Hz) talks with 16002 (1000 Hz)."""
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    maria.answer()
    ivan.wait_until_it_hears(1000)
    maria.wait_until_it_hears(440)
    return ivan, maria


def test_who_is_put_on_hold_hears_music_and_then_the_other_again(company, talking):
    ivan, maria = talking
    ivan.command("hold")
    company.wait_for_event("hold_began")
    maria.wait_until_it_hears_no_more(440)
    ivan.command("resume")
    company.wait_for_event("hold_ended")
    maria.wait_until_it_hears(440)
    ivan.wait_until_it_hears(1000)


def test_a_phone_hands_its_party_to_another_number(company, phones, talking):
    ivan, maria = talking
    petr = phones("16003", tone=700)
    ivan.command("transfer", f"sip:103@{company.sip['udp']}")
    petr.wait("CALL_INCOMING")
    petr.answer()
    maria.wait_until_it_hears(700)
    petr.wait_until_it_hears(1000)
    ivan.wait("CALL_CLOSED")


def test_the_number_199_plays_back_what_it_hears(company, phones):
    ivan = phones("16001", tone=440)
    ivan.dial("199")
    ivan.wait("CALL_ESTABLISHED")
    ivan.wait_until_it_hears(440)
    ivan.hang_up()


def test_the_caller_hears_ringback_or_is_told_of_it(company, phones):
    ivan, maria = phones("16001"), phones("16002", tone=1000)
    ivan.dial("102")
    ivan.wait("CALL_RINGING", "CALL_PROGRESS")
    maria.wait("CALL_INCOMING")
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_a_user_in_a_talk_is_busy(company, talking):
    text = company.get("/tst_getuserstate?number=101", headers=authorization()).read().decode()
    assert 'value="5"' in text, text


def authorization():
    import base64
    from otklik_server import PASSWORD
    return {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}
