"""The two commands of the README, with stand-ins for Python, apt-get and sudo; and what the lock file holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """#!/bin/sh
echo "python $*" >> "{log}"
case "$1 $2" in
  "-c import sys; sys.exit(sys.version_info < (3, 11))") exit {old};;
  "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; : > "$3/pyvenv.cfg";;
  "-m pip") exit "$(cat "{folder}/pip.status")";;
  "-m layerdesk") shift 2; echo "layerdesk got: $*";;
esac
"""
ALL_THERE = """#!/bin/sh
sed -n "s/^\\(lib[^ ]*\\) lib.*/\\t\\1 (libc6,x86-64) => x/p" "{common}"
"""


@dataclass(frozen=True)
class Machine:
    """A checkout and a PATH of which the test knows every program."""

    folder: Path

    @property
    def top(self) -> Path:
        return self.folder / "check out"

    @property
    def venv(self) -> Path:
        return self.top / ".venv"

    def program(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def python(self, *, old: bool = False) -> None:
        text = PYTHON.format(log=self.folder / "log", folder=self.folder, old=int(old))
        for name in ("python3.13", "python3.12", "python3.11", "python3"):
            self.program(name, text)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", self.top / "packaging" / "run.sh", *words],
            env={"PATH": str(self.folder / "bin"), "HOME": str(self.folder), **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    shutil.copytree(ROOT / "packaging", machine.top / "packaging")
    (tmp_path / "pip.status").write_text("0")
    for tool in ("sh", "cat", "cut", "cp", "dirname", "env", "flock", "grep", "id", "ls", "mkdir", "rm", "sed", "sha256sum"):
        where = shutil.which(tool)
        assert where is not None
        (tmp_path / "bin" / tool).symlink_to(where)
    machine.python()
    machine.program("ldconfig", ALL_THERE.format(common=machine.top / "packaging" / "common.sh"))
    machine.program("tesseract", "#!/bin/sh\n")
    # The fonts of the machine that runs the tests are there or not: nothing here may depend on them.
    common = machine.top / "packaging" / "common.sh"
    fonts = tmp_path / "fonts"
    for family in ("dejavu", "liberation"):
        (fonts / family).mkdir(parents=True)
        (fonts / family / "a.ttf").touch()
    common.write_text(common.read_text().replace("/usr/share/fonts/truetype", str(fonts)))
    return machine


def test_the_first_start_makes_the_environment_and_later_ones_do_not(machine: Machine) -> None:
    first = machine.run("layer", "a b.png", "-o", "c.psd")
    assert first.returncode == 0, first.stderr
    assert first.stdout == "layerdesk got: layer a b.png -o c.psd\n"
    assert machine.log.count("-m venv") == 1
    assert "--require-hashes" in machine.log
    second = machine.run()
    assert second.stdout == "layerdesk got: \n"
    assert second.stderr == ""
    assert machine.log.count("-m venv") == machine.log.count("-m pip") == 1


def test_another_lock_file_makes_it_anew(machine: Machine) -> None:
    machine.run()
    lock = machine.top / "packaging" / "requirements.lock"
    lock.write_text(lock.read_text() + "\n# changed\n")
    assert machine.run().returncode == 0
    assert machine.log.count("-m venv") == 2


def test_a_half_made_environment_is_made_again(machine: Machine) -> None:
    (machine.folder / "pip.status").write_text("1")
    broken = machine.run("doctor")
    assert broken.returncode == 1
    assert broken.stdout == ""
    assert "could not be installed" in broken.stderr
    (machine.folder / "pip.status").write_text("0")
    assert machine.run("doctor").stdout == "layerdesk got: doctor\n"
    (machine.venv / "bin" / "python").unlink()
    assert machine.run("doctor").stdout == "layerdesk got: doctor\n"
    assert machine.log.count("-m venv") == 3


def test_a_folder_of_something_else_is_not_touched(machine: Machine) -> None:
    other = machine.folder / "letters"
    other.mkdir()
    (other / "dear.txt").write_text("Dear")
    refused = machine.run(LAYERDESK_VENV=str(other))
    assert refused.returncode == 1
    assert "holds something else" in refused.stderr
    assert [path.name for path in other.iterdir()] == ["dear.txt"]
    assert machine.run(LAYERDESK_VENV=str(machine.folder / "mine")).returncode == 0
    assert machine.run(LAYERDESK_VENV=str(machine.folder / "mine")).stderr == ""


def test_without_rights_it_prints_the_command_and_stops(machine: Machine) -> None:
    machine.program("ldconfig", "#!/bin/sh\n")
    machine.program("id", "#!/bin/sh\necho 1000\n")
    machine.program("sudo", "#!/bin/sh\nexit 1\n")
    machine.program("apt-get", f'#!/bin/sh\necho "apt-get $*" >> "{machine.folder}/log"\n')
    stopped = machine.run("doctor")
    assert stopped.returncode == 1
    assert stopped.stdout == ""
    line = stopped.stderr.strip()
    assert "sudo apt-get install libgl1 libegl1 " in line
    assert line.endswith("libxcb-xkb1")
    assert "apt-get" not in machine.log
    assert not machine.venv.exists()


@pytest.mark.parametrize("by_sudo", [False, True])
def test_with_rights_it_installs_what_is_missing_and_only_that(machine: Machine, *, by_sudo: bool) -> None:
    machine.program(
        "ldconfig", ALL_THERE.format(common=machine.top / "packaging" / "common.sh").rstrip() + " | grep -v xcb-cursor\n"
    )
    (machine.folder / "bin" / "tesseract").unlink()
    machine.program("apt-get", f'#!/bin/sh\necho "apt-get $*" >> "{machine.folder}/log"\n')
    machine.program("id", f"#!/bin/sh\necho {1000 if by_sudo else 0}\n")
    machine.program("sudo", f'#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\necho "sudo $*" >> "{machine.folder}/log"\n"$@"\n')
    done = machine.run("doctor")
    assert done.returncode == 0, done.stderr
    installs = [line.split() for line in machine.log.splitlines() if line.startswith("apt-get install")]
    assert [words[-1] for words in installs] == ["libxcb-cursor0", "tesseract-ocr"]
    assert ("sudo" in machine.log) is by_sudo


def test_without_tesseract_it_goes_on_and_says_so(machine: Machine) -> None:
    (machine.folder / "bin" / "tesseract").unlink()
    machine.program("id", "#!/bin/sh\necho 1000\n")
    done = machine.run("doctor")
    assert done.stdout == "layerdesk got: doctor\n"
    assert "going on without the second text recogniser" in done.stderr


def test_an_old_python_is_told_in_one_sentence(machine: Machine) -> None:
    machine.python(old=True)
    machine.program("apt-get", "#!/bin/sh\n")
    machine.program("id", "#!/bin/sh\necho 0\n")
    stopped = machine.run()
    assert stopped.returncode == 1
    assert "no Python of version 3.11 or later was found" in stopped.stderr


def test_the_lock_file_pins_every_dependency_with_hashes_and_names_no_place() -> None:
    text = (ROOT / "packaging" / "requirements.lock").read_text()
    pins = re.split(r"^(?=[a-z])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert all(re.match(r"[a-z0-9.-]+==[^ ;]+( ;[^\\]+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n)+$", pin) for pin in pins)
    names = {pin.partition("==")[0] for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {re.split(r"[<>=\[ ]", each)[0].lower().replace("_", "-") for each in wanted} <= names
    assert "layerdesk" not in names
    for place in ("http", "file:", "find-links", "index-url", "trusted-host", "/tmp", "/opt"):
        assert place not in text
