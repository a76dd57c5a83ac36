"""Who may include whom. Arrows go down only: apps → adapters → core → base; an adapter may use its mechanism, and no
adapter knows another."""

import re

# folder of src/ → what its files may include, besides itself
ALLOWED = {
    "base": set(),
    # mechanisms: bytes, frames and rows; they know no contact centre
    "net": {"base"},
    "db": {"base"},
    "pictures": {"base"},
    "media": {"base"},
    "sip": {"base", "net"},
    # the contact centre itself
    "core": {"base"},
    # adapters: each implements ports of the core
    "store": {"core", "base", "db"},
    "access": {"core", "base"},
    "files": {"core", "base", "pictures"},
    "scenario": {"core", "base", "db"},
    "plugins": {"core", "base"},
    "licence": {"core", "base"},
    "pbx": {"core", "base", "sip", "media"},
    "web_api": {"core", "base", "net"},
    "ws_api": {"core", "base", "net"},
}

# The core is a deterministic machine: no thread, lock, socket, file or clock of its own. What it needs of those it
# gets through base (its strand) and its ports. core.hpp and core.cpp are the door between that machine and the threads
# around it, and may wait and lock; they hold no rule of the contact centre.
CORE_DOOR = ("src/core/core.hpp", "src/core/core.cpp")
CORE_DOOR_MAY = ("atomic", "condition_variable", "mutex", "thread")
CORE_FORBIDS = re.compile(
    r"^(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|atomic|fstream|filesystem|"
    r"iostream|random|poll\.h|unistd\.h|fcntl\.h|dirent\.h|pthread\.h|netdb\.h|time\.h|(sys|netinet|arpa|linux|boost|openssl)/.*)$"
)

# Libraries from outside, each behind the one folder that may know it (and what builds on it there).
LIBRARIES = {
    r"boost/": set(),  # nobody needs it
    r"openssl/": {"net", "access", "files", "licence", "pbx", "scenario", "sip", "store"},
    r"(argon2|sodium)\.h": {"access"},
    r"(lua|lualib|lauxlib|lua\.hpp)(\.h)?$": {"scenario"},
    r"curl/": {"scenario"},
    r"pugixml": {"scenario"},
    r"simdjson": {"plugins", "scenario", "store", "web_api"},
    r"soci/|sqlite3\.h|libpq-fe\.h|postgresql/": {"db"},
    r"zlib\.h": {"net", "store"},
    r"sofia-sip/": {"sip"},
    r"spdlog/": {"base"},
    r"toml\+\+/": {"base"},
    r"jpeglib\.h|jerror\.h|png\.h|gif_lib\.h|webp/": {"pictures"},
    r"opus/|speex/|spandsp|lame/|srtp2/": {"media"},
    r"CLI/": set(),  # the application's
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path):
    """Line number, whether it is one of ours, and the name, of each #include."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def complaints(root):
    """One text for each include that goes the wrong way: file:line, and why."""
    source = root / "src"
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".h", ".in"):
            continue
        folder = path.relative_to(source).parts[0]
        where = path.relative_to(root)
        if folder not in ALLOWED:
            yield f"{where}:1: the folder src/{folder} has no row in tests/structure/includes.py"
            continue
        for number, ours, name in includes(path):
            target = name.split("/")[0]
            if ours or target in ALLOWED:
                if target not in ALLOWED:
                    yield f'{where}:{number}: "{name}" is not named from src/ (write "folder/file.hpp")'
                elif target != folder and target not in ALLOWED[folder]:
                    may = ", ".join(sorted(ALLOWED[folder])) or "nothing of ours"
                    yield f'{where}:{number}: {folder} may not include "{name}"; it may include {may}'
                continue
            at_the_door = str(where) in CORE_DOOR and name in CORE_DOOR_MAY
            if folder == "core" and CORE_FORBIDS.match(name) and not at_the_door:
                yield f"{where}:{number}: core may not include <{name}>: it has no thread, lock, socket, file or clock of its own"
            for library, folders in LIBRARIES.items():
                if re.match(library, name) and folder not in folders:
                    may = ", ".join(sorted(folders)) or "apps/"
                    yield f"{where}:{number}: <{name}> belongs behind {may}, not into {folder}"
