"""baresip as a phone: real SIP, real RTP. It says a tone of its own, and what it hears is kept as a WAV file."""

import json
import math
import os
import pathlib
import queue
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import wave

BARESIP = shutil.which("baresip")
MODULES = "/usr/lib/baresip/modules"
PATIENCE = 30  # seconds, of a wait for a fact; nothing is measured by it

CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
sip_cafile {cafile}
call_local_timeout 120
call_max_calls 4
audio_source ausine,{tone}
audio_player aubridge,{name}
audio_alert aubridge,{name}-alert
ausrc_srate 48000
auplay_srate 8000
ausrc_channels 2
auplay_channels 1
audio_txmode thread
audio_level no
jitter_buffer_delay 1-5
rtp_stats no
rtp_timeout 0
module_path {modules}
module ausine.so
module aubridge.so
module sndfile.so
module g711.so
{more_modules}
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
snd_path {heard}
ctrl_tcp_listen 127.0.0.1:{control}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Phone:
    """`with Phone(folder, "16001", password, server, tone=440) as phone:` registers, and is there when it has."""

    def __init__(self, folder, user, password, server, tone=440, transport="udp", answer="manual", codecs="PCMA,PCMU", mediaenc="",
                 cafile="", register=True, parameters="", more_modules=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"phone-{user}-", dir=folder))
        self.user, self.tone = user, tone
        self.events = queue.Queue()
        self.seen = []
        self.heard_folder = self.folder / "heard"
        self.heard_folder.mkdir(parents=True)
        self.control_port = free_port()
        modules = [*more_modules]
        if mediaenc:
            modules.append("srtp")
        (self.folder / "config").write_text(CONFIG.format(
            tone=tone, name=f"{user}", modules=MODULES, heard=self.heard_folder, control=self.control_port,
            cafile=cafile or "/etc/ssl/certs/ca-certificates.crt",
            more_modules="\n".join(f"module {name}.so" for name in modules)))
        account = f"<sip:{user}@{server};transport={transport}>;auth_pass={password};answermode={answer}"
        account += f";audio_codecs={codecs};regint={60 if register else 0};ptime=20"
        account += f';outbound="sip:{server};transport={transport}"'
        if mediaenc:
            account += f";mediaenc={mediaenc}"
        (self.folder / "accounts").write_text(account + parameters + "\n")
        (self.folder / "contacts").write_text("")
        self.register = register
        self.server = server
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, until_registered=True):
        self.output = open(self.folder / "output", "wb")
        self.process = subprocess.Popen([BARESIP, "-f", self.folder, "-s"], stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT, cwd=self.folder)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", self.control_port), timeout=PATIENCE)
                break
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError("baresip did not start:\n" + self.log()) from None
                time.sleep(0.05)
        self.socket.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        if self.register and until_registered:
            self._wait_until_registered()

    def _wait_until_registered(self):
        """By what it writes: the event may come before the control connection is there."""
        until = time.monotonic() + PATIENCE
        while " 200 OK (" not in (self.folder / "output").read_text(errors="replace"):
            assert time.monotonic() < until, f"{self.user} does not register\n{self.log()}"
            time.sleep(0.05)

    def _read(self):
        held = b""
        while True:
            try:
                piece = self.socket.recv(65536)
            except OSError:
                return
            if not piece:
                return
            held += piece
            while b":" in held:
                length, rest = held.split(b":", 1)
                size = int(length)
                if len(rest) < size + 1:
                    break
                message, held = json.loads(rest[:size]), rest[size + 1:]
                self.events.put(message)

    def log(self):
        return (self.folder / "output").read_text(errors="replace")[-6000:]

    def command(self, name, parameters=""):
        body = json.dumps({"command": name, "params": parameters, "token": name}).encode()
        self.socket.sendall(str(len(body)).encode() + b":" + body + b",")

    def wait(self, *kinds, peer=None):
        """The first event of one of these kinds that has not been waited for yet."""
        until = time.monotonic() + PATIENCE
        while True:
            for event in self.seen:
                if event.get("type") in kinds and (peer is None or peer in event.get("peeruri", "")):
                    self.seen.remove(event)
                    return event
            try:
                self.seen.append(self.events.get(timeout=max(0.01, until - time.monotonic())))
            except queue.Empty:
                kinds_seen = [event.get("type") for event in self.seen]
                raise AssertionError(f"{self.user} waits for {kinds} and saw {kinds_seen}\n{self.log()}") from None

    def dial(self, number):
        self.command("dial", number)

    def answer(self):
        self.command("accept")

    def hang_up(self):
        self.command("hangup")

    def heard(self):
        """All that it has heard, of each call: `[(rate, samples)]` in the order of the calls."""
        calls = []
        for path in sorted(self.heard_folder.glob("*dec*.wav"), key=lambda path: path.stat().st_mtime_ns):
            calls.append(read_wav(path))
        return calls

    def wait_until_it_hears(self, tone, seconds=0.5):
        """In what it has heard last."""
        until = time.monotonic() + PATIENCE
        while True:
            for path in sorted(self.heard_folder.glob("*dec*.wav")):
                rate, samples = read_growing_wav(path)
                tail = samples[-int(rate * seconds):]
                if len(tail) >= rate * seconds * 0.9 and hears(tail, rate, tone):
                    return
            if time.monotonic() > until:
                raise AssertionError(f"{self.user} does not hear {tone} Hz\n{self.log()}")
            time.sleep(0.1)

    def wait_until_it_hears_no_more(self, tone, seconds=0.5):
        until = time.monotonic() + PATIENCE
        while True:
            for path in sorted(self.heard_folder.glob("*dec*.wav"))[-1:]:
                rate, samples = read_growing_wav(path)
                tail = samples[-int(rate * seconds):]
                if len(tail) >= rate * seconds * 0.9 and not hears(tail, rate, tone):
                    return
            assert time.monotonic() < until, f"{self.user} hears {tone} Hz still\n{self.log()}"
            time.sleep(0.1)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.command("quit")
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self.kill()


def read_wav(path):
    """`(rate, samples of the first channel)`"""
    with wave.open(str(path)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
        assert file.getsampwidth() == 2, path
        raw = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(raw) // 2}h", raw)
    return rate, samples[::channels]


def read_channels(path):
    with wave.open(str(path)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
        raw = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(raw) // 2}h", raw)
    return rate, [samples[channel::channels] for channel in range(channels)]


def read_growing_wav(path):
    """A file whose head does not say yet how long it is."""
    data = path.read_bytes()
    if len(data) < 44:
        return 8000, ()
    rate = struct.unpack("<I", data[24:28])[0]
    raw = data[44:]
    return rate, struct.unpack(f"<{len(raw) // 2}h", raw[:len(raw) // 2 * 2])


def power(samples, rate, frequency):
    """Share of the signal's energy at this frequency (Goertzel): near 1 for a pure tone."""
    if not samples:
        return 0.0
    coefficient = 2 * math.cos(2 * math.pi * frequency / rate)
    before = last = 0.0
    energy = 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
        energy += sample * sample
    if energy == 0:
        return 0.0
    found = before * before + last * last - coefficient * before * last
    return found / (energy * len(samples) / 2)


def hears(samples, rate, frequency, share=0.5):
    return level(samples) > 200 and power(samples, rate, frequency) > share


def level(samples):
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples)) if samples else 0.0
