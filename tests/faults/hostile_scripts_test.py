"""Scenarios that never end, eight at once on a server with one loop: everybody else is answered all the same.

They loop in ways that a run which begins on the loop's own thread could get there by: in plain code, in a metamethod, in a
pattern, in a callback of a sort, in a result that has no end as JSON.
"""

import base64
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from otklik_server import PASSWORD, Server  # noqa: E402

HEADERS = {"Authorization": "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode()}
LOOPS = {
    "Plain": "while true do end",
    "Metamethod": "local all = _ENV\n"
                  "return all['table'].concat(all['setmetatable']({}, {__index = function() while true do end end}), '', 1, 2)",
    "Pattern": "local s = 'a' for i = 1, 16 do s = s .. s end\nwhile true do s.find(s, '.-.-.-.-.-b') end",
    "Sort": "local all, t = _ENV, {3, 2, 1}\nall['table'].sort(t, function() while true do end end)",
    "Json": "local t = {} for i = 1, 60 do t = {t, t} end\nreturn t",
}


def scenarios(data):
    folder = data / "scenarios"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, text in LOOPS.items():
        (folder / f"{name}.lua").write_text(text + "\n")
    (folder / "Upper.lua").write_text("return param[1]:upper()\n")


def test_eight_endless_scripts_leave_everybody_else_answered():
    with Server(before_start=scenarios, http__threads="1") as server:
        names = (list(LOOPS) * 2)[:8]
        for name in names:
            # Nobody waits for them: they are still running when this is answered.
            with server.get(f"/execsvcscriptplain?name={name}&async=1", HEADERS) as answer:
                assert answer.status == 200
        answered = []

        def ask():
            for i in range(20):
                with server.get("/getversion", HEADERS) as answer:
                    answered.append(answer.status)
                with server.get(f"/execsvcscriptplain?name=Echo&startparam1={i}", HEADERS) as answer:
                    answered.append(answer.read() == str(i).encode())
                with server.get("/execsvcscriptplain?name=Upper&startparam1=abc", HEADERS) as answer:
                    answered.append(answer.read() == b"ABC")

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert len(answered) == 4 * 60 and all(answered)
        server.process.kill()  # it would give the eight their time to end
