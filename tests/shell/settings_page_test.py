"""docs/settings.md and docs/settings.ru.md are the table of the program itself. `OTKLIK_WRITE_DOCS=1 ./test settings_page` writes
them anew."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Sections whose names the administrator chooses, shown with a name as an example.
EXAMPLES = ["datasource.crm.backend=sqlite3", "datasource.crm.connect=crm.db", "script.http.certificate.bank.key=key.pem",
            "plugin.2f1c3a4e-5b6d-4c7e-8f90-a1b2c3d4e5f6.role=supervisor"]

WORDS = {
    "en": ("# Settings", """`otklik.toml` in the data folder, TOML; each key also as `--set key=value` of every command. An unknown key or a bad value stops
the start with the file, the line and the nearest known key. `otklik config show` prints what is in force, `otklik config check` tries
a file, `otklik config reload` or SIGHUP has a running server take it: what changes "at a reload" is in force at once, the rest is named
as waiting for a restart, and a bad file changes nothing. A size is a number of bytes or a text such as "16 MiB"; a duration is a number of seconds or a text such as "500 ms",
"30 s", "5 min", "24 h".""", ("key", "default", "takes", "changes", "meaning"), ("at a reload", "at a restart"), "meaning"),
    "ru": ("# Настройки", """`otklik.toml` в папке данных, TOML; каждый ключ можно задать и как `--set ключ=значение` любой команды. Неизвестный ключ или
негодное значение останавливает запуск: названы файл, строка и ближайший известный ключ. `otklik config show` печатает действующие
настройки, `otklik config check` проверяет файл, `otklik config reload` или SIGHUP передаёт его работающему серверу: что меняется «при
перечитывании», действует сразу, остальное названо ждущим перезапуска, а негодный файл не меняет ничего. Размер — число байт или текст вида "16 MiB"; длительность — число секунд или текст вида
"500 ms", "30 s", "5 min", "24 h".""", ("ключ", "по умолчанию", "принимает", "меняется", "значение"),
           ("при перечитывании", "при перезапуске"), "meaning_ru"),
}


def page(settings, language):
    title, introduction, columns, (live, restart), meaning = WORDS[language]
    lines = [title, "", introduction, "", "| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    for setting in settings:
        cells = (f"`{setting['key']}`", f"`{setting['default']}`" if setting["default"] else "", setting["type"],
                 live if setting["live"] else restart, setting[meaning])
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language, name", [("en", "settings.md"), ("ru", "settings.ru.md")])
def test_the_page_of_settings_is_the_table_of_the_program(tmp_path, language, name):
    command = [os.environ["OTKLIK"], "config", "show", "--json", "--data", tmp_path / "data"]
    for example in EXAMPLES:
        command += ["--set", example]
    settings = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    rendered = page(settings, language)
    path = ROOT / "docs" / name
    if os.environ.get("OTKLIK_WRITE_DOCS"):
        path.write_text(rendered)
    assert path.read_text() == rendered, f"docs/{name} is out of date: OTKLIK_WRITE_DOCS=1 ./test settings_page"
