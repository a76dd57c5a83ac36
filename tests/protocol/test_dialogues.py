import pytest

import dialogue as dialogues
import program as programs_module


def _id(dialogue):
    return f"{dialogue.file.stem}: {dialogue.name}"


# The stand-in alone can be brought into some states at will, and it lacks some of what the program has.
HERE = "program" if programs_module.is_real() else "stand-in"
ALL = [d for d in dialogues.load_all(programs_module.PASSWORD) if d.only in (None, "", HERE)]


def test_every_dialogue_has_a_name_of_its_own():
    names = [_id(d) for d in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("dialogue", ALL, ids=_id)
def test_dialogue(dialogue, programs):
    program = programs(dialogue.settings)
    dialogues.play(dialogue, program.address, program.token)
    assert program.process.poll() is None
