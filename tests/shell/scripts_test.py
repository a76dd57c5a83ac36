"""Our own scripts: what they install, what they say when they cannot, how they count."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALL = ROOT / "packaging/debian/install"


def scripts():
    listing = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files"], capture_output=True, text=True)
    names = listing.stdout.split() if listing.returncode == 0 else [str(p.relative_to(ROOT)) for p in ROOT.glob("**/*")
                                                                   if p.relative_to(ROOT).parts[0] not in ("build", ".git", "var")]
    for name in names:
        path = ROOT / name
        if path.is_file() and (path.suffix == ".sh" or path.read_bytes()[:11] == b"#!/bin/bash"):
            yield path


def test_shellcheck_is_content():
    if not shutil.which("shellcheck"):
        pytest.fail("shellcheck is not installed")
    found = subprocess.run(["shellcheck", *map(str, scripts())], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_each_script_can_be_run():
    for path in scripts():
        assert os.access(path, os.X_OK), path


class Machine:
    """A machine that has only the given packages; what apt-get is asked is kept."""

    def __init__(self, folder, installed, apt_status=0, system='ID=debian\nVERSION_ID="12"\n'):
        self.folder = folder
        self.calls = folder / "calls"
        self.calls.write_text("")
        (folder / "os-release").write_text(system)
        (folder / "bin").mkdir()
        known = "".join(f'    {name}) printf "{name}=installed " ;;\n' for name in installed)
        self.program("dpkg-query", f'for name in "$@"; do\n  case $name in\n{known}    -*) ;;\n    *) status=1 ;;\n  esac\ndone\n'
                                   "exit ${status:-0}\n")
        self.program("apt-get", f'printf "apt-get %s\\n" "$*" >>"{self.calls}"\n'
                                f'printf "frontend %s\\n" "$DEBIAN_FRONTEND" >>"{self.calls}"\nexit {apt_status}\n')

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)

    def install(self, *lists, script=INSTALL, as_user=(), path=None, **environment):
        return subprocess.run(
            [*as_user, "/bin/bash", script, *lists], capture_output=True, text=True,
            env={"PATH": path or f"{self.folder}/bin:/usr/bin:/bin", "OTKLIK_OS_RELEASE": str(self.folder / "os-release"), **environment})


def packages(name):
    lines = (ROOT / "packaging/debian" / f"{name}.packages").read_text().splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def test_nothing_is_said_or_asked_when_nothing_is_missing(tmp_path):
    machine = Machine(tmp_path, packages("build") + packages("run"))
    done = machine.install("build", "run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.calls.read_text() == ""


def test_only_what_is_missing_is_installed_and_nobody_is_asked(tmp_path):
    machine = Machine(tmp_path, [name for name in packages("build") if name not in ("cmake", "libfmt-dev")])
    if os.geteuid() != 0:
        machine.program("sudo", 'exec "$@"\n')
    done = machine.install("build")
    assert done.returncode == 0, done.stderr
    update, frontend, install, _ = machine.calls.read_text().splitlines()
    assert update.endswith(" update") and frontend == "frontend noninteractive"
    assert install.endswith(" install -y --no-install-recommends cmake libfmt-dev")
    assert "2 Debian packages" in done.stderr and done.stdout == ""


def test_what_apt_cannot_do_is_said(tmp_path):
    machine = Machine(tmp_path, [], apt_status=100)
    if os.geteuid() != 0:
        machine.program("sudo", 'exec "$@"\n')
    done = machine.install("run")
    assert done.returncode == 1
    assert "apt-get could not install the packages" in done.stderr and "ca-certificates" in done.stderr


@pytest.mark.parametrize("system, said", [('ID=ubuntu\nVERSION_ID="24.04"\n', "ubuntu 24.04"), ('ID=debian\nVERSION_ID="13"\n', "debian 13"),
                                          ("", "unknown")])
def test_another_system_is_told_what_to_do(tmp_path, system, said):
    machine = Machine(tmp_path, [], system=system)
    done = machine.install("build")
    assert done.returncode == 1
    assert said in done.stderr and "OTKLIK_SKIP_PACKAGES=1" in done.stderr and "Debian 12" in done.stderr
    assert machine.calls.read_text() == ""
    assert machine.install("build", OTKLIK_SKIP_PACKAGES="1").returncode == 0


def test_without_root_and_sudo_the_command_is_named(tmp_path):
    machine = Machine(tmp_path, [])
    as_user = ()
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.fail("setpriv is not installed")
        as_user = (shutil.which("setpriv"), "--reuid=65534", "--clear-groups")
        # The user must be able to read what he runs.
        for folder in [tmp_path, *tmp_path.parents]:
            if folder == pathlib.Path("/tmp"):
                break
            folder.chmod(0o755)
    script = tmp_path / "debian" / "install"
    shutil.copytree(INSTALL.parent, script.parent)
    # A PATH without sudo, wherever the real one lies.
    for name in ("dirname", "readlink", "env", "bash"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    done = machine.install("run", script=script, as_user=as_user, path=f"{tmp_path}/bin")
    assert done.returncode == 1
    assert "there is no sudo" in done.stderr and "apt-get install" in done.stderr


# --- tests/run_tests.py: the last line of ./test ------------------------------------------------------------------


def run_tests(folder, tests, *parts):
    lines = []
    for name, command, label in tests:
        lines.append(f'add_test({name} /bin/sh -c "{command}")\nset_tests_properties({name} PROPERTIES LABELS "{label}")\n')
    (folder / "CTestTestfile.cmake").write_text("".join(lines))
    return subprocess.run([sys.executable, ROOT / "tests/run_tests.py", folder, "0", *parts], capture_output=True, text=True)


def last_line(done):
    return done.stdout.splitlines()[-1]


@pytest.fixture
def ctest(tmp_path):
    if not shutil.which("ctest"):
        pytest.fail("cmake is not installed")
    return tmp_path


def test_the_last_line_counts_and_the_status_agrees(ctest):
    done = run_tests(ctest, [("a", "true", "unit"), ("b", "false", "unit"), ("c", "true", "fuzz")])
    assert last_line(done) == "2 passed, 1 failed" and done.returncode == 1
    assert "failed: b" in done.stdout
    done = run_tests(ctest, [("a", "true", "unit"), ("c", "true", "fuzz")])
    assert last_line(done) == "2 passed, 0 failed" and done.returncode == 0


def test_a_part_is_a_label_or_a_piece_of_a_name(ctest):
    tests = [("one.unit", "true", "fuzz"), ("two", "true", "unit"), ("three", "false", "faults")]
    assert last_line(run_tests(ctest, tests, "unit")) == "1 passed, 0 failed"
    assert last_line(run_tests(ctest, tests, "one")) == "1 passed, 0 failed"
    assert last_line(run_tests(ctest, tests, "o")) == "2 passed, 0 failed"
    assert last_line(run_tests(ctest, tests, "unit", "faults")) == "1 passed, 1 failed"


def test_nothing_that_ran_is_no_success(ctest):
    done = run_tests(ctest, [])
    assert last_line(done) == "0 passed, 0 failed" and done.returncode == 1
    done = run_tests(ctest, [("a", "true", "unit")], "absent")
    assert last_line(done) == "0 passed, 1 failed" and done.returncode == 1
    assert "no test is named or labelled absent" in done.stderr


def test_a_program_that_is_not_there_has_failed(ctest):
    (ctest / "CTestTestfile.cmake").write_text("add_test(a /absent/program)\nadd_test(b /bin/true)\n")
    done = subprocess.run([sys.executable, ROOT / "tests/run_tests.py", ctest, "0"], capture_output=True, text=True)
    assert last_line(done) == "1 passed, 1 failed" and done.returncode == 1


def test_a_skipped_test_counts_for_nobody(ctest):
    (ctest / "CTestTestfile.cmake").write_text(
        'add_test(a /bin/sh -c "exit 77")\nset_tests_properties(a PROPERTIES SKIP_RETURN_CODE 77)\nadd_test(b /bin/true)\n')
    done = subprocess.run([sys.executable, ROOT / "tests/run_tests.py", ctest, "0"], capture_output=True, text=True)
    assert last_line(done) == "1 passed, 0 failed" and "skipped: a" in done.stdout


def test_each_case_of_a_python_suite_counts(ctest):
    suite = ctest / "suite_test.py"
    suite.write_text("def test_a(): pass\ndef test_b(): assert False\ndef test_c(): pass\n")
    (ctest / "pytest").mkdir()
    command = f"/usr/bin/python3 -B -m pytest -q -p no:cacheprovider --junitxml={ctest}/pytest/suite.xml {suite}"
    done = run_tests(ctest, [("suite", command, "shell")])
    assert last_line(done) == "2 passed, 1 failed" and done.returncode == 1
    # A suite that dies before it can report has failed as a whole, whatever an older report says.
    os.utime(ctest / "pytest/suite.xml", (0, 0))
    assert last_line(run_tests(ctest, [("suite", "exit 3", "shell")])) == "0 passed, 1 failed"


def test_help_names_the_parts():
    shown = subprocess.run([ROOT / "test", "--help"], capture_output=True, text=True)
    assert shown.returncode == 0 and re.search(r"^ *\./test asan", shown.stdout, re.M)
