"""A small SIP phone for tests: sends what it is told, over UDP, TCP or TLS, and reads what comes."""

import hashlib
import re
import socket
import ssl
import time
import uuid

PATIENCE = 20

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 41000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
)


class Message:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.start = lines[0]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]
        words = self.start.split(" ", 2)
        self.status = int(words[1]) if self.start.startswith("SIP/2.0") else 0
        self.method = self["CSeq"].split()[1] if self.status else words[0]
        self.uri = None if self.status else words[1]

    def __getitem__(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __repr__(self):
        return self.start


def digest_response(challenge, user, password, method, uri, nc=1):
    """The value of Authorization for a challenge."""
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge.split(" ", 1)[1]))
    algorithm = fields.get("algorithm", "MD5")
    make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def sum_of(text):
        return make(text.encode()).hexdigest()

    cnonce = "c0ffee"
    count = f"{nc:08x}"
    ha1 = sum_of(f"{user}:{fields['realm']}:{password}")
    response = sum_of(f"{ha1}:{fields['nonce']}:{count}:{cnonce}:auth:{sum_of(f'{method}:{uri}')}")
    return (
        f'Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", response="{response}", '
        f'algorithm={algorithm}, qop=auth, nc={count}, cnonce="{cnonce}"'
    )


class Phone:
    def __init__(self, port, user="1001", password="secret", transport="udp"):
        self.user = user
        self.password = password
        self.transport = transport
        self.server = ("127.0.0.1", port)
        if transport == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("127.0.0.1", 0))
        else:
            self.socket = socket.create_connection(self.server)
            if transport == "tls":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                self.socket = context.wrap_socket(self.socket)
        self.socket.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.contact = f"sip:{user}@127.0.0.1:{self.port}" + ("" if transport == "udp" else f";transport={transport}")
        self.stream = b""
        self.waiting = []
        self.sequence = 0
        self.call_id = uuid.uuid4().hex
        self.tag = uuid.uuid4().hex[:8]

    def close(self):
        self.socket.close()

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        if self.transport == "udp":
            self.socket.sendto(data, self.server)
        else:
            self.socket.sendall(data)

    def _next(self):
        if self.transport == "udp":
            return Message(self.socket.recv(65536).decode("utf-8", "replace"))
        while True:
            while self.stream.startswith(b"\r\n"):
                self.stream = self.stream[2:]
            head, separator, rest = self.stream.partition(b"\r\n\r\n")
            if separator:
                length = int(re.search(rb"(?im)^Content-Length:\s*(\d+)", head).group(1))
                if len(rest) >= length:
                    self.stream = rest[length:]
                    return Message((head + separator + rest[:length]).decode("utf-8", "replace"))
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the connection was closed")
            self.stream += data

    def wait(self, fits):
        """The next message that fits; others are kept for later."""
        for at, message in enumerate(self.waiting):
            if fits(message):
                return self.waiting.pop(at)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self._next()
            if fits(message):
                return message
            self.waiting.append(message)
        raise AssertionError(f"nothing that fits came; what came: {self.waiting}")

    def wait_status(self, *statuses, method=None):
        return self.wait(lambda m: m.status in statuses and (method is None or m.method == method))

    def wait_request(self, method):
        return self.wait(lambda m: m.status == 0 and m.method == method)

    def nothing_for(self, seconds):
        """True if the server says nothing for that long: for tests of what must not be answered, after a fact that is later."""
        self.socket.settimeout(seconds)
        try:
            self.waiting.append(self._next())
            return False
        except (TimeoutError, socket.timeout):
            return True
        finally:
            self.socket.settimeout(PATIENCE)

    def request(self, method, uri, more="", body="", call_id=None, to=None, sequence=None, branch=None, from_tag=None, routes=()):
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        branch = branch or "z9hG4bK" + uuid.uuid4().hex
        lines = [f"{method} {uri} SIP/2.0"]
        lines.append(f"Via: SIP/2.0/{self.transport.upper()} 127.0.0.1:{self.port};branch={branch};rport")
        lines.append("Max-Forwards: 70")
        lines += [f"Route: {route}" for route in routes]
        lines.append(f"From: <sip:{self.user}@otklik.example>;tag={from_tag or self.tag}")
        lines.append(f"To: {to or '<' + uri + '>'}")
        lines.append(f"Call-ID: {call_id or self.call_id}")
        lines.append(f"CSeq: {sequence} {method}")
        lines.append(f"Contact: <{self.contact}>")
        if more:
            lines.append(more)
        if body and "Content-Type" not in more:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body.encode())}")
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def register(self, expires=300, password=None, contact=None):
        """Registers with digest; the final answer."""
        uri = "sip:otklik.example"
        to = f"<sip:{self.user}@otklik.example>"
        if contact:
            self.contact = contact
        self.send(self.request("REGISTER", uri, f"Expires: {expires}", to=to))
        asked = self.wait_status(401, 403, method="REGISTER")
        if asked.status != 401:
            return asked
        shown = digest_response(asked["WWW-Authenticate"], self.user, password or self.password, "REGISTER", uri)
        self.send(self.request("REGISTER", uri, f"Expires: {expires}\r\nAuthorization: {shown}", to=to))
        return self.wait(lambda m: m.method == "REGISTER" and m.status >= 200)

    def reply(self, request, status, phrase="", more="", body="", tag=None):
        lines = [f"SIP/2.0 {status} {phrase or 'X'}"]
        lines += [f"Via: {via}" for via in request.all("Via")]
        lines += [f"Record-Route: {route}" for route in request.all("Record-Route")]
        lines.append(f"From: {request['From']}")
        to = request["To"]
        lines.append(f"To: {to}" if "tag=" in to else f"To: {to};tag={tag or self.tag}")
        lines.append(f"Call-ID: {request['Call-ID']}")
        lines.append(f"CSeq: {request['CSeq']}")
        lines.append(f"Contact: <{self.contact}>")
        if more:
            lines.append(more)
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines) + "\r\n\r\n" + body)

    def ack_refusal(self, call, answer):
        self.send(self.request("ACK", call.uri, call_id=call.call_id, to=answer["To"], sequence=call.sequence, branch=call.branch))

    def call(self, number, more="", body=SDP):
        """INVITE, with credentials where they are asked for; a Call whose last answer is the first after that."""
        call = Call(self, number)
        call.invite(more, body)
        asked = self.wait(lambda m: m.method == "INVITE" and m.status > 100 and m["Call-ID"] == call.call_id)
        if asked.status == 401:
            self.ack_refusal(call, asked)
            shown = digest_response(asked["WWW-Authenticate"], self.user, self.password, "INVITE", call.uri)
            call.invite((more + "\r\n" if more else "") + f"Authorization: {shown}", body)
            return call
        self.waiting.insert(0, asked)
        return call


class Call:
    """A dialog as the caller sees it."""

    def __init__(self, phone, number):
        self.phone = phone
        self.uri = f"sip:{number}@otklik.example"
        self.call_id = uuid.uuid4().hex
        self.routes = []
        self.target = self.uri
        self.to = None
        self.sequence = 0
        self.branch = None

    def invite(self, more, body):
        self.sequence += 1
        self.branch = "z9hG4bK" + uuid.uuid4().hex
        self.phone.send(self.phone.request("INVITE", self.uri, more, body, self.call_id, sequence=self.sequence, branch=self.branch))

    def cancel(self, more=""):
        self.phone.send(self.phone.request("CANCEL", self.uri, more, call_id=self.call_id, sequence=self.sequence, branch=self.branch))

    def final(self):
        answer = self.phone.wait(lambda m: m.method == "INVITE" and m.status >= 200 and m["Call-ID"] == self.call_id)
        if answer.status < 300:
            self.to = answer["To"]
            self.target = re.search(r"<([^>]*)>", answer["Contact"]).group(1)
            self.routes = answer.all("Record-Route")[::-1]
            self.acknowledge()
        else:
            self.phone.ack_refusal(self, answer)
        return answer

    def acknowledge(self, body=""):
        self.phone.send(
            self.phone.request("ACK", self.target, "", body, self.call_id, self.to, self.sequence, routes=self.routes)
        )

    def within(self, method, more="", body=""):
        """A request within the dialog; its final answer (an ACK is sent for a new INVITE)."""
        self.sequence += 1
        self.phone.send(
            self.phone.request(method, self.target, more, body, self.call_id, self.to, self.sequence, routes=self.routes)
        )
        answer = self.phone.wait(lambda m: m.method == method and m.status >= 200 and m["Call-ID"] == self.call_id)
        if method == "INVITE" and answer.status < 300:
            self.acknowledge()
        return answer

    def hang_up(self):
        return self.within("BYE")
