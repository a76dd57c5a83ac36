"""`otklik licence`, with a server that runs and without one; certificates taken up and refused; limits under concurrent logins."""

import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402

CHEAP = {"access__hash_memory": "8", "access__hash_passes": "1", "access__address_failures": "1000000"}


def otklik(*arguments, check=True):
    done = subprocess.run([os.environ["OTKLIK"], "licence", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    if check:
        assert done.returncode == 0, done.stderr
    return done


def refused(*arguments, status=1):
    done = otklik(*arguments, check=False)
    assert (done.returncode, done.stdout) == (status, ""), done
    assert status == 2 or len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


class Issuer:
    def __init__(self, folder):
        self.folder = folder
        self.private, self.public = folder / "issuer.key", folder / "issuer.pem"
        self.key = json.loads(otklik("keygen", "--private", self.private, "--public", self.public, "--json").stdout)["key"]
        self.issued = 0

    def issue(self, **options):
        self.issued += 1
        path = self.folder / f"{self.issued}.xml"
        arguments = {"key": self.private, "registration": "1234567", "owner": "Example Ltd", "out": path, **options}
        otklik("issue", *[part for option, value in arguments.items() for part in ("--" + option.replace("_", "-"), value)])
        return path


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
def server(issuer):
    with Server(language='"en"', before_start=lambda data: (data / "licence-keys.pem").write_text(issuer.public.read_text()), **CHEAP) as running:
        yield running


@pytest.fixture
def clean(server):
    """The open licence at the beginning."""
    (server.data / "licence.xml").unlink(missing_ok=True)
    wait_for_state(server, "open")
    return server


def ask(server, path, login="api", connection=None):
    connection = connection or http.client.HTTPConnection(server.address, timeout=30)
    connection.request("GET", path, headers={"Authorization": "Basic " + base64.b64encode(f"{login}:{PASSWORD}".encode()).decode()})
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers


def state(server):
    return json.loads(ask(server, "/getlicensefulltext?format=json")[1])["license"]


def wait_for_state(server, wanted):
    while True:
        now = state(server)
        if now["state"] == wanted:
            return now
        assert server.process.poll() is None


def events(server, kind):
    return [json.loads(line)["data"] for line in server.shell("events", "--type", kind).stdout.splitlines()]


def test_keys_are_never_overwritten_and_the_private_one_is_its_owners(tmp_path):
    issuer = Issuer(tmp_path)
    assert issuer.private.stat().st_mode & 0o777 == 0o600
    secret = issuer.private.read_text()
    assert secret.startswith("-----BEGIN PRIVATE KEY-----")
    assert "is there already" in refused("keygen", "--private", issuer.private, "--public", tmp_path / "other.pem")
    assert "is there already" in refused("keygen", "--private", tmp_path / "other.key", "--public", issuer.public)
    assert not (tmp_path / "other.key").exists() and not (tmp_path / "other.pem").exists()
    path = issuer.issue()
    assert "is there already" in refused("issue", "--key", issuer.private, "--registration", "1234567", "--owner", "x", "--out", path)
    assert "is there already" in refused("issue", "--key", issuer.private, "--registration", "1234567", "--owner", "x", "--out", issuer.private)
    both = tmp_path / "both"
    assert "is there already" in refused("keygen", "--private", both, "--public", both)
    assert not both.exists(), "half a pair is none"
    assert issuer.private.read_text() == secret
    issuer.private.chmod(0o640)
    assert "chmod 600" in refused("issue", "--key", issuer.private, "--registration", "1234567", "--owner", "x")


def test_nothing_tells_the_private_key(tmp_path):
    issuer = Issuer(tmp_path)
    words = issuer.private.read_text().splitlines()[1]
    said = [otklik("keygen", "--private", tmp_path / "2.key", "--public", tmp_path / "2.pem"),
            otklik("issue", "--key", issuer.private, "--registration", "1234567", "--owner", "x"),
            otklik("issue", "--key", issuer.private, "--registration", "1", "--owner", "x", check=False),
            otklik("issue", "--key", write(tmp_path / "torn.key", issuer.private.read_text()[:80], 0o600), "--registration", "1234567", "--owner", "x", check=False),
            otklik("verify", issuer.private, "--keys", issuer.private, "--data", tmp_path / "none", check=False)]
    for done in said:
        told = done.stdout + done.stderr
        assert told and "PRIVATE KEY" not in told
        assert words not in told and words[-20:] not in told and (tmp_path / "2.key").read_text().splitlines()[1] not in told


def test_a_certificate_is_issued_only_with_fields_that_can_be_read(issuer):
    def why(**options):
        arguments = {"key": issuer.private, "registration": "1234567", "owner": "x", **options}
        return refused("issue", *[part for option, value in arguments.items() for part in ("--" + option, value)])

    assert "regserial" in why(registration="12")
    assert "owner" in why(owner=" ")
    assert "--to: \"2027-12-31\" is no date: it takes dd.MM.yyyy" in why(to="2027-12-31")
    assert "users: \"many\" is no limit" in why(users="many")
    assert "notafter lies before notbefore" in why(to="01.01.2020")
    assert "machine" in why(machine="this")
    assert "not found" in why(key=issuer.folder / "absent").lower()
    assert "holds no private key" in why(key=write(issuer.folder / "public.key", issuer.public.read_text(), 0o600))
    assert otklik("issue", "--owner", "x", check=False).returncode == 2


def write(path, text, mode=0o644):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_certificate_goes_to_standard_output_when_no_file_is_named(issuer):
    arguments = ["issue", "--key", issuer.private, "--registration", "1234567", "--owner", "Example Ltd"]
    text = otklik(*arguments).stdout
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<oktellxmlmapper version="80710">')
    as_json = json.loads(otklik(*arguments, "--json").stdout)
    assert as_json["certificate"] == text, "the same terms make the same certificate"
    assert as_json["issuer"] == issuer.key
    path = write(issuer.folder / "piped.xml", text)
    assert json.loads(otklik("verify", path, "--keys", issuer.public, "--json").stdout)["holds"] is True


def test_verify_says_what_holds_and_why_not(issuer, tmp_path):
    def verdict(path, *more, language="en"):
        return refused("verify", path, "--keys", issuer.public, "--data", tmp_path, "--set", f'language="{language}"', *more)

    good = issuer.issue(users="3", confirm="01.02.2030")
    shown = json.loads(otklik("verify", good, "--keys", issuer.public, "--json").stdout)
    assert (shown["registration"], shown["users"], shown["operators"], shown["confirm"]) == ("1234567", 3, "unlimited", "01.02.2030")
    assert "owner: Example Ltd" in otklik("verify", good, "--keys", issuer.public).stdout

    tampered = write(tmp_path / "tampered.xml", good.read_text().replace('key="users" value="3"', 'key="users" value="300"'))
    assert "changed after it was issued" in verdict(tampered)
    assert "изменён после выдачи" in verdict(tampered, language="ru")
    assert "it expired on 31.12.2020" in verdict(issuer.issue(**{"from": "01.01.2020", "to": "31.12.2020"}))
    assert "it holds from 01.01.2190" in verdict(issuer.issue(**{"from": "01.01.2190"}))
    assert "for another machine" in verdict(issuer.issue(machine="0" * 64))
    assert "for other versions: 99" in verdict(issuer.issue(versions="99"))
    assert "covers versions up to 01.01.2020" in verdict(issuer.issue(updates="01.01.2020"))
    (tmp_path / "stranger").mkdir()
    stranger = Issuer(tmp_path / "stranger")
    assert f"signed with the key {stranger.key}, which is not among the trusted ones" in verdict(stranger.issue())
    assert "line 1 is not as it has to be" in verdict(write(tmp_path / "broken.xml", "<html>"))
    assert "large.xml: " in verdict(write(tmp_path / "large.xml", " " * 70_000))
    assert str(tmp_path / "absent") in verdict(tmp_path / "absent")
    assert "no public key" in refused("verify", good, "--keys", good, "--data", tmp_path)


def test_the_registration_number_survives_restarts_and_a_kill(tmp_path, issuer):
    numbers = set()
    for _ in range(3):
        server = Server(folder=tmp_path, **CHEAP)
        server.start()
        numbers.add(ask(server, "/getlicenseinfo?detail=regserial")[1])
        server.process.kill()
        server.process.wait()
    offline = json.loads(otklik("show", "--json", "--data", tmp_path).stdout)
    assert numbers == {offline["regserial"]}
    assert re.fullmatch("[1-9][0-9]{6}", offline["regserial"])
    assert offline["state"] == "open"


def test_a_certificate_can_be_installed_without_a_server(tmp_path, issuer):
    otklik("show", "--data", tmp_path)  # makes the data folder
    write(tmp_path / "licence-keys.pem", issuer.public.read_text())
    text = otklik("install", issuer.issue(), "--data", tmp_path, "--set", 'language="ru"').stdout
    assert f"подписан ключом {issuer.key}" in text
    assert json.loads(otklik("show", "--json", "--data", tmp_path).stdout)["owner"] == "Example Ltd"


def test_an_installed_certificate_holds_at_once_in_the_running_server(clean, issuer):
    shown = json.loads(clean.shell("licence", "install", issuer.issue(users="7"), "--json").stdout)
    assert (shown["state"], shown["users"]["allowed"]) == ("certificate", 7)
    assert state(clean)["users"]["allowed"] == 7
    told = events(clean, "licence_installed")[-1]
    assert (told["owner"], told["issuer"], told["users"]) == ("Example Ltd", issuer.key, 7)
    assert "operators" not in told
    assert "Holder: Example Ltd" in clean.shell("licence", "show").stdout


def test_a_certificate_that_would_not_hold_is_not_installed(clean, issuer):
    clean.shell("licence", "install", issuer.issue())
    done = clean.shell("licence", "install", issuer.issue(machine="0" * 64), check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "it is for another machine" in done.stderr
    assert state(clean)["state"] == "certificate"


def test_a_copied_certificate_is_taken_up_by_itself_and_by_sighup(clean, issuer):
    write(clean.data / "licence.xml", issuer.issue(owner="Copied").read_text())
    assert wait_for_state(clean, "certificate")["owner"] == "Copied"
    write(clean.data / "licence.xml", issuer.issue(owner="Again").read_text())
    clean.process.send_signal(signal.SIGHUP)
    while state(clean)["owner"] != "Again":
        assert clean.process.poll() is None
    (clean.data / "licence.xml").unlink()
    wait_for_state(clean, "open")
    while not events(clean, "licence_removed"):
        pass


def test_settings_of_the_licence_change_at_a_reload(clean, issuer):
    clean.shell("licence", "install", issuer.issue())
    settings = clean.data / "otklik.toml"
    before = settings.read_text() if settings.exists() else None

    def reload(text):
        write(settings, (before or "") + text, 0o600)
        clean.shell("config", "reload")

    try:
        reload('licence.trusted_keys = "/nowhere/keys.pem"\n')
        assert state(clean)["fault"]["value"] == "foreign_key"
        reload("")
        assert state(clean)["state"] == "certificate"
    finally:
        reload("")


@pytest.mark.parametrize("kind", ["tampered", "expired", "not_yet_valid", "foreign", "machine", "broken", "folder"])
def test_what_does_not_hold_is_told_of_and_stops_nothing(clean, issuer, tmp_path, kind):
    number = state(clean)["regserial"]
    place = clean.data / "licence.xml"
    reason = {"tampered": "bad_signature", "foreign": "foreign_key", "machine": "other_machine", "folder": "unreadable"}.get(kind, kind)
    if kind == "folder":
        place.mkdir()
    else:
        text = {
            "tampered": lambda: issuer.issue(users="1").read_text().replace('users" value="1"', 'users" value="9"'),
            "expired": lambda: issuer.issue(**{"from": "01.01.2020", "to": "31.12.2020"}).read_text(),
            "not_yet_valid": lambda: issuer.issue(**{"from": "01.01.2190"}).read_text(),
            "foreign": lambda: Issuer(tmp_path).issue().read_text(),
            "machine": lambda: issuer.issue(machine="0" * 64).read_text(),
            "broken": lambda: issuer.issue().read_text()[:300],
        }[kind]()
        new = write(tmp_path / "new", text)
        os.replace(new, place)
    now = wait_for_state(clean, "refused")
    assert now["fault"]["value"] == reason
    assert (now["regserial"], now["users"]["allowed"], now["validto"]) == (number, "unlimited", "31.12.9999")
    sentence = now["fault"]["name"]
    assert f"Certificate does not hold: {sentence}\n" in now["text"]
    assert f"Certificate does not hold: {sentence}\n" in clean.shell("licence", "show").stdout
    while {"reason": reason, "text": sentence} not in events(clean, "licence_refused"):
        pass  # told after it holds
    assert sentence in clean.log_path.read_text()
    assert ask(clean, "/getversion")[0] == 200
    if kind == "folder":
        place.rmdir()


# --- limits -----------------------------------------------------------------------------------------------------------

USERS = [f"user{number}" for number in range(8)]
LIMIT = 3


@pytest.fixture(scope="module")
def crowded(issuer):
    """A server with eight users, three seats, and a short time for which a seat is kept."""
    def files(data):
        write(data / "licence-keys.pem", issuer.public.read_text())
        write(data / "licence.xml", issuer.issue(users=str(LIMIT)).read_text())
        (data / "scenarios").mkdir(mode=0o700, exist_ok=True)
        write(data / "scenarios/Wait.lua", "event.post('waiting', {user = param[1]})\nwhile not file.exists('Temp/go') do sleep(0.05) end\nreturn 'went'\n")

    with Server(language='"en"', before_start=files, licence__seat_time="1 s", **CHEAP) as running:
        for user in USERS:
            running.shell("user", "add", user, "--role", "web-api", input=PASSWORD + "\n")
        yield running


def metric(server, name, labels):
    admin = next(m.group(1) for m in (re.match(r"listening admin http://(\S+)", line) for line in server.output) if m)
    connection = http.client.HTTPConnection(admin, timeout=30)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    return float(re.search(rf"^{name}\{{{re.escape(labels)}\}} (\S+)$", text, re.M).group(1))


def wait_until_nobody_is_at_work(server):
    while state(server)["users"]["used"]:
        assert server.process.poll() is None


def test_a_limit_is_never_passed_by_concurrent_logins_and_every_refusal_is_counted(crowded):
    wait_until_nobody_is_at_work(crowded)
    refused_before = metric(crowded, "otklik_licence_refusals_total", 'of="users"')
    done = threading.Event()
    most = []

    def watch():
        while not done.is_set():
            now = state(crowded)["users"]
            assert now["allowed"] == LIMIT and now["used"] <= LIMIT and now["left"] == LIMIT - now["used"], now
            most.append(now["used"])

    def work(user):
        """Comes until he was let in five times; then he goes, and somebody else comes in."""
        connection = http.client.HTTPConnection(crowded.address, timeout=30)
        let_in = turned_away = 0
        while let_in < 5:
            status, body, headers = ask(crowded, "/getversion?format=json", user, connection)
            if status == 200:
                let_in += 1
                continue
            assert (status, json.loads(body)["error"]["code"]) == (503, "licence")
            assert headers["Retry-After"]
            turned_away += 1
        return turned_away

    with concurrent.futures.ThreadPoolExecutor(len(USERS) + 1) as threads:
        watcher = threads.submit(watch)
        results = [work.result() for work in [threads.submit(work, user) for user in USERS]]
        done.set()
        watcher.result()
    assert max(most) == LIMIT
    assert sum(results) > 0
    assert sum(results) == metric(crowded, "otklik_licence_refusals_total", 'of="users"') - refused_before
    assert metric(crowded, "otklik_licence_seats_allowed", 'of="users"') == LIMIT
    assert metric(crowded, "otklik_licence_seats_allowed", 'of="operators"') == float("inf")


def test_a_running_scenario_keeps_its_users_seat_and_goes_on_when_the_limit_sinks(crowded, issuer):
    wait_until_nobody_is_at_work(crowded)
    with concurrent.futures.ThreadPoolExecutor(LIMIT) as threads:
        running = [threads.submit(ask, crowded, "/execsvcscriptplain?name=Wait", user) for user in USERS[:LIMIT]]
        while state(crowded)["users"]["used"] < LIMIT:
            assert crowded.process.poll() is None
        os.replace(issuer.issue(users="1"), crowded.data / "licence.xml")
        while state(crowded)["users"]["allowed"] != 1:
            assert crowded.process.poll() is None
        now = state(crowded)["users"]
        assert (now["used"], now["left"]) == (LIMIT, 0)
        status, body, _ = ask(crowded, "/execsvcscript?name=Echo", USERS[-1])
        assert (status, 'key="startresult" value="5" name="licence"' in body) == (200, True)
        assert ask(crowded, "/execsvcscriptplain?name=Echo", USERS[-1])[0] == 503
        while state(crowded)["users"]["disabled"] != 1:  # remembered for a second only
            assert ask(crowded, "/execsvcscriptplain?name=Echo", USERS[-1])[0] == 503
        assert ask(crowded, "/getversion", USERS[0])[0] == 200, "who has a seat goes on"
        (crowded.data / "Temp/go").write_text("")
        assert [done.result()[:2] for done in running] == [(200, "went")] * LIMIT
    assert metric(crowded, "otklik_script_starts_refused_total", 'reason="licence"') >= 2
    wait_until_nobody_is_at_work(crowded)
    assert ask(crowded, "/execsvcscriptplain?name=Echo&startparam1=a", USERS[-1])[:2] == (200, "a")


def test_tokens_of_a_user_share_his_seat(crowded, issuer):
    os.replace(issuer.issue(users="1"), crowded.data / "licence.xml")
    while state(crowded)["users"]["allowed"] != 1:
        assert crowded.process.poll() is None
    wait_until_nobody_is_at_work(crowded)
    tokens = [json.loads(crowded.shell("token", "create", user, "--name", name, "--json").stdout)["token"]
              for user, name in ((USERS[0], "board"), (USERS[0], "crm"), (USERS[1], "board"))]

    def status(token):
        connection = http.client.HTTPConnection(crowded.address, timeout=30)
        connection.request("GET", "/getversion", headers={"Authorization": "Bearer " + token})
        return connection.getresponse().status

    while True:
        assert (status(tokens[0]), status(tokens[1]), ask(crowded, "/getversion", USERS[0])[0]) == (200, 200, 200)
        assert state(crowded)["users"]["used"] <= 1
        if status(tokens[2]) == 503:
            break
        wait_until_nobody_is_at_work(crowded)  # his seat had cooled down on the way
