"""Call control over HTTP against live calls: a program says, and real phones ring, talk and fall silent."""

import base64
import json
import urllib.parse

import pytest

from company import Company
from otklik_server import PASSWORD

API = {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}


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


def ask(company, method, **parameters):
    """The answer of a method; 200 is expected."""
    query = urllib.parse.urlencode(parameters)
    answer = company.get(f"/{method}?{query}", API)
    body = answer.read().decode()
    assert answer.status == 200, (method, body)
    return body, answer.headers.get("X-Action-Result")


def told(company, method, **parameters):
    return json.loads(ask(company, method, **parameters)[0])


def does(company, method, **parameters):
    """An action that is accepted: an empty body, and nothing to complain of."""
    assert ask(company, method, **parameters) == ("", None), (method, parameters)


@pytest.fixture
def talking(company, phones):
    """16001 (ivan, 440 Hz) talks with 16002 (maria, 1000 Hz)."""
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    maria.answer()
    ivan.wait_until_it_hears(1000)
    maria.wait_until_it_hears(440)
    return ivan, maria


def test_back_rings_the_own_phone_first_and_then_the_number(company, phones):
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    does(company, "wp_autocallstart", user="ivan", number="102", sequence="back")
    ivan.wait("CALL_INCOMING")
    assert told(company, "wp_getabonentinfo", user="maria")["currentlinestatestr"] == "lsReady", "she is not called yet"
    ivan.answer()
    maria.wait("CALL_INCOMING")
    maria.answer()
    ivan.wait_until_it_hears(1000)
    maria.wait_until_it_hears(440)


def test_direct_calls_the_other_party_first_and_the_line_back(company, phones):
    ivan, maria = phones("16001", tone=440), phones("16002", tone=1000)
    does(company, "wp_autocallstart", line="16001", number="102", sequence="direct")
    maria.wait("CALL_INCOMING")
    maria.answer()
    ivan.wait("CALL_INCOMING")
    ivan.answer()
    ivan.wait_until_it_hears(1000)
    maria.wait_until_it_hears(440)


def test_an_autocall_is_taken_back(company, phones):
    ivan = phones("16001")
    phones("16002")
    does(company, "wp_autocallstart", user="ivan", number="102", sequence="back")
    ivan.wait("CALL_INCOMING")
    does(company, "wp_autocallstop", user="ivan")
    ivan.wait("CALL_CLOSED")
    assert ask(company, "wp_autocallstop", user="ivan") == ("", "no_autocall")


def test_a_talk_shows_in_the_chain_the_line_and_the_state(company, talking):
    chain = told(company, "wp_getchaincontent", user="ivan")
    assert chain["chainid"] == told(company, "wp_getchaincontent", line="16002")["chainid"] != ""
    assert [element["contentelementtype"] for element in chain["trace"]][-1] == "commutation"
    info = told(company, "wp_getabonentinfo", user="ivan")
    assert (info["currentlinestate"], info["currentlinestatestr"]) == (32, "lsCommutated")
    party = info["abonentinfo"]
    assert (party["callerlinenum"], party["callerid"], party["calleruserlogin"]) == ("16002", "102", "maria")
    assert party["chainid"] == chain["chainid"]
    assert 'name="usFullbusy"' in ask(company, "tst_getuserstate", number="102")[0]


def test_flash_holds_and_takes_back(company, talking):
    _, maria = talking
    does(company, "wp_flash", user="ivan")
    maria.wait_until_it_hears_no_more(440)
    does(company, "wp_flash", user="ivan", mode="abort")
    maria.wait_until_it_hears(440)
    assert ask(company, "wp_flash", user="ivan", mode="abort") == ("", "nobody_held")


def test_switchcall_hands_the_party_over(company, phones, talking):
    ivan, maria = talking
    petr = phones("16003", tone=700)
    does(company, "wp_switchcall", user="ivan", number="103")
    petr.wait("CALL_INCOMING")
    petr.answer()
    maria.wait_until_it_hears(700)
    petr.wait_until_it_hears(1000)
    ivan.wait("CALL_CLOSED")


def test_a_ringing_call_is_declined(company, phones):
    ivan, maria = phones("16001"), phones("16002")
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    does(company, "wp_declinecall", user="maria")
    maria.wait("CALL_CLOSED")
    ivan.wait("CALL_CLOSED")
    assert ask(company, "wp_declinecall", user="maria") == ("", "nothing_rings")


def test_abortcall_hangs_up(company, talking):
    ivan, maria = talking
    does(company, "wp_abortcall", user="ivan")
    ivan.wait("CALL_CLOSED")
    maria.wait("CALL_CLOSED")
    assert ask(company, "wp_abortcall", user="ivan") == ("", "no_call")
    assert told(company, "wp_getchaincontent", user="ivan")["trace"] == []
