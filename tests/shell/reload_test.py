"""Settings that change alive: `otklik.toml` read again by SIGHUP and by `otklik config reload`, every live row of the table, and for
a good sample what a client notices of it."""

import base64
import contextlib
import http.client
import json
import pathlib
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402

SCENARIOS = {
    "Sleeps": "sleep(tonumber(param[1])) return 'slept'",
    "Counts": "local n = 0 for i = 1, 100000 do n = n + i end return n",
    "Reads": "local text, why = file.read(param[1]) return text or why",
    "Asks": "local rows, why = sql('late', 'select 7 as n') return rows and rows[1].n or why",
}


def make_certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                    "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
                   check=True, capture_output=True, timeout=60)


def toml(settings):
    return "".join(f"{key} = {value}\n" for key, value in settings.items())


class Reloading(Server):
    """A server whose file can be changed; `base` is in it always."""

    base = {}

    def write(self, **settings):
        self.write_text(toml(self.base | {key.replace("__", "."): value for key, value in settings.items()}))

    def write_text(self, text):
        path = self.data / "otklik.toml"
        path.write_text(text)
        path.chmod(0o600)

    def ask(self, operation):
        """Straight over the control socket, which is what the shell does."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(60)
            control.connect(str(self.data / "control.sock"))
            control.sendall(json.dumps({"operation": operation, "arguments": {}}).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                piece = control.recv(1 << 20)
                assert piece, answer
                answer += piece
        return json.loads(answer)

    def reload(self, **settings):
        self.write(**settings)
        answer = self.ask("config.reload")
        assert "result" in answer, answer
        return answer["result"]

    def rows(self):
        return {row["key"]: row for row in self.ask("config.show")["result"]}

    def call(self, path, login="api", password=PASSWORD, headers=None, method="GET", body=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        sent = dict(headers or {})
        if login is not None:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer, text

    def status(self, path, **options):
        return self.call(path, **options)[0].status


@pytest.fixture(scope="module")
def server():
    def prepare(data):
        (data / "scenarios").mkdir(exist_ok=True)
        for name, text in SCENARIOS.items():
            (data / "scenarios" / f"{name}.lua").write_text(text + "\n")
        (data / "tls").mkdir(exist_ok=True)
        make_certificate(data / "tls", "certificate")
        (data / "tls" / "certificate.key").rename(data / "tls" / "key.pem")
        make_certificate(data / "tls", "another")
        shutil.copy(data / "tls" / "certificate.pem", data / "tls" / "copy.pem")
        shutil.copy(data / "tls" / "key.pem", data / "tls" / "copy.key")
        (data / "www").mkdir(exist_ok=True)
        (data / "www" / "home.html").write_text("the other index")

    with Reloading(before_start=prepare, https__listen='["127.0.0.1:0"]') as server:
        BASE.update({"https.certificate": f'"{server.data}/tls/certificate.pem"', "https.key": f'"{server.data}/tls/key.pem"'})
        yield server


@pytest.fixture(autouse=True)
def as_it_was(server):
    yield
    server.base = {}
    server.reload()


# Rows whose other value no rule can make up.
OTHERS = {
    "http.trusted_proxies": '["192.0.2.1"]',
    "http.cors_origins": '["https://a.example"]',
    "http.cors_exposed": '["X-A"]',
    "allowed_origins": '["https://b.example"]',
    "auth_off.from": '["192.0.2.2"]',
    "auth_off.user": '"ivan"',
    "www.index": '["home.html"]',
    "script.http.allow": '["127.0.0.1"]',
    "script.http.deny": '["192.0.2.0/24"]',
    "script_zones": '["temp", "storage", "faxes"]',
    "script_writable": '["temp"]',
    "sip.trusted": '["192.0.2.0/24"]',
    "sip.local_networks": '["192.0.2.0/24"]',
    "sip.external_address": '"192.0.2.1"',
    "sip.certificate": lambda data: f'"{data}/tls/copy.pem"',
    "sip.key": lambda data: f'"{data}/tls/copy.key"',
    "rtp.address": '"127.0.0.2"',
    "rtp.jitter_least": '"40 ms"',
    "rtp.jitter_most": '"200 ms"',
    "recording.sample_rate": "16000",
    "rtp.first_port": "9002",
    "calls.longest_chain": '"7 h"',
    "rtp.codecs": '["pcmu"]',
    "telephony.outside_prefix": '"9"',
    "telephony.outside_forbidden": '["810"]',
    "https.certificate": lambda data: f'"{data}/tls/copy.pem"',
    "https.key": lambda data: f'"{data}/tls/copy.key"',
}
# What must stand in the file beside the row that is tried.
BASE = {
    "auth_off.from": '["192.0.2.1"]',
    "auth_off.user": '"api"',
    "datasource.crm.backend": '"sqlite3"',
    "datasource.crm.connect": '"crm.db"',
    "script.http.certificate.bank.certificate": '"a.pem"',
    "script.http.certificate.bank.key": '"a.key"',
}


def others_of(row, data):
    """Values that differ from the one in force; the first that the row takes will do."""
    key, value, kind = row["key"], row["value"], row["type"]
    if key in OTHERS:
        other = OTHERS[key]
        return [other(data) if callable(other) else other]
    if kind == "yes/no":
        return ["false" if value == "true" else "true"]
    if kind == "number":
        return [str(int(value) + 1), str(int(value) - 1)]
    if kind == "size":
        return ['"3 MiB"' if value != '"3 MiB"' else '"5 MiB"']
    if kind == "duration":
        return ['"7 s"', '"7 h"']
    if kind == "list":
        return ['["127.0.0.1:9"]']
    if kind == "text":
        return ['"another"']
    assert "|" in kind, row
    return [f'"{choice}"' for choice in kind.split("|") if f'"{choice}"' != value]


def test_every_live_setting_takes_another_value_and_its_old_one_again(server):
    server.base = BASE
    server.reload()
    before = server.rows()
    live = [row for row in before.values() if row["live"]]
    assert len(live) > 80
    everything = {}
    for row in live:
        key = row["key"]
        for other in others_of(row, server.data):
            server.write_text(toml(BASE | {key: other}))
            answer = server.ask("config.reload")
            if "result" in answer:
                break
        assert "result" in answer, (key, answer)
        changed = answer["result"]["changed"]
        assert answer["result"]["needs_restart"] == [], key
        hidden = row["value"] == '"***"'
        assert {"key": key, "from": row["value"], "to": '"***"' if hidden else other} in changed, (key, changed)
        now = server.rows()
        assert now[key]["value"] == ('"***"' if hidden else other), key
        # nothing else has moved, but for what the row before had moved
        assert all(now[k]["value"] == before[k]["value"] for k in before if k != key), key
        everything[key] = other
    # and all of them together, then none
    server.write_text(toml(BASE | everything))
    answer = server.ask("config.reload")["result"]
    assert {c["key"] for c in answer["changed"]} | {live[-1]["key"]} >= set(everything)
    now = server.rows()
    assert all(now[k]["value"] in (v, '"***"') for k, v in everything.items())
    server.reload()
    assert {k: r["value"] for k, r in server.rows().items()} == {k: r["value"] for k, r in before.items()}
    assert server.status("/getversion") == 200


def test_every_other_setting_waits_for_a_restart_and_says_so(server):
    before = server.rows()
    other = {}
    for row in before.values():
        if not row["live"] and row["key"] not in ("http.listen", "https.listen", "admin.listen", "storage", "database.connect"):
            other[row["key"]] = others_of(row, server.data)[0]
    other["http.listen"] = '["127.0.0.1:1"]'  # --listen of the start is stronger
    other["https.listen"] = '["127.0.0.1:1"]'  # and --set
    other["storage"] = '"/nowhere"'
    other["database.connect"] = '"password=hunter2"'
    server.write_text(toml(other))
    answer = server.ask("config.reload")
    assert "result" in answer, answer
    result = answer["result"]
    assert result["changed"] == []
    waiting = {change["key"]: change for change in result["needs_restart"]}
    # --sip of the start is stronger likewise
    assert set(waiting) == set(other) - {"http.listen", "https.listen", "sip.udp", "sip.tcp", "sip.tls"}
    assert "hunter2" not in json.dumps(result)
    now = server.rows()
    for key, change in waiting.items():
        assert now[key]["value"] == before[key]["value"] == change["from"], key
        assert now[key]["pending"] == change["to"], key
    shown = server.shell("config", "show").stdout
    assert "waits for a restart: 3" in shown and "hunter2" not in shown
    assert "needs restart  http.threads" in server.shell("config", "reload").stdout
    server.reload()
    assert not any("pending" in row for row in server.rows().values())


@pytest.mark.parametrize("text, said", [
    ("[http]\nbody_size = 1\nboddy_size = 1\n", 'otklik.toml:3: unknown key "http.boddy_size"; did you mean "http.body_size"?'),
    ("auth_challenge = true\nxml_prolog = 'utf-7'\n", 'otklik.toml:2: "xml_prolog": it takes one of utf-16|utf-8'),
    ("auth_challenge = true\n[http\n", "otklik.toml:2: "),
    ("auth_challenge = true\nauth = 'off'\n", "auth = \"off\" needs auth_off.from"),
    ("auth_challenge = true\nscript_zones = ['/etc', 'nowhere']\n", "nowhere"),
    ("auth_challenge = true\nscript_writable = ['faxes', 'other']\n", "script_writable"),
    ("auth_challenge = true\nhttps.certificate = '/nowhere.pem'\nhttps.key = '/nowhere.key'\n", "/nowhere.pem"),
    ("auth_challenge = true\nhttps.certificate = '/nowhere.pem'\n", "https.certificate and https.key go together"),
    ("auth_challenge = true\nhttp.trusted_proxies = ['everybody']\n", "\"everybody\" is no address"),
])
def test_a_bad_file_changes_nothing_and_says_why(server, text, said):
    before = server.rows()
    server.write_text(text)
    done = server.shell("config", "reload", check=False)
    assert done.returncode == 1 and said in done.stderr, done
    assert done.stderr.count("\n") == 1 and done.stdout == ""
    assert server.rows() == before
    assert server.status("/getversion", login=None) == 403
    assert "the settings stay as they are" in server.log_path.read_text()


def test_a_signal_does_what_the_command_does(server):
    server.write(auth_challenge="true")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.status("/getversion", login=None) == 401)
    wait_until(lambda: "setting auth_challenge: true instead of false" in server.log_path.read_text())
    server.write_text("auth_challenge = maybe\n")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "the settings stay as they are: otklik.toml:1" in server.log_path.read_text())
    assert server.status("/getversion", login=None) == 401


def wait_until(fact):
    ends = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_the_command_says_what_changed(server):
    server.write(script_timeout='"3 s"', http__threads="3")
    said = server.shell("config", "reload").stdout
    assert 'changed        script_timeout: "3 s" instead of "30 s"' in said
    assert "needs restart  http.threads: 0 stays until then, 3 is wanted" in said
    server.write()
    assert json.loads(server.shell("config", "reload", "--json").stdout)["needs_restart"] == []
    assert server.shell("config", "reload").stdout == "nothing changed\n"


def test_without_a_server_there_is_nothing_to_reload(server, tmp_path):
    done = subprocess.run([server.program, "config", "reload", "--data", tmp_path / "data"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "no server works on this folder" in done.stderr


def test_set_of_the_start_stays_stronger_than_the_file():
    with Reloading(returnvalue="cdata") as server:
        result = server.reload(returnvalue='"attribute"')
        assert result["changed"] == [] and result["needs_restart"] == []
        assert "CDATA" in server.call("/execsvcscript?name=Echo&startparam1=x")[1]


# What a client notices, setting by setting.

def test_who_comes_in(server):
    assert server.status("/getversion", login=None) == 403
    server.reload(auth_challenge="true", auth_realm='"Кабинет"')
    answer, _ = server.call("/getversion", login=None)
    assert answer.status == 401
    server.reload(auth='"off"', auth_off__from='["127.0.0.1"]', auth_off__user='"api"')
    assert server.status("/getversion", login=None) == 200
    server.reload(auth='"off"', auth_off__from='["127.0.0.1"]', auth_off__user='"nobody"')
    assert server.status("/getversion", login=None) == 403
    server.reload()
    assert server.status("/getversion", login=None) == 403


def test_empty_passwords_end_at_once(server):
    server.shell("user", "add", "blank", "--role", "web-api", "--allow-empty-password", input="Temporary1\n")
    server.reload(allow_empty_passwords="true")
    server.shell("user", "passwd", "blank", input="\n")
    assert server.status("/getversion", login="blank", password="") == 200
    server.reload()  # he is remembered, and must not be any more
    assert server.status("/getversion", login="blank", password="") == 403


def test_passwords_and_tokens_are_bounded_anew(server):
    server.reload(min_password_length="12", tokens_per_user="1")
    done = server.shell("user", "passwd", "olga", check=False, input="Short1\n")
    assert done.returncode == 1 and "12" in done.stderr
    server.shell("token", "create", "olga", "--name", "first")
    assert server.shell("token", "create", "olga", "--name", "second", check=False).returncode == 1
    server.reload()
    server.shell("token", "create", "olga", "--name", "second")


def verifier_of(server, login):
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/otklik.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT verifier FROM users WHERE login = ?", (login,)).fetchone()[0]


def test_kept_passwords_follow_another_cost_at_their_next_login(server):
    server.shell("user", "add", "lasting", "--role", "web-api", input="Secret1\n")
    assert verifier_of(server, "lasting").startswith("$argon2id$v=19$m=19456,t=2,")
    server.reload(access__hash_memory="64", access__hash_passes="1")
    assert server.status("/getversion", login="lasting", password="wrong") == 403
    assert verifier_of(server, "lasting").startswith("$argon2id$v=19$m=19456,t=2,")
    assert server.status("/getversion", login="lasting", password="Secret1") == 200
    wait_until(lambda: verifier_of(server, "lasting").startswith("$argon2id$v=19$m=64,t=1,"))
    assert server.status("/getversion", login="lasting", password="Secret1") == 200
    assert server.status("/getversion", login="lasting", password="wrong") == 403


def test_guessers_are_refused_sooner(server):
    server.reload(access__login_free="1", access__login_failures="2", access__slow_step='"0 s"', access__login_forget='"24 h"')
    answers = [server.call("/getversion", login="petr", password=f"wrong{n}")[1] for n in range(3)]
    assert "too_many_failures" in answers[2] or "Too many" in answers[2], answers
    server.reload(access__login_forget='"1 ms"')  # and it is all forgotten
    assert "too_many" not in server.call("/getversion", login="petr", password="wrong9")[1].lower()


def test_how_answers_look(server):
    assert server.call("/execsvcscript?name=Echo&startparam1=x")[1].startswith('<?xml version="1.0" encoding="utf-16"')
    server.reload(xml_prolog='"utf-8"', returnvalue='"cdata"')
    text = server.call("/execsvcscript?name=Echo&startparam1=x")[1]
    assert text.startswith('<?xml version="1.0" encoding="utf-8"') and "CDATA" in text


def test_what_a_request_may_be(server):
    server.reload(http__body_size="100", http__header_count="5", http__target_size="60")
    assert server.status("/execsvcscriptplain?name=Echo", method="POST", body=b"startparam1=" + b"x" * 200) == 413
    assert server.status("/getversion", headers={f"X-{n}": "1" for n in range(6)}) == 431
    assert server.status("/getversion?x=" + "y" * 60) == 414
    server.reload(http__requests_per_connection="1")
    assert server.call("/getversion")[0].getheader("Connection").lower() == "close"
    server.reload(http__cors_origins='["https://a.example"]')
    allowed = server.call("/getversion", headers={"Origin": "https://a.example"})[0].getheader("Access-Control-Allow-Origin")
    assert allowed == "https://a.example"
    server.reload()
    assert server.status("/getversion?x=" + "y" * 60, headers={f"X-{n}": "1" for n in range(6)}) == 200
    assert server.call("/getversion", headers={"Origin": "https://a.example"})[0].getheader("Access-Control-Allow-Origin") is None


def test_a_standing_connection_notices(server):
    connection = http.client.HTTPConnection(server.address, timeout=60)
    authorization = {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}
    connection.request("GET", "/getversion", headers=authorization)
    connection.getresponse().read()
    kept = connection.sock
    server.reload(http__target_size="20")
    connection.request("GET", "/getversion?x=" + "y" * 60, headers=authorization)
    assert connection.sock is kept and connection.getresponse().status == 414
    connection.close()


def test_how_many_connections_there_may_be(server):
    server.reload(http__connections="1")
    with socket.create_connection(server.address.rsplit(":", 1)) as first:
        first.sendall(b"GET ")
        wait_until(lambda: refused_by(server.address))
    server.reload()
    wait_until(lambda: server.status("/getversion") == 200)


def refused_by(address):
    with socket.create_connection(address.rsplit(":", 1)) as client:
        client.settimeout(60)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        try:
            return client.recv(100).startswith(b"HTTP/1.1 503")
        except ConnectionResetError:
            return True


def test_pages_and_hooks(server):
    server.reload(www__index='["home.html"]')
    assert server.call("/", login=None)[1] == "the other index"
    server.reload(hook_body_size="10")
    assert server.status("/test.html", login=None, method="POST", body=b"x" * 20) == 413
    server.reload(www__cache_size="0", www__cached_file_size="0")
    assert server.status("/home.html", login=None) == 200


def test_how_long_and_how_much_a_scenario_may(server):
    assert server.call("/execsvcscriptplain?name=Counts")[1] == "5000050000"
    server.reload(script__instructions="1000")
    assert server.status("/execsvcscriptplain?name=Counts") == 500
    server.reload(script_timeout='"100 ms"')
    assert server.call("/execsvcscriptplain?name=Sleeps&startparam1=1")[1] != "slept"
    server.reload(script_timeout='"100 ms"', script_timeout_ceiling='"60 s"')
    assert server.call("/execsvcscriptplain?name=Sleeps&startparam1=0.3&timeout=60")[1] == "slept"
    server.reload(script__parameter_size="3")
    assert server.status("/execsvcscriptplain?name=Echo&startparam1=long") != 200
    server.reload(script__scenario_size="10")
    assert server.status("/execsvcscriptplain?name=Counts") != 200
    server.reload()
    assert server.call("/execsvcscriptplain?name=Counts")[1] == "5000050000"


def test_a_run_keeps_the_budget_it_began_with(server):
    waiting = http.client.HTTPConnection(server.address, timeout=60)
    waiting.request("GET", "/execsvcscriptplain?name=Sleeps&startparam1=1",
                    headers={"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()})
    wait_until(lambda: "otklik_script_runs 1\n" in metrics(server))
    server.reload(script__time='"10 ms"')
    assert waiting.getresponse().read() == b"slept"
    assert server.status("/execsvcscriptplain?name=Sleeps&startparam1=1") == 500
    waiting.close()


def metrics(server):
    admin = next(line.split()[-1] for line in server.output if line.startswith("listening admin"))
    connection = http.client.HTTPConnection(admin.removeprefix("http://"), timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_what_a_scenario_reaches(server):
    (server.data / "Temp" / "a.txt").write_text("read")
    assert server.call("/execsvcscriptplain?name=Reads&startparam1=Temp/a.txt")[1] == "read"
    server.reload(script_zones='["storage"]', script_writable="[]")
    assert server.call("/execsvcscriptplain?name=Reads&startparam1=Temp/a.txt")[1] != "read"
    assert "no data source" in server.call("/execsvcscriptplain?name=Asks")[1]
    server.reload(datasource__late__backend='"sqlite3"', datasource__late__connect=f'"{server.data}/late.db"')
    assert server.call("/execsvcscriptplain?name=Asks")[1] == "7"
    server.reload(datasource__late__backend='"postgresql"', datasource__late__connect='"host=127.0.0.1 port=1"')
    assert server.call("/execsvcscriptplain?name=Asks")[1] != "7"
    server.reload()
    assert "no data source" in server.call("/execsvcscriptplain?name=Asks")[1]


def test_the_log_speaks_less_and_more(server):
    def told():
        server.call("/getversion?mark=" + str(time.monotonic_ns()))
        return server.log_path.read_text().count("/getversion?mark") or server.log_path.read_text().count("getversion")
    server.reload(http__access_log="false")
    quiet = told()
    assert told() == quiet
    server.reload(log__format='"json"')
    wait_until(lambda: told() > quiet)
    wait_until(lambda: any(line.startswith('{"time"') for line in server.log_path.read_text().splitlines()))
    server.reload(log__level='"off"')
    silent = server.log_path.read_text()
    told()
    server.reload(log__level='"off"', returnvalue='"cdata"')
    assert server.log_path.read_text() == silent


def test_https_shows_the_new_certificate(server):
    address = next(line.split("https://")[1] for line in server.output if line.startswith("listening https"))
    host, port = address.rsplit(":", 1)

    def shown():
        return ssl.get_server_certificate((host, int(port))).replace("\n", "")
    first = (server.data / "tls" / "certificate.pem").read_text().replace("\n", "")
    another = (server.data / "tls" / "another.pem").read_text().replace("\n", "")
    assert shown() == first
    server.reload(https__certificate=f'"{server.data}/tls/another.pem"', https__key=f'"{server.data}/tls/another.key"')
    assert shown() == another
    server.reload()
    assert shown() == first


def test_https_begins_when_there_is_a_certificate_and_does_not_end_when_it_goes():
    with Reloading(https__listen='["127.0.0.1:0"]') as server:
        make_certificate(server.data / "tls", "late")
        assert not any("https" in line for line in server.output)
        server.reload(https__certificate=f'"{server.data}/tls/late.pem"', https__key=f'"{server.data}/tls/late.key"')
        wait_until(lambda: any("listening https://" in line for line in server.output))
        result = server.reload()
        assert {change["key"] for change in result["needs_restart"]} == {"https.certificate", "https.key"}
