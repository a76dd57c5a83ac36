"""What /metrics counts, told by what was done."""

import base64
import http.client
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402


@pytest.fixture
def server():
    with Server(access__login_failures="2", access__slow_step='"0 s"') as running:
        yield running


def request(address, path, password=None):
    connection = http.client.HTTPConnection(address, timeout=60)
    headers = {"Authorization": "Basic " + base64.b64encode(f"api:{password}".encode()).decode()} if password else {}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def metrics(server):
    admin = next(line.split("://")[1] for line in server.output if line.startswith("listening admin"))
    text = request(admin, "/metrics")[1]
    values = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name not in values, f"{name} is told twice"
            values[name] = float(value)
    return text, values


def test_calls_hooks_files_and_refusals_are_counted(server):
    before = metrics(server)[1]
    assert request(server.address, "/getversion", PASSWORD)[0] == 200
    assert request(server.address, "/getversion")[0] == 403
    for guess in ("first", "second", "third"):  # two are looked at, the third is taken for guessing
        assert request(server.address, "/getversion", guess)[0] == 403
    assert request(server.address, "/getversion", "first")[0] == 403  # known as wrong: no check, but counted
    assert request(server.address, "/index.html")[0] == 200
    assert request(server.address, "/test.html")[0] == 200  # a hook answers for it
    after = metrics(server)[1]
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert grown["otklik_api_calls_total"] == 1
    assert grown["otklik_api_refused_total"] == 5
    assert grown["otklik_www_files_total"] == 1
    assert grown["otklik_www_hooks_total"] == 1
    assert grown['otklik_access_refused_total{reason="wrong"}'] == 3
    assert grown['otklik_access_refused_total{reason="guessing"}'] == 1
    assert after["otklik_access_waiting"] == 0 and after["otklik_access_hash_queue"] == 0


def test_connections_are_counted_by_listener(server):
    label = f'{{listener="http://{server.address}"}}'
    before = metrics(server)[1]
    kept = http.client.HTTPConnection(server.address, timeout=60)
    kept.request("GET", "/index.html")
    kept.getresponse().read()
    after = metrics(server)[1]
    assert after["otklik_http_listener_accepted_total" + label] == before["otklik_http_listener_accepted_total" + label] + 1
    assert after["otklik_http_listener_open" + label] == before["otklik_http_listener_open" + label] + 1
    admin = [name for name in after if name.startswith("otklik_http_listener_open") and label not in name]
    assert len(admin) == 1 and after[admin[0]] >= 1  # the one that asks
    kept.close()
    while metrics(server)[1]["otklik_http_listener_open" + label] != before["otklik_http_listener_open" + label]:
        pass


def test_each_family_stands_together_with_its_help(server):
    text, _ = metrics(server)
    families = []
    for line in text.splitlines():
        name = line.split()[2] if line.startswith("#") else re.match(r"\w+", line)[0]
        if not families or families[-1] != name:
            families.append(name)
    assert len(families) == len(set(families)) > 40
