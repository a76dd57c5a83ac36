"""What a stranger uploaded runs nothing in a real browser, though the same bytes as a page of www do."""

import http.server
import threading
import time
from urllib.parse import quote

from stored import Server, put

from browser import browse  # tests/ is in the path since stored

SCRIPT = "new Image().src='{beacon}/ran?'+encodeURIComponent(document.title||location.pathname)"
HTML = "<!doctype html><title>evil</title><script>" + SCRIPT + "</script><img src=x onerror=\"" + SCRIPT + "\">"
SVG = ("<svg xmlns='http://www.w3.org/2000/svg' onload=\"" + SCRIPT + "\"><script>" + SCRIPT + "</script></svg>")
XML = ("<?xml version='1.0'?><x:html xmlns:x='http://www.w3.org/1999/xhtml'><x:script>" + SCRIPT + "</x:script></x:html>")


class Beacon:
    """Hears what runs."""

    def __enter__(self):
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, path):
        deadline = time.monotonic() + 60
        while not any(heard.startswith(path) for heard in self.heard):
            assert time.monotonic() < deadline, self.heard
            time.sleep(0.05)


def test_an_uploaded_page_runs_no_script_in_a_browser(tmp_path):
    with Beacon() as beacon, Server() as server:
        evil = {"evil.html": HTML, "evil.htm": HTML, "evil.xhtml": XML, "evil.xml": XML, "evil.svg": SVG, "evil.txt": HTML, "evil": HTML,
                "evil.shtml": HTML}
        for name, content in evil.items():
            content = content.format(beacon=beacon.url).encode()
            put(server, f"LocalStorage/Shared/{name}", content)
            put(server, f"Temp/UploadData/r4nd/{name}", content)
        put(server, "www/evil.html", HTML.format(beacon=beacon.url + "/control").encode())
        links = [f"/getsharedfile?path={quote(folder + name)}&attachment=0"
                 for name in evil for folder in ("Shared/", "Temp/UploadData/r4nd/")]
        frames = "".join(f"<iframe src='{link}'></iframe><object data='{link}'></object><embed src='{link}'><img src='{link}'>"
                         for link in links)
        put(server, "www/frames.html", f"<!doctype html><title>frames</title>{frames}<iframe src='/evil.html'></iframe>".encode())

        browse(f"http://{server.address}/frames.html", tmp_path / "profile")
        for name in ("evil.html", "evil.svg"):
            browse(f"http://{server.address}/getsharedfile?path={name}&attachment=0", tmp_path / f"profile-{name}")
        beacon.wait_for("/control/ran")  # the browser does run scripts, and they do reach us
        assert not [heard for heard in beacon.heard if not heard.startswith("/control")]
