"""Folders of plugins for the suites, and calls of them."""

import base64
import json
import os
import pathlib
import shutil
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from otklik_server import PASSWORD, Server  # noqa: E402, F401

HERE = pathlib.Path(__file__).resolve().parent
HOSTILE = "11111111-1111-4111-8111-111111111111"
DO = "22222222-2222-4222-8222-222222222222"
GREETER = "2f1c3a4e-5b6d-4c7e-8f90-a1b2c3d4e5f6"
HELLO = "7d9e8f10-1a2b-4c3d-9e4f-5a6b7c8d9e0f"
AUTHORIZATION = "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()

# Python takes any -X: so a program of this run is told from those of another run on the same machine.
OF_THIS_RUN = ["-X", f"run={os.getpid()}"]

MANIFEST = {
    "id": HOSTILE, "name": "Hostile", "version": "1.0", "program": "python3",
    "arguments": [*OF_THIS_RUN, "hostile.py"],
    "forms": [{"id": DO, "name": "do", "timeout": 20,
               "inputs": [{"name": "do", "type": "string"}, {"name": "what", "type": "string", "default": ""}],
               "outputs": [{"name": "text", "type": "string"}]}],
}


def manifest(**changes):
    """The hostile plugin's, changed. `timeout` is its form's."""
    made = json.loads(json.dumps(MANIFEST))
    if "timeout" in changes:
        made["forms"][0]["timeout"] = changes.pop("timeout")
    made.update(changes)
    return made


def put(data, folder, made, *files):
    """Makes a plugin's folder whole before it gets its name; readable by others, as plugins of a server of root must be."""
    plugins = pathlib.Path(data) / "plugins"
    plugins.mkdir(exist_ok=True)
    fresh = pathlib.Path(data) / f"{folder}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for file in files:
        shutil.copy(file, fresh)
    (fresh / "manifest.json").write_text(json.dumps(made, indent=1, ensure_ascii=False))
    readable(fresh)
    fresh.rename(plugins / folder)
    return plugins / folder


def readable(folder):
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def folder_outside_tmp():
    """Plugins have a /tmp of their own: what lies in the machine's is hidden by that alone, and not by what is tested."""
    return pathlib.Path(tempfile.mkdtemp(prefix="otklik-test-", dir="/var/tmp"))


def put_hostile(data, folder="hostile", **changes):
    return put(data, folder, manifest(**changes), HERE / "hostile.py")


def put_example(data, name):
    """One of examples/plugins with its SDK; the C++ one as it was built."""
    source = ROOT / "examples/plugins" / name
    files = [path for path in source.iterdir() if path.name != "manifest.json"]
    files += {"greeter-python": [ROOT / "sdk/python/otklik_plugin.py"], "watcher-node": [ROOT / "sdk/node/otklik_plugin.js"],
              "phone-cpp": [pathlib.Path(os.environ.get("OTKLIK_BUILD", ROOT / "build/dev")) / "examples/plugins/phone"]}[name]
    return put(data, name, json.loads((source / "manifest.json").read_text()), *files)


def request(server, path, body=None, timeout=60):
    """Status, JSON, headers of a request with authorization."""
    asked = urllib.request.Request(f"http://{server.address}{path}", data=body, headers={"Authorization": AUTHORIZATION})
    try:
        with urllib.request.urlopen(asked, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def call(server, plugin, form, inputs=None, raw=None, post=False, **more):
    """Status and answer of execpluginmethod; of an error, its code and message."""
    fields = {"idmodule": plugin, "idform": form, **more}
    if raw is not None:
        fields["inputparams"] = raw
    elif inputs is not None:
        fields["inputparams"] = json.dumps(inputs, ensure_ascii=False)
    query = urllib.parse.urlencode(fields)
    status, answer, headers = (request(server, "/execpluginmethod", query.encode()) if post
                               else request(server, f"/execpluginmethod?{query}"))
    if status == 200:
        return status, answer
    assert set(answer) == {"error"} and answer["error"]["request_id"], answer
    return status, answer["error"]["code"], answer["error"]["message"]


def do(server, deed, what="", plugin=HOSTILE):
    return call(server, plugin, DO, {"do": deed, "what": what})


def text(server, deed, what="", plugin=HOSTILE):
    status, answer, *rest = do(server, deed, what, plugin)
    assert status == 200, (status, answer, rest)
    return answer["text"]


def listed(server, plugin=HOSTILE):
    for each in json.loads(server.shell("plugin", "list", "--json").stdout):
        if plugin in (each["id"], each["name"], each["folder"]):
            return each
    return None


def processes():
    """Parent and command line of every process, zombies (whose command line is empty) among them."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[1]
                found.append((int(parent), pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")))
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


def log(server):
    return server.log_path.read_text(errors="replace")
