"""A server with files in its places, and requests spelt exactly as a test wants them."""

import base64
import http.client
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from otklik_server import PASSWORD, Server  # noqa: E402

SECRET = b"SECRET-OF-THE-TEST"


def basic(login, password=PASSWORD):
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


API = {"Authorization": basic("api")}


class Answer:
    def __init__(self, response, body):
        self.status, self.body = response.status, body
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    @property
    def code(self):
        return json.loads(self.body)["error"]["code"]


def ask(server, target, headers=None, method="GET"):
    """`target` goes out as it stands: str as Latin-1."""
    host, port = server.address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        connection._validate_path = lambda path: None  # what a client should not send is what is tested
        connection._encode_request = lambda request: request.encode("latin-1")
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        return Answer(response, response.read())
    finally:
        connection.close()


def put(server, name, content):
    path = server.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def rows(server, *command):
    return json.loads(server.shell(*command, "--json").stdout)


def register(server, area, path, *more):
    return rows(server, "file", "import", path, "--area", area, *more)


def link(server, file):
    return rows(server, "file", "link", file["id"])


def temppass(server, login):
    return rows(server, "file", "temppass", login)
