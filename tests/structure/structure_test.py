"""The shape of the repository. Each message names a file and a line, and says what to do."""

import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import includes  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = (".cpp", ".hpp", ".h", ".in")


def tracked():
    """What git knows; without git (a source archive), what lies there."""
    listing = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    if listing.returncode == 0:
        return [path for path in (ROOT / name for name in listing.stdout.split("\0") if name) if path.is_file()]
    skipped = ("build", "var", ".git", "node_modules")
    return [path for path in ROOT.rglob("*") if path.is_file() and path.relative_to(ROOT).parts[0] not in skipped]


def report(messages):
    messages = list(messages)
    assert not messages, "\n" + "\n".join(messages)


def test_arrows_go_down_only():
    report(includes.complaints(ROOT))


def test_the_include_check_sees_what_it_forbids(tmp_path):
    """A check that finds nothing has to be able to find something."""
    wrong = {
        "core/a.cpp": '#include <mutex>\n#include "net/server.hpp"\n',
        "base/b.hpp": '#include "core/events.hpp"\n',
        "files/c.cpp": '#include "scenario/run.hpp"\n#include "error.hpp"\n#include <boost/asio.hpp>\n',
        "web_api/d.cpp": "#include <sqlite3.h>\n",
        "unknown/e.cpp": "",
    }
    right = {
        "store/f.cpp": '#include "db/source.hpp"\n#include "core/events.hpp"\n#include <mutex>\n',
        "core/core.hpp": "#include <mutex>\n",
    }
    for name, text in {**wrong, **right}.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = [message.split(": ")[0] for message in includes.complaints(tmp_path)]
    assert found == [
        "src/base/b.hpp:1", "src/core/a.cpp:1", "src/core/a.cpp:2", "src/files/c.cpp:1", "src/files/c.cpp:2",
        "src/files/c.cpp:3", "src/unknown/e.cpp:1", "src/web_api/d.cpp:1",
    ]


def test_each_folder_of_src_says_what_it_is_for():
    report(f"src/{folder.name}/README.md:1: missing: say what the folder is for, what it may include, where to begin"
           for folder in sorted((ROOT / "src").iterdir())
           if folder.is_dir() and any(folder.iterdir()) and not (folder / "README.md").is_file())


def test_no_source_file_is_over_700_lines():
    for path in tracked():
        if path.suffix in SOURCES and path.relative_to(ROOT).parts[0] == "src":
            lines = path.read_bytes().count(b"\n")
            assert lines <= 700, f"\n{path.relative_to(ROOT)}:{lines}: cut it by noun: 700 lines is the end"


def test_no_file_is_over_a_megabyte():
    report(f"{path.relative_to(ROOT)}:1: {path.stat().st_size} bytes: what is this large is made, not kept"
           for path in tracked() if path.stat().st_size > 1_000_000)


def test_no_grab_bags():
    names = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager)(_|\.|$)")
    report(f"{path.relative_to(ROOT)}:1: name it by what it does"
           for path in tracked()
           if path.relative_to(ROOT).parts[0] in ("src", "apps") and any(names.search(p) for p in path.relative_to(ROOT).parts))


def test_no_path_of_a_developers_machine():
    this = re.escape(str(ROOT).encode() + b"/")
    private = re.compile(rb"/home/[a-z]|/Users/[A-Za-z]|[A-Z]:\\Users\\|/mnt/c/|" + this)
    messages = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content or path == pathlib.Path(__file__).resolve():
            continue
        for number, line in enumerate(content.splitlines(), 1):
            if private.search(line):
                messages.append(f"{path.relative_to(ROOT)}:{number}: a path of somebody's own machine: {line.strip()[:100]!r}")
    report(messages)


def packages(name):
    for number, line in enumerate((ROOT / "packaging/debian" / f"{name}.packages").read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line


@pytest.mark.parametrize("name", ["build", "run", "test"])
def test_each_package_is_listed_once_with_its_reason(name):
    seen = set()
    messages = []
    for number, line in packages(name):
        where = f"packaging/debian/{name}.packages:{number}"
        match = re.fullmatch(r"([a-z0-9][a-z0-9.+-]+)\s+# \S.*", line)
        if not match:
            messages.append(f"{where}: write `package   # why`: {line!r}")
        elif match.group(1) in seen:
            messages.append(f"{where}: {match.group(1)} is here twice")
        else:
            seen.add(match.group(1))
    report(messages)


def test_notice_names_each_library_that_we_link():
    notice = (ROOT / "NOTICE").read_text()
    report(f"packaging/debian/build.packages:{number}: {line.split()[0]} is not in NOTICE: name its licence there"
           for number, line in packages("build")
           if re.match(r"(lib|zlib)\S*-dev\b", line) and not re.search(rf"\b{re.escape(line.split()[0])}(?![\w.-]*-dev)\b", notice))


def test_the_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "Version 2.0, January 2004" in text and len(text.splitlines()) > 190


def test_links_between_our_documents_lead_somewhere():
    link = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)|<img[^>]+src=\"([^\"]+)\"")
    messages = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        in_code = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            in_code ^= line.startswith("```")
            for match in link.finditer("" if in_code else re.sub(r"`[^`]*`", "", line)):
                target = match.group(1) or match.group(2)
                if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                    messages.append(f"{path.relative_to(ROOT)}:{number}: nothing lies at {target}")
    report(messages)


def test_english_pages_have_their_russian_twin():
    for page in ("README", "docs/integrators", "docs/licence"):
        for name in (f"{page}.md", f"{page}.ru.md"):
            assert (ROOT / name).is_file(), f"\n{name}:1: missing"
