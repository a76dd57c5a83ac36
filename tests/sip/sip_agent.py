"""The stand-in for the server (sip_echo_agent), started for a test, and what it says, as facts."""

import os
import queue
import subprocess
import threading

PATIENCE = 20  # seconds until something that must happen counts as not happening


class Fact(dict):
    """One line of the agent: its name, and what stands behind it as key=value."""

    def __init__(self, line):
        self.line = line
        words = line.split(" ")
        self.name = words[0]
        key = None
        for word in words[1:]:
            if "=" in word:
                key, value = word.split("=", 1)
                self[key] = value
            elif key:
                self[key] += " " + word
            else:
                self["value"] = word

    def fits(self, name, wanted):
        return self.name == name and all(self.get(key) == value for key, value in wanted.items())


class Agent:
    """sip_echo_agent with some settings; ends with the test."""

    def __init__(self, **settings):
        settings = {"udp": 0, "tcp": 0, **settings}
        words = [os.environ["SIP_ECHO_AGENT"]] + [f"{key}={value}" for key, value in settings.items() if value is not None]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()
        ready = self.wait("ready")
        self.ports = {key: int(value) for key, value in ready.items()}

    def _read(self):
        for line in self.process.stdout:
            self.facts.put(Fact(line.rstrip("\n")))
        self.facts.put(None)

    def wait(self, name, **wanted):
        """The first fact of that name with those values that was not waited for before."""
        for at, fact in enumerate(self.seen):
            if fact.fits(name, wanted):
                return self.seen.pop(at)
        while True:
            try:
                fact = self.facts.get(timeout=PATIENCE)
            except queue.Empty:
                fact = None
            if fact is None:
                said = "\n".join(one.line for one in self.seen)
                raise AssertionError(f"{name} {wanted} did not come; what came:\n{said}")
            if fact.fits(name, wanted):
                return fact
            self.seen.append(fact)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def figures(self):
        self.tell("figures")
        return {key: int(value) for key, value in self.wait("figures").items()}

    def stop(self):
        """Ends it in good order; fails if it does not, or if it crashed before."""
        if self.process.poll() is None:
            self.tell("quit")
        code = self.process.wait(timeout=PATIENCE)
        assert code == 0, f"the agent ended with {code}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self.process.kill()
            self.process.wait()
