"""The index of files: rules that delete, the check, kill -9, and the emptied temporary folder."""

import json
import os
import signal
import time

import pytest

from stored import API, Server, ask, link, put, register, rows


def wait_until(holds, limit=60):
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def events(server, kind):
    return [json.loads(line)["data"] for line in server.shell("events", "--type", kind).stdout.splitlines()]


def aged(path, days):
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))


def test_rules_delete_what_is_old_and_say_so():
    with Server(retention__recording__age='"30 d"', retention__every='"1 s"') as server:
        for name, days in (("old.wav", 31), ("held.wav", 31), ("young.wav", 29)):
            aged(put(server, f"RecordedFiles/20260101/{name}", b"sound"), days)
        held = None
        # The one to be held is registered young, so that no rule is quicker than the hold.
        aged(server.data / "RecordedFiles/20260101/held.wav", 1)
        held = register(server, "recording", "20260101/held.wav")
        server.shell("file", "hold", held["id"])
        old, young = (register(server, "recording", f"20260101/{name}") for name in ("old.wav", "young.wav"))
        wait_until(lambda: len(rows(server, "file", "list")) == 2)
        assert {f["id"] for f in rows(server, "file", "list")} == {held["id"], young["id"]}
        assert not (server.data / "RecordedFiles/20260101/old.wav").exists()
        wait_until(lambda: events(server, "file_deleted"))
        assert [(e["file"], e["reason"], e["path"]) for e in events(server, "file_deleted")] == [(old["id"], "age", "20260101/old.wav")]
        assert "deleted recording 20260101/old.wav" in server.log_path.read_text()
        assert "held" in server.shell("file", "delete", held["id"], check=False).stderr
        server.shell("file", "release", held["id"])
        server.shell("file", "delete", held["id"])
        assert not (server.data / "RecordedFiles/20260101/held.wav").exists()


def test_rules_keep_the_size_of_an_area():
    with Server(retention__fax__size="2500", retention__every='"1 s"') as server:
        for i in range(4):
            aged(put(server, f"Fax/{i}.tif", bytes(1000)), 4 - i)
            register(server, "fax", f"{i}.tif")
        wait_until(lambda: len(rows(server, "file", "list")) == 2)
        assert sorted(p.name for p in (server.data / "Fax").iterdir()) == ["2.tif", "3.tif"]
        assert {e["reason"] for e in events(server, "file_deleted")} == {"size"}


def test_the_temporary_folders_are_empty_after_every_start(tmp_path):
    with Server(folder=tmp_path) as server:
        put(server, "Temp/UploadData/r4nd/a.txt", b"a")
        put(server, "Temp/ScriptData/r4nd/b.txt", b"b")
        kept = put(server, "LocalStorage/kept.txt", b"kept")
        register(server, "temp", "r4nd/a.txt")
        assert ask(server, "/getsharedfile?path=Temp/UploadData/r4nd/a.txt").status == 200
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.output.clear()
        server.start()
        assert list((server.data / "Temp/UploadData").iterdir()) == []
        assert list((server.data / "Temp/ScriptData").iterdir()) == []
        assert ask(server, "/getsharedfile?path=Temp/UploadData/r4nd/a.txt").status == 404
        assert rows(server, "file", "list") == []
        assert kept.read_bytes() == b"kept"
        wait_until(lambda: sorted(p.name for p in (server.data / "Temp").iterdir()) == ["ScriptData", "UploadData"])


def test_commands_without_a_server_leave_the_temporary_folder_alone(tmp_path):
    with Server(folder=tmp_path) as server:
        server.stop()
        put(server, "Temp/UploadData/r4nd/a.txt", b"a")
        server.shell("file", "list")
        assert (server.data / "Temp/UploadData/r4nd/a.txt").exists()
        refused = server.shell("file", "temppass", "ivan", check=False)
        assert (refused.returncode, refused.stdout) == (1, "") and "no server" in refused.stderr


def test_the_index_is_right_after_kill_9_in_the_middle_of_registering(tmp_path):
    with Server(folder=tmp_path) as server:
        growing = None
        put(server, "RecordedFiles/growing.wav", b"sound")
        growing = register(server, "recording", "growing.wav", "--growing")
        for i in range(20):
            put(server, f"Fax/{i}.tif", b"fax")
        import subprocess
        running = [subprocess.Popen([server.program, "file", "import", f"{i}.tif", "--area", "fax", "--data", server.data],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for i in range(20)]
        wait_until(lambda: any(p.poll() is not None for p in running))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        acknowledged = sum(p.wait() == 0 for p in running)
        server.output.clear()
        server.start()
        listed = rows(server, "file", "list")
        assert sum(f["area"] == "fax" for f in listed) >= min(acknowledged, 1)
        assert [f["state"] for f in listed if f["id"] == growing["id"]] == ["whole"], "nobody writes it any more"
        assert ask(server, link(server, growing), API).headers["etag"]
        server.shell("check", "--repair")
        assert sum(f["area"] == "fax" for f in rows(server, "file", "list")) == 20
        server.shell("check", "--deep")


def test_check_finds_and_repairs_each_kind_of_discrepancy():
    with Server() as server:
        for name, area in (("LocalStorage/same.txt", "storage"), ("LocalStorage/longer.txt", "storage"),
                           ("LocalStorage/other.txt", "storage"), ("Fax/gone.tif", "fax")):
            put(server, name, b"abc")
            register(server, area, name.split("/", 1)[1])
        server.shell("check", "--deep")
        put(server, "LocalStorage/longer.txt", b"abcd")
        put(server, "LocalStorage/other.txt", b"abd")
        (server.data / "Fax/gone.tif").unlink()
        put(server, "VoiceMail/extra.wav", b"extra")
        quick = server.shell("check", "--json", check=False)
        assert quick.returncode == 1 and "discrepancies" in quick.stderr
        found = {(d["what"], d["path"]) for d in json.loads(quick.stdout)["list"]}
        assert found == {("size", "longer.txt"), ("missing", "gone.tif"), ("extra", "extra.wav")}
        deep = json.loads(server.shell("check", "--deep", "--json", check=False).stdout)
        assert ("content", "other.txt") in {(d["what"], d["path"]) for d in deep["list"]}
        assert deep["database"] == [] and deep["events_damaged"] == 0 and deep["events"] > 0
        server.shell("check", "--deep", "--repair")
        assert json.loads(server.shell("check", "--deep", "--json").stdout)["discrepancies"] == 0
        assert {e["reason"] for e in events(server, "file_deleted")} == {"lost"}


def test_the_list_is_paged_and_narrowed():
    with Server() as server:
        for i in range(7):
            aged(put(server, f"Fax/{i}.tif", b"fax"), 7 - i)
            register(server, "fax", f"{i}.tif", *(["--user", "ivan"] if i % 2 else []))
        put(server, "VoiceMail/v.wav", b"v")
        register(server, "voicemail", "v.wav", "--user", "maria", "--chain", "7b1a6a2c-0a7e-4d58-9f0a-3a4f4f1e2d11")

        def pages(*narrowed):
            after, out = [], []
            while page := rows(server, "file", "list", "--limit", "3", *narrowed, *after):
                out += [f["path"] for f in page]
                after = ["--after", page[-1]["id"]]
            return out

        assert pages("--area", "fax") == [f"{i}.tif" for i in range(6, -1, -1)]
        assert pages("--area", "fax", "--oldest-first") == [f"{i}.tif" for i in range(7)]
        assert pages("--user", "ivan") == ["5.tif", "3.tif", "1.tif"]
        assert pages("--chain", "7B1A6A2C-0a7e-4d58-9f0a-3a4f4f1e2d11") == ["v.wav"]
        for wrong, words in ((["--area", "attic"], "no area"), (["--user", "nobody"], "no user"), (["--after", "x"], "id")):
            refused = server.shell("file", "list", *wrong, check=False)
            assert refused.returncode == 1 and words in refused.stderr


@pytest.mark.parametrize("command, status", [(["file"], 2), (["file", "link"], 2), (["file", "import", "x"], 2),
                                             (["file", "list", "--limit", "0"], 2), (["file", "link", "x"], 1)])
def test_wrong_usage_is_told(tmp_path, command, status):
    with Server(folder=tmp_path) as server:
        server.stop()
        done = server.shell(*command, check=False)
        assert (done.returncode, done.stdout) == (status, "") and done.stderr
