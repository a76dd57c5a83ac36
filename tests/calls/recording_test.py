"""Talks are recorded: where they should lie, what is in them, and how they are opened afterwards."""

import base64
import hashlib
import json
import re
import urllib.request

import pytest

from company import Company
from otklik_server import PASSWORD
from baresip_phone import hears, read_channels

NAME = re.compile(r"RecordedFiles/\d{8}/\d{4}/mix_16001_16002__\d{4}_\d\d_\d\d__\d\d_\d\d_\d\d_\d{3}\.wav$")


@pytest.fixture(scope="module")
def company():
    with Company(recording__stereo="true", recording__tracks='"separate"') as running:
        yield running


@pytest.fixture(scope="module")
def recorded(company):
    """One talk of 16001 (440 Hz) with 16002 (1000 Hz), over; the event of its recording's end."""
    ivan, maria = company.phone("16001", tone=440), company.phone("16002", tone=1000)
    ivan.dial("102")
    maria.wait("CALL_INCOMING")
    maria.answer()
    ivan.wait_until_it_hears(1000)
    maria.wait_until_it_hears(440)
    ivan.hang_up()
    maria.wait("CALL_CLOSED")
    return company.wait_for_event("recording_finished")


def test_a_recording_lies_where_integrators_look_for_it(company, recorded):
    assert not recorded.get("trouble")
    path = company.data / "RecordedFiles" / recorded["path"]
    assert path.is_file()
    assert NAME.search(str(path)), path


def test_each_party_is_on_its_own_channel(company, recorded):
    rate, channels = read_channels(company.data / "RecordedFiles" / recorded["path"])
    assert len(channels) == 2
    middle = [channel[len(channel) // 4: len(channel) * 3 // 4] for channel in channels]
    assert hears(middle[0], rate, 440) and not hears(middle[0], rate, 1000)
    assert hears(middle[1], rate, 1000) and not hears(middle[1], rate, 440)


def test_each_party_has_its_own_track_beside_the_mix(company, recorded):
    folder = (company.data / "RecordedFiles" / recorded["path"]).parent
    tones = {"leg_16001_1__*.wav": 440, "leg_16002_2__*.wav": 1000}
    for pattern, tone in tones.items():
        [track] = folder.glob(pattern)
        rate, [samples, *_] = read_channels(track)
        assert hears(samples[len(samples) // 4: len(samples) * 3 // 4], rate, tone), track


def test_no_file_is_left_unfinished(company, recorded):
    assert list((company.data / "RecordedFiles").rglob("*.part")) == []


def test_the_index_of_files_knows_its_size_digest_and_call(company, recorded):
    path = company.data / "RecordedFiles" / recorded["path"]
    [row] = [row for row in company.as_json("file", "list", "--area", "recording") if row["id"] == recorded["file"]]
    assert row["size"] == path.stat().st_size == recorded["size"]
    assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert row["chain"] == recorded["chain"]


def test_it_is_downloaded_by_its_link(company, recorded):
    link = json.loads(company.shell("file", "link", recorded["file"], "--json").stdout)
    authorization = "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()
    target = link if isinstance(link, str) else link["link"]
    request = urllib.request.Request(f"http://{company.address}{target}", headers={"Authorization": authorization})
    body = urllib.request.urlopen(request, timeout=20).read()
    assert body == (company.data / "RecordedFiles" / recorded["path"]).read_bytes()


def test_a_line_that_is_never_recorded_leaves_no_file(company, recorded):
    before = set((company.data / "RecordedFiles").rglob("*.wav"))
    company.shell("line", "set", "16003", "--record", "never")
    petr, olga = company.phone("16003", tone=600), company.phone("16004", tone=800)
    petr.dial("104")
    olga.wait("CALL_INCOMING")
    olga.answer()
    petr.wait_until_it_hears(800)
    petr.hang_up()
    olga.wait("CALL_CLOSED")
    company.wait_for_metric("call_legs", 0)
    assert set((company.data / "RecordedFiles").rglob("*.wav")) == before
