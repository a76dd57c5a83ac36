"""Text dialogues: what is sent, and the exact bytes that must come back. README.md tells the notation."""
import base64
import dataclasses
import pathlib
import re
import socket

FOLDER = pathlib.Path(__file__).parent
PATIENCE = 20.0  # seconds until a missing answer is a failure, not a time that anything waits for

PLACEHOLDERS = {
    "date": rb"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
    "etag": rb'(?:W/)?"[0-9a-f-]+"',
    "n": rb"[0-9]+",
    "*": rb"[^\r\n\"\]]+",
}


@dataclasses.dataclass
class Step:
    kind: str  # send, end, expect
    data: object = b""
    line: int = 0


@dataclasses.dataclass
class Dialogue:
    name: str
    file: pathlib.Path
    line: int
    settings: tuple = ()
    split: int = 0
    closes: bool = False
    only: str = ""
    steps: list = dataclasses.field(default_factory=list)


def _text(text, password):
    """Escapes and repetitions of a line that is sent or expected: bytes, and {placeholders} left as they are."""

    def braces(match):
        inside = match.group(1)
        repeated = re.fullmatch(r"(.+)\*([0-9]+)", inside, re.S)
        if repeated:
            return repeated.group(1) * int(repeated.group(2))
        if inside.startswith("basic "):
            login, colon, given = inside[6:].partition(":")
            return base64.b64encode((login + ":" + (given if colon else password)).encode()).decode()
        if inside.startswith("basic-1251 "):
            return base64.b64encode((inside[11:] + ":" + password).encode("cp1251")).decode()
        return match.group(0)

    text = re.sub(r"\{([^{}\n]+)\}", braces, text)
    out = bytearray()
    position = 0
    escapes = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\", "s": b" ", "{": b"{", "}": b"}"}
    while position < len(text):
        character = text[position]
        if character != "\\":
            out += character.encode()
            position += 1
        elif text[position + 1] == "x":
            out.append(int(text[position + 2:position + 4], 16))
            position += 4
        else:
            out += escapes[text[position + 1]]
            position += 2
    return bytes(out)


def _pattern(text, password):
    """A regular expression for an expected line."""
    pattern = b""
    for piece in re.split(r"(\{(?:date|etag|n|\*|id)\})", text):
        name = piece[1:-1]
        if piece == "{id}":
            pattern += b"{id}"
        elif piece.startswith("{") and name in PLACEHOLDERS:
            pattern += PLACEHOLDERS[name]
        else:
            pattern += re.escape(_text(piece, password))
    return pattern


def _with_ids(pattern):
    """Of each answer the first {id} is any id, and the others in that answer must be the same."""
    heads = re.escape(b"X-Request-Id: ") + b"{id}"
    out = b""
    for number, answer in enumerate(pattern.split(heads)):
        if number:
            out += re.escape(b"X-Request-Id: ") + b"(?P<id%d>[0-9a-f]{16})" % number
        out += answer.replace(b"{id}", b"(?P=id%d)" % number)
    return out


ENDS = {">": b"\r\n", ">=": b"\n", ">-": b"", "<": b"\r\n", "<=": b"\n", "<-": b""}


def load(file, password):
    """The dialogues of one file."""
    dialogues = []
    dialogue = None
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        word, _, rest = line.partition(" ")
        if line.startswith("== "):
            dialogue = Dialogue(line[3:], file, number)
            dialogues.append(dialogue)
        elif not line or line.startswith("#"):
            continue
        elif word == "set":
            dialogue.settings += (rest,)
        elif word == "split":
            dialogue.split = int(rest)
        elif word == "only":
            dialogue.only = rest
        elif word == "close":
            dialogue.closes = True
        elif word == "end":
            dialogue.steps.append(Step("end", b"", number))
        elif word in (">", ">=", ">-"):
            if not dialogue.steps or dialogue.steps[-1].kind != "send":
                dialogue.steps.append(Step("send", b"", number))
            dialogue.steps[-1].data += _text(rest, password) + ENDS[word]
        elif word in ("<", "<=", "<-", "<@"):
            if not dialogue.steps or dialogue.steps[-1].kind != "expect":
                dialogue.steps.append(Step("expect", b"", number))
            if word == "<@":
                golden = (FOLDER / "golden" / rest).read_bytes().decode()
                dialogue.steps[-1].data += _pattern(golden.replace("\\", "\\\\"), password)
            else:
                dialogue.steps[-1].data += _pattern(rest, password) + re.escape(ENDS[word])
        else:
            raise ValueError(f"{file.name}:{number}: what is {word!r}?")
    return dialogues


def load_all(password):
    return [d for file in sorted((FOLDER / "dialogues").glob("*.dialogue")) for d in load(file, password)]


class Mismatch(AssertionError):
    pass


def _receive(sock):
    try:
        return sock.recv(1 << 20)
    except ConnectionResetError:
        return b""


def play(dialogue, address, token=""):
    """Raises Mismatch when anything but the expected bytes comes back."""
    with socket.create_connection(address, PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        ended = False
        for step in dialogue.steps:
            if step.kind == "send":
                data = step.data.replace(b"{token}", token.encode())
                piece = dialogue.split or max(1, len(data))
                try:
                    for begin in range(0, len(data), piece):
                        sock.sendall(data[begin:begin + piece])
                except (BrokenPipeError, ConnectionResetError):
                    pass  # refused before all was sent: the answer tells
            elif step.kind == "end":
                sock.shutdown(socket.SHUT_WR)
                ended = True
            else:
                received = _expect(sock, step, received)
        if not dialogue.closes and not ended:
            try:
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        try:
            while piece := _receive(sock):
                received += piece
        except TimeoutError:
            raise Mismatch("the server does not close the connection") from None
        if received:
            raise Mismatch(f"more came than was expected: {received!r}")


def _expect(sock, step, received):
    pattern = re.compile(_with_ids(step.data), re.S)
    while True:
        match = pattern.match(received)
        if match:
            return received[match.end():]
        try:
            piece = _receive(sock)
        except TimeoutError:
            raise Mismatch(f"line {step.line}: no such answer came, but {received!r}") from None
        if not piece:
            raise Mismatch(f"line {step.line}: expected {step.data!r}\n\ncame {received!r}")
        received += piece
