"""The demo company's server with its lines, and phones for them."""

import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from otklik_server import Server  # noqa: E402
from baresip_phone import PATIENCE, Phone  # noqa: E402

# Direct numbers of the demo company's lines.
NUMBERS = {"16001": "101", "16002": "102", "16003": "103", "16004": "104", "16005": "105", "16006": "106"}


class Company(Server):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.phones = []

    def start(self):
        self.output = []  # of this life: another one listens elsewhere
        super().start()
        self.lines = {line["number"]: line for line in self.as_json("line", "list")}

    def as_json(self, *arguments):
        return json.loads(self.shell(*arguments, "--json").stdout)

    def phone(self, number, transport="udp", **options):
        """A phone of a line, registered. It ends with the company."""
        line = self.lines[number]
        phone = Phone(self.data, line["sip_user"], line["sip_password"], self.sip[transport], transport=transport, **options)
        self.phones.append(phone)
        phone.__enter__()
        return phone

    def stop(self):
        for phone in self.phones:
            phone.stop()
        self.phones = []
        super().stop()

    def events(self, *kinds):
        """What the event log holds of these kinds, in order: `(kind, data)`."""
        found = []
        for line in self.shell("events").stdout.splitlines():
            event = json.loads(line)
            if not kinds or event["type"] in kinds:
                found.append((event["type"], event["data"]))
        return found

    def wait_for_event(self, kind, count=1, **fields):
        """The data of the first `count` events of this kind whose fields are so; the last of them."""
        until = time.monotonic() + PATIENCE
        while True:
            found = [data for _, data in self.events(kind) if all(data.get(name) == value for name, value in fields.items())]
            if len(found) >= count:
                return found[count - 1]
            if time.monotonic() > until:
                raise AssertionError(f"no {kind} {fields}: {[kind for kind, _ in self.events()][-40:]}\n{self.log()}")
            time.sleep(0.1)

    def wait_until(self, is_so):
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, self.log()
            time.sleep(0.1)

    def log(self):
        return self.log_path.read_text()[-4000:]

    def metric(self, name):
        address = next(line.rsplit("//", 1)[1] for line in self.output if line.startswith("listening admin"))
        import urllib.request
        text = urllib.request.urlopen(f"http://{address}/metrics", timeout=10).read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == f"otklik_{name}")

    def wait_for_metric(self, name, value):
        until = time.monotonic() + PATIENCE
        while self.metric(name) != value:
            assert time.monotonic() < until, f"otklik_{name} is {self.metric(name)} and not {value}\n{self.log()}"
            time.sleep(0.1)

    def recordings(self):
        """Paths of whole recordings, by name."""
        return sorted((self.data / "RecordedFiles").rglob("*.wav"))


def make_certificate(folder):
    """A certificate for 127.0.0.1 that signs itself: `(chain, key)`."""
    chain, key = pathlib.Path(folder) / "sip.pem", pathlib.Path(folder) / "sip.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", chain, "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return chain, key
