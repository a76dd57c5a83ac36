"""Writes the answers that come now into dialogue files, below what is sent: for reading, judging and then keeping.

    OTKLIK_TEST_SERVER=build/dev/tests/protocol/protocol_server /usr/bin/python3 tests/protocol/record.py FILE.dialogue...

Answers that stand there are kept; only dialogues without any get theirs."""
import pathlib
import re
import socket
import sys

import dialogue as dialogues
from program import PASSWORD, Program

QUIET = 0.4  # seconds without another byte: the answer is over. Only here, where a person looks at the result


def ask(dialogue, address):
    with socket.create_connection(address, dialogues.PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for step in dialogue.steps:
            if step.kind == "send":
                piece = dialogue.split or max(1, len(step.data))
                try:
                    for begin in range(0, len(step.data), piece):
                        sock.sendall(step.data[begin:begin + piece])
                except (BrokenPipeError, ConnectionResetError):
                    break
            else:
                sock.shutdown(socket.SHUT_WR)
        received = b""
        sock.settimeout(5.0)
        try:
            while piece := sock.recv(1 << 20):
                received += piece
                sock.settimeout(QUIET)
            return received, True
        except TimeoutError:
            return received, False
        except ConnectionResetError:
            return received, True


def shown(answer):
    text = answer.decode("utf-8", "surrogateescape")
    lines = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        word = "<"
        if line.endswith("\r\n"):
            line = line[:-2]
        elif line.endswith("\n"):
            word, line = "<=", line[:-1]
        else:
            word = "<-"
        line = line.replace("\\", "\\\\")
        line = "".join(c if c == " " or c.isprintable() and not 0xDC80 <= ord(c) <= 0xDCFF
                       else "".join(f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape")) for c in line)
        line = re.sub(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "{date}", line)
        line = re.sub(r"^(X-Request-Id: |.*\"request_id\":\"|.*key=\"requestid\" value=\")[0-9a-f]{16}", r"\1{id}", line)
        line = re.sub(r"^(ETag: ).*", r"\1{etag}", line)
        lines.append(f"{word} {line}".rstrip(" ") if word == "<" and not line else f"{word} {line}")
    return lines


def main():
    programs = {}
    for name in sys.argv[1:]:
        file = pathlib.Path(name).resolve()
        lines = file.read_text(encoding="utf-8").split("\n")
        for dialogue in reversed(dialogues.load(file, PASSWORD)):
            if any(step.kind == "expect" for step in dialogue.steps) or dialogue.closes:
                continue
            if dialogue.settings not in programs:
                programs[dialogue.settings] = Program(dialogue.settings)
            answer, closed = ask(dialogue, programs[dialogue.settings].address)
            at = dialogue.line
            while at < len(lines) and lines[at] and not lines[at].startswith("== "):
                at += 1
            ended = any(step.kind == "end" for step in dialogue.steps)
            lines[at:at] = shown(answer) + (["close"] if closed and not ended else [])
        file.write_text("\n".join(lines), encoding="utf-8")
    for program in programs.values():
        program.stop()


if __name__ == "__main__":
    main()
