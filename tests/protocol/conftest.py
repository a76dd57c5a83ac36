import pytest

from program import Program


@pytest.fixture(scope="session")
def programs():
    """Gives a running program for a set of settings, each started once."""
    running = {}

    def get(settings=()):
        if settings not in running:
            running[settings] = Program(settings)
        return running[settings]

    yield get
    for program in running.values():
        program.process.terminate()
    statuses = {settings: program.stop() for settings, program in running.items()}
    assert not [s for s in statuses.values() if s != 0], f"not ended cleanly: {statuses}"


@pytest.fixture
def program(programs):
    return programs()
