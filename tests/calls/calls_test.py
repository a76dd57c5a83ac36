"""One phone calls another through the server: signalling, audio both ways, the end. Real phones, real RTP."""

import pytest

from company import Company, make_certificate
from baresip_phone import hears


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    chain, key = make_certificate(folder)
    with Company(sip__certificate=f'"{chain}"', sip__key=f'"{key}"', telephony__record="false") as running:
        running.certificate = chain
        yield running


@pytest.fixture
def phones(company):
    """Phones of this test alone."""
    begun = len(company.phones)
    yield company.phone
    for phone in company.phones[begun:]:
        phone.stop()
    del company.phones[begun:]
    company.wait_for_metric("call_legs", 0)
    company.wait_for_metric("media_legs", 0)


def talk(caller, called, number):
    caller.dial(number)
    called.wait("CALL_INCOMING")
    caller.wait("CALL_RINGING", "CALL_PROGRESS")
    called.answer()
    caller.wait("CALL_ESTABLISHED")
    called.wait("CALL_ESTABLISHED")
    caller.wait_until_it_hears(called.tone)
    called.wait_until_it_hears(caller.tone)


def test_a_phone_calls_another_and_each_hears_the_other_until_one_hangs_up(company, phones):
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    talk(ivan, maria, "102")
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_the_called_party_may_hang_up_too(company, phones):
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    talk(ivan, maria, "102")
    maria.hang_up()
    ivan.wait("CALL_CLOSED")


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_phones_call_by_other_transports_than_udp(company, phones, transport):
    ivan = phones("16001", tone=440, transport=transport, cafile=company.certificate)
    maria = phones("16002", tone=1000, transport=transport, cafile=company.certificate)
    talk(ivan, maria, "102")
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_audio_is_encrypted_where_the_phone_signals_by_tls_and_asks_for_it(company, phones):
    ivan = phones("16001", tone=440, transport="tls", cafile=company.certificate, mediaenc="srtp-mand")
    maria = phones("16002", tone=1000)
    talk(ivan, maria, "102")
    assert "AES_CM_128_HMAC_SHA1_80" in ivan.log()
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_phones_with_different_codecs_hear_each_other(company, phones):
    ivan = phones("16001", tone=440, codecs="PCMU")
    maria = phones("16002", tone=1000, codecs="PCMA")
    talk(ivan, maria, "102")
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_a_phone_that_declines_ends_the_call_of_who_called(company, phones):
    ivan, maria = phones("16001"), phones("16002", tone=1000)
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    maria.hang_up()
    ivan.wait("CALL_CLOSED")


def test_a_caller_who_gives_up_stops_the_ringing(company, phones):
    ivan, maria = phones("16001"), phones("16002", tone=1000)
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_a_line_without_a_phone_cannot_be_called(company, phones):
    ivan = phones("16001")
    ivan.dial("102")
    ivan.wait("CALL_CLOSED")


def test_a_number_that_nobody_has_cannot_be_called(company, phones):
    ivan = phones("16001")
    ivan.dial("777")
    ivan.wait("CALL_CLOSED")


def test_a_wrong_password_does_not_register(company):
    line = company.lines["16003"]
    from baresip_phone import Phone
    phone = Phone(company.data, line["sip_user"], "wrong", company.sip["udp"], tone=700)
    try:
        phone.start(until_registered=False)
        company.wait_until(lambda: company.metric("sip_wrong_credentials_total") >= 1)
        assert " 200 OK (" not in phone.log()
    finally:
        phone.stop()


def test_lines_are_connected_in_the_list_as_long_as_their_phone_is_registered(company, phones):
    phones("16004", tone=440)
    company.wait_for_event("line_connected", number="16004")
    assert next(line for line in company.as_json("line", "list") if line["number"] == "16004")["registered"]


def test_phones_hear_nothing_of_each_other_before_the_answer(company, phones):
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    for rate, samples in maria.heard():
        assert not hears(samples, rate, 440)
    ivan.hang_up()
    maria.wait("CALL_CLOSED")
