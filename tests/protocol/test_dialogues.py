import pytest

import dialogue as dialogues
import program as programs_module


def _id(dialogue):
    return f"{dialogue.file.stem}: {dialogue.name}"


ALL = dialogues.load_all(programs_module.PASSWORD)


def test_every_dialogue_has_a_name_of_its_own():
    names = [_id(d) for d in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("dialogue", ALL, ids=_id)
def test_dialogue(dialogue, programs):
    if dialogue.only == "stand-in" and programs_module.is_real():
        pytest.skip("the stand-in alone can be brought into this state at will")
    if dialogue.only == "program" and not programs_module.is_real():
        pytest.skip("what the stand-in lacks")
    program = programs(dialogue.settings)
    dialogues.play(dialogue, program.address, program.token)
    assert program.process.poll() is None
