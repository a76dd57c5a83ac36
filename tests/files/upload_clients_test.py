"""Clients as integrators have them upload files, and get them back the same, byte for byte."""

import concurrent.futures
import os
import shutil
import subprocess
import urllib.parse

import pytest

from uploading import AUTHORIZATION, BOUNDARY, UploadServer, digest, fetch, file_part, form, on_disk, request, unescaped, upload_bytes

SIZES = (0, 1, 65_535, 131_072, 1_000_003)
LARGE = 64 * 1024 * 1024


@pytest.fixture(scope="module")
def server():
    with UploadServer() as running:
        yield running


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "большой файл.bin"
    path.write_bytes(os.urandom(LARGE))
    return path


def need(program):
    found = shutil.which(program, path=os.environ["PATH"] + ":/usr/bin")
    if not found:
        pytest.fail(f"{program} is not installed: packaging/debian/test.packages names what the tests need")
    return found


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=180, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def paths(text):
    import re
    return [unescaped(path) for path in re.findall(r' path="([^"]*)"', text)]


def curl(server, *arguments, **parameters):
    target = f"http://{server.address}/upload?" + urllib.parse.urlencode(parameters)
    return run(need("curl"), "-sS", "--fail-with-body", "-H", f"Authorization: {AUTHORIZATION}", *arguments, target)


@pytest.mark.parametrize("size", SIZES)
def test_curl_gets_back_what_it_sent(server, tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "a.bin").write_bytes(content)
    for arguments in (("-F", f"file=@{tmp_path}/a.bin"), ("-F", f"file=@{tmp_path}/a.bin;encoder=base64"),
                      ("-H", "Content-Type: application/octet-stream", "--data-binary", f"@{tmp_path}/a.bin")):
        (path,) = paths(curl(server, *arguments, storagemode="storageshared"))
        assert fetch(server, path).body == content, arguments


def test_curl_sends_a_large_file_both_ways(server, large):
    for arguments in (("-F", f"file=@{large}"), ("-H", "Content-Type: application/octet-stream", "-H", "Transfer-Encoding: chunked",
                                                  "--upload-file", large, "-X", "POST")):
        (path,) = paths(curl(server, *arguments))
        assert digest(on_disk(server, path).read_bytes()) == digest(large.read_bytes())
    assert digest(fetch(server, path).body) == digest(large.read_bytes())


def test_python_sends_several_files_at_once(server):
    contents = [os.urandom(200_000 + i) for i in range(50)]
    body = form(*(file_part(f"{i}.bin", content) for i, content in enumerate(contents)))
    headers = {"Authorization": AUTHORIZATION, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = request(server, "POST", "/upload", body, headers)
    assert answer.saved == [1] * 50
    assert [on_disk(server, path).read_bytes() for path in answer.paths] == contents


def test_fifty_uploads_at_once_keep_the_server_small(server):
    content = os.urandom(2_000_000)

    def one(number):
        return upload_bytes(server, content, {"Content-Disposition": f"attachment; filename={number}.bin"})

    with concurrent.futures.ThreadPoolExecutor(50) as callers:
        answers = list(callers.map(one, range(50)))
    assert all(answer.status == 200 for answer in answers)
    assert all(on_disk(server, answer.paths[0]).read_bytes() == content for answer in answers)
    peak = int(next(line.split()[1] for line in open(f"/proc/{server.process.pid}/status") if line.startswith("VmHWM"))) * 1024
    assert peak < 350_000_000, f"50 uploads took {peak} bytes"  # sanitizers included; 100 MB were on their way


NODE = """
const [address, authorization, path] = process.argv.slice(1);
const fs = await import('node:fs');
const form = new FormData();
form.append('storagemode', 'storage');
form.append('subfolder', 'node');
form.append('file', new Blob([fs.readFileSync(path)]), 'из Node "1".bin');
form.append('file', new Blob(['second']), 'second.txt');
const answer = await fetch(`http://${address}/upload?format=json`, {method: 'POST', body: form, headers: {Authorization: authorization}});
console.log(JSON.stringify((await answer.json()).uploadfilesresult.file));
"""


def test_node_sends_a_form_by_fetch(server, tmp_path):
    import json
    content = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(content)
    first, second = json.loads(run(need("node"), "--input-type=module", "-e", NODE, "--", server.address, AUTHORIZATION, tmp_path / "a"))
    assert (first["name"], first["path"]) == ('из Node "1".bin', "LocalStorage/node/из Node _1_.bin")
    assert on_disk(server, first["path"]).read_bytes() == content
    assert fetch(server, second["path"]).body == b"second"


PAGE = """<!doctype html><meta charset="utf-8"><title>upload</title><body>
<script>
const bytes = new Uint8Array(1500000);
for (let i = 0; i < bytes.length; ++i) bytes[i] = i * 7 + (i >> 8);
const form = new FormData();
form.append('comment', 'не файл');
form.append('file', new File([bytes], 'из браузера "1".bin', {type: 'application/octet-stream'}));
form.append('file', new File([], 'пустой.txt', {type: 'text/plain'}));
fetch('/upload?storagemode=storageshared&subfolder=browser', {method: 'POST', body: form, headers: {Authorization: 'AUTHORIZATION'}})
  .then(async answer => {
    const text = await answer.text();
    const path = /path="([^"]*)"/.exec(text)[1].replace(/&quot;/g, '"');
    const back = await fetch('/download/files?path=' + encodeURIComponent(path), {headers: {Authorization: 'AUTHORIZATION'}});
    const got = new Uint8Array(await back.arrayBuffer());
    const same = got.length === bytes.length && got.every((byte, i) => byte === bytes[i]);
    document.body.innerHTML = '<p id="answer">' + answer.status + ' ' + (same ? 'same' : 'different') + '</p>';
  })
  .catch(why => { document.body.innerHTML = '<p id="answer">' + why + '</p>'; });
</script>
"""


def test_a_browser_sends_a_form_and_gets_the_file_back(server, tmp_path):
    (server.data / "www" / "form.html").write_text(PAGE.replace("AUTHORIZATION", AUTHORIZATION))
    page = run(need("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
               f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=60000", "--dump-dom", f"http://{server.address}/form.html")
    assert '<p id="answer">200 same</p>' in page, page[-2000:]
    stored = sorted(path.name for path in (server.data / "LocalStorage/Shared/browser").iterdir())
    assert stored == ["из браузера _1_.bin", "пустой.txt"]
