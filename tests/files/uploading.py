"""What the suites of this folder share: servers, requests over a socket, and what a data folder holds."""

import base64
import hashlib
import http.client
import json
import pathlib
import re
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from otklik_server import PASSWORD, Server  # noqa: E402,F401

AUTHORIZATION = "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()
GOLDEN = pathlib.Path(__file__).parent / "golden"
BOUNDARY = "----boundary-x7"
AREAS = ("LocalStorage", "Temp")

# What the tests' scenarios do with the list of files, their fifth start parameter.
SCENARIOS = {
    "List": "return param[5]\n",
    "Contents": """local out = {}
for _, element in ipairs(xml.parse(param[5])) do
  if element.attributes.saved == "1" then table.insert(out, file.read(element.attributes.path)) end
end
return table.concat(out, "|")
""",
    "Keep": """local path = xml.parse(param[5])[1].attributes.path
assert(file.move(path, "LocalStorage/kept/" .. param[1]))
return "LocalStorage/kept/" .. param[1], "200", "Content-Type: text/x-path"
""",
    "Send": "local path = xml.parse(param[5])[1].attributes.path\nreturn path, 'file'\n",
    "Fail": "error('on purpose')\n",
}


def put_scenarios(data):
    folder = data / "scenarios"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, text in SCENARIOS.items():
        (folder / f"{name}.lua").write_text(text)


class UploadServer(Server):
    """Cheap passwords, the scenarios of these tests, and room that no test is short of unless it says so."""

    def __init__(self, **options):
        defaults = {"before_start": put_scenarios, "access__hash_memory": "64", "access__hash_passes": "1", "upload__free_space": "0"}
        super().__init__(**{**defaults, **options})


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def paths(self):
        return [unescaped(path) for path in re.findall(r' path="([^"]*)"', self.text)]

    @property
    def saved(self):
        return [int(saved) for saved in re.findall(r' saved="([01])"', self.text)]

    @property
    def code(self):
        found = re.search(r'key="code" value="(\w+)"', self.text)
        return found.group(1) if found else json.loads(self.text)["error"]["code"]


def unescaped(text):
    for escape, meant in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(escape, meant)
    return text


def request(server, method, target, body=None, headers=None, timeout=120):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request(method, target, body, headers if headers is not None else {"Authorization": AUTHORIZATION})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def part(content, disposition='form-data; name="file"; filename="a.bin"', *further):
    """One part of a form; headers as text, raw bytes where they are bytes."""
    head = b"Content-Disposition: " + (disposition if isinstance(disposition, bytes) else disposition.encode()) + b"\r\n"
    for line in further:
        head += line.encode() + b"\r\n"
    return head + b"\r\n" + content


def form(*parts, boundary=BOUNDARY):
    out = b""
    for each in parts:
        out += b"--" + boundary.encode() + b"\r\n" + each + b"\r\n"
    return out + b"--" + boundary.encode() + b"--\r\n"


def file_part(name, content, *further):
    return part(content, f'form-data; name="file"; filename="{name}"', *further)


def field(name, value):
    return part(value.encode(), f'form-data; name="{name}"')


def upload(server, *parts, headers=None, **parameters):
    sent = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Authorization": AUTHORIZATION, **(headers or {})}
    return request(server, "POST", "/upload?" + urllib.parse.urlencode(parameters), form(*parts), sent)


def upload_bytes(server, content, headers=None, **parameters):
    sent = {"Content-Type": "application/octet-stream", "Authorization": AUTHORIZATION, **(headers or {})}
    return request(server, "POST", "/upload?" + urllib.parse.urlencode(parameters), content, sent)


def fetch(server, path):
    """A file by the path of an answer, as it stands, through the method for whoever has authorization."""
    return request(server, "GET", "/download/files?" + urllib.parse.urlencode({"path": path}))


def fetch_unasked(server, path):
    """Likewise, through the method for everybody."""
    return request(server, "GET", "/getsharedfile?" + urllib.parse.urlencode({"path": path}), headers={})


def on_disk(server, path):
    return pathlib.Path(path) if path.startswith("/") else server.data / path


def files_below(server, *folders):
    """Every file of the data folder's areas, hidden ones too, relative to it."""
    return sorted(str(path.relative_to(server.data)) for folder in folders or AREAS for path in (server.data / folder).rglob("*")
                  if not path.is_dir())


def nothing_is_put_aside(server):
    """Whether what a start took out of the temporary areas has been deleted, which is done behind it."""
    return not list((server.data / "Temp").glob("*.aside-*"))


def eventually(is_so, limit=30):
    """Waits for a fact."""
    end = time.monotonic() + limit
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def stored_events(server):
    return [event["data"] for event in map(json.loads, server.shell("events").stdout.splitlines()) if event.get("type") == "file_stored"]
