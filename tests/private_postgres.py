"""A PostgreSQL of the suite's own (tests/unit/db/private_postgres.hpp starts it): its databases come empty and go with it."""

import os
import pathlib
import subprocess


class PrivatePostgres:
    def __init__(self):
        program = pathlib.Path(os.environ["OTKLIK_BUILD"]) / "private_postgres"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)

    def _order(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer and not answer.startswith("failed"), answer or "the helper has ended"
        return answer

    def fresh_database(self):
        """As the setting `database.connect` takes it."""
        return self._order("fresh")

    def kill(self):
        self._order("kill")

    def start(self):
        self._order("start")
