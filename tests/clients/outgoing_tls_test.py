"""A scenario calls a TLS server that asks for a client certificate: a real one, of Python's ssl module, that checks what it is shown."""

import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from otklik_server import Server  # noqa: E402

SCENARIO = """
local answer, why = http.request{url = param[1], certificate = param[2] ~= "" and param[2] or nil}
return answer and answer.body or ("refused: " .. tostring(why))
"""


class Authority:
    """Signs certificates with the openssl program, as an administrator would have them made."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                     "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", self.path(name, "key"),
                     "-out", self.path(name, "pem"))
        self.certificate = self.path(name, "pem")

    def path(self, name, kind):
        return self.folder / f"{name}.{kind}"

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)

    def sign(self, name):
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", self.path(name, "key"), "-out", self.path(name, "csr"))
        extensions = self.path(name, "ext")
        extensions.write_text("subjectAltName=IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", self.path(name, "csr"), "-CA", self.certificate, "-CAkey", self.path(self.name, "key"),
                     "-CAcreateserial", "-days", "30", "-extfile", extensions, "-out", self.path(name, "pem"))
        return self.path(name, "pem"), self.path(name, "key")


class Asked(http.server.BaseHTTPRequestHandler):
    """Answers with the name in the certificate that it was shown."""

    def do_GET(self):
        shown = dict(pair for part in self.connection.getpeercert()["subject"] for pair in part)
        body = shown["commonName"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class AskingServer(http.server.ThreadingHTTPServer):
    def __init__(self, authority, certificate, key):
        super().__init__(("127.0.0.1", 0), Asked)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.load_verify_locations(authority.certificate)

    def finish_request(self, request, client_address):
        # in the connection's own thread: a handshake that fails must not end the server
        with self.context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, *_):
        pass  # who was not let in is what the tests are about


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder, "authority")
    stranger = Authority(folder, "stranger")
    with AskingServer(authority, *authority.sign("bank")) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield {
            "url": f"https://127.0.0.1:{server.server_address[1]}/",
            "ca_file": authority.certificate,
            "ours": authority.sign("company"),
            "other": authority.sign("another company"),
            "foreign": stranger.sign("foreigner"),
        }
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(bank):
    def prepare(data):
        (data / "scenarios").mkdir(exist_ok=True)
        (data / "scenarios" / "Call.lua").write_text(SCENARIO)
        settings = f"script.http.ca_file = \"{bank['ca_file']}\"\n"
        for name in ("ours", "foreign"):
            settings += f"script.http.certificate.{name} = {{certificate = \"{bank[name][0]}\", key = \"{bank[name][1]}\"}}\n"
        settings += f"script.http.certificate.mixed = {{certificate = \"{bank['ours'][0]}\", key = \"{bank['other'][1]}\"}}\n"
        settings += "script.http.certificate.absent = {certificate = \"/nowhere.pem\", key = \"/nowhere.key\"}\n"
        (data / "otklik.toml").write_text(settings)
        (data / "otklik.toml").chmod(0o600)
    with Server(before_start=prepare) as running:
        yield running


def call(server, bank, certificate):
    done = server.shell("script", "run", "Call", bank["url"], certificate, "--json")
    return json.loads(done.stdout)["returnvalue1"]


def test_the_certificate_of_that_name_is_shown(server, bank):
    assert call(server, bank, "ours") == "company"


@pytest.mark.parametrize("certificate", ["", "foreign", "mixed", "absent"])
def test_without_a_good_one_nobody_comes_in(server, bank, certificate):
    said = call(server, bank, certificate)
    assert said.startswith("refused: ") and "/nowhere" not in said, said


def test_a_name_that_the_settings_do_not_have_is_refused(server, bank):
    assert "certificate" in call(server, bank, "nobody's")


def test_another_certificate_of_the_settings_is_shown_after_a_reload(server, bank):
    path = server.data / "otklik.toml"
    before = path.read_text()
    path.write_text(before.replace(str(bank["ours"][0]), str(bank["other"][0])).replace(str(bank["ours"][1]), str(bank["other"][1])))
    server.shell("config", "reload")
    assert call(server, bank, "ours") == "another company"
    path.write_text(before)
    server.shell("config", "reload")
    assert call(server, bank, "ours") == "company"


def test_no_scenario_reads_the_key(server, bank):
    (server.data / "scenarios" / "Steal.lua").write_text("return file.read(param[1]) or 'no'\n")
    done = server.shell("script", "run", "Steal", bank["ours"][1], "--json")
    assert json.loads(done.stdout)["returnvalue1"] == "no"
