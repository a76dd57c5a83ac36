"""What calls and recordings survive: phones that vanish, and the death of the server."""

import wave

import pytest

from company import Company
from baresip_phone import hears, read_channels


@pytest.fixture
def company():
    with Company(rtp__media_timeout='"2 s"') as running:
        yield running


def talk(company, caller_line, called_line, number, tones):
    caller = company.phone(caller_line, tone=tones[0])
    called = company.phone(called_line, tone=tones[1])
    caller.dial(number)
    called.wait("CALL_INCOMING")
    called.answer()
    caller.wait_until_it_hears(tones[1])
    called.wait_until_it_hears(tones[0])
    return caller, called


def test_a_phone_that_falls_silent_is_noticed(company):
    _, maria = talk(company, "16001", "16002", "102", (440, 1000))
    maria.kill()
    company.wait_for_metric("call_media_lost_total", 1)


def test_a_call_goes_on_when_its_registration_is_gone(company):
    ivan, maria = talk(company, "16001", "16002", "102", (440, 1000))
    ivan.command("uareg", "0")
    maria.wait_until_it_hears(440)
    ivan.wait_until_it_hears(1000)
    ivan.hang_up()
    maria.wait("CALL_CLOSED")


def test_recordings_of_a_killed_server_are_whole_after_the_next_start(company):
    pairs = [("16001", "16002", "102", (440, 1000)), ("16003", "16004", "104", (600, 800))]
    for pair in pairs:
        talk(company, *pair)
    company.wait_for_event("recording_started", count=len(pairs))
    company.wait_until(lambda: sum(part.stat().st_size > 16_000 for part in (company.data / "RecordedFiles").rglob("*.part")) == len(pairs))
    company.process.kill()
    company.process.wait()
    for phone in company.phones:
        phone.kill()
    company.phones = []
    company.start()
    left = list((company.data / "RecordedFiles").rglob("*.part"))
    assert left == []
    recordings = company.recordings()
    assert len(recordings) == len(pairs)
    for path in recordings:
        with wave.open(str(path)) as file:
            assert file.getnframes() > 0
        rate, [samples, *_] = read_channels(path)
        assert any(hears(samples[-rate // 2:], rate, tone, share=0.2) for _, _, _, tones in pairs for tone in tones), path
    assert company.metric("call_legs") == 0
    rows = company.as_json("file", "list", "--area", "recording")
    assert {row["state"] for row in rows} == {"whole"}
    talk(company, *pairs[0])


def test_a_server_that_is_asked_to_stop_waits_for_its_calls_and_refuses_new_ones(company):
    import signal
    ivan, maria = talk(company, "16001", "16002", "102", (440, 1000))
    petr = company.phone("16003", tone=600)
    company.process.send_signal(signal.SIGTERM)
    company.wait_until(lambda: "stopping" in company.log())
    petr.dial("104")
    petr.wait("CALL_CLOSED")
    maria.wait_until_it_hears(440)
    ivan.hang_up()
    maria.wait("CALL_CLOSED")
    assert company.process.wait(40) == 0
