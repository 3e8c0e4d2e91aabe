"""`haiga collection curate` by a real terminal and by a pipe."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from haiga.collection.decisions import decisions
from haiga.collection.store import Collection

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import collected, judge

ALONE = (
    "import sys, typer; from haiga.cli import curate, ending; ending.listen_for_interrupts(); "
    "app = typer.Typer(); app.command()(curate.curate); "
    "ending.leave(ending.run(app, sys.argv[1:]))"
)
"""The verb by itself, as the command runs it."""

unix = pytest.mark.skipif(sys.platform == "win32", reason="opens a terminal as Unix does")


@pytest.fixture
def collection(work: Path) -> Collection:
    made = collected(work / "studio", 4)
    judge(made, "blurred.v1", {1: 0.9, 2: 0.2, 3: 0.1, 4: 0.9})
    return made


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", ALONE, "small", "--studio", "studio", *arguments]


def piped(
    work: Path, environment: Mapping[str, str], keys: bytes, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*arguments), cwd=work, env=dict(environment), input=keys, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip


class Terminal:
    """The command on a terminal of its own; what it shows is kept."""

    def __init__(self, work: Path, environment: Mapping[str, str], **more: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.fd, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 90, 0, 0))
        self.before = termios.tcgetattr(its)
        self._its = its
        env = {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}
        env.pop("COLUMNS", None)
        self.process = subprocess.Popen(
            command(), cwd=work, env=env, stdin=its, stdout=its, stderr=its, start_new_session=True
        )
        self.unseen = b""

    def see(self, wanted: str) -> str:
        """Waits until this is shown; returns what was shown up to it since the last call."""
        import select

        deadline = time.monotonic() + 30
        while (end := self.unseen.find(wanted.encode())) < 0:
            assert time.monotonic() < deadline, f"{wanted!r} was not shown: {self.unseen[-2000:]!r}"
            if select.select([self.fd], [], [], 0.2)[0]:
                self.unseen += os.read(self.fd, 65536)
        end += len(wanted.encode())
        seen, self.unseen = self.unseen[:end], self.unseen[end:]
        return seen.decode()

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def end(self) -> int:
        import termios

        code = self.process.wait(30)
        after = termios.tcgetattr(self._its)
        assert after[3] == self.before[3], "the terminal is not as it was"
        os.close(self._its)
        os.close(self.fd)
        return code


@unix
def test_a_person_goes_through_it_on_a_terminal(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    terminal = Terminal(work, environment)
    first = terminal.see("q end")
    assert "1 of 4" in first
    assert "#3" in first
    assert "blurred.v1 0.10: has a score of 0.1" in first
    assert re.search(r"\x1b\[38;2;\d+;\d+;\d+;48;2;\d+;\d+;\d+m▀", first)
    terminal.press("D")
    terminal.see("reason: ")
    terminal.press("too blutz\x7f\x7frry é\n")
    assert "#3 dropped: too blurry é" in terminal.see("q end")
    terminal.press("\x1b[A")  # an arrow does nothing
    terminal.press("w")
    assert "sha256 " in terminal.see("blurred.v1 0.20 has")
    terminal.press("k")
    terminal.see("3 of 4")
    terminal.see("q end")
    terminal.press("u")
    assert "undone: #2 kept" in terminal.see("q end")
    terminal.press("D")
    terminal.see("reason: ")
    terminal.press("never mind\x1b")
    terminal.see("nothing was decided")
    terminal.press("q")
    terminal.see("1 dropped; 3 left to look at")
    assert terminal.end() == 0
    (only,) = decisions(collection)
    assert (only.fate, only.reason, only.by) == ("dropped", "too blurry é", "person")


@unix
def test_ctrl_c_loses_nothing_and_leaves_the_terminal_as_it_was(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    terminal = Terminal(work, environment)
    terminal.see("q end")
    terminal.press("d")
    terminal.see("2 of 4")
    terminal.see("q end")
    terminal.process.send_signal(signal.SIGINT)
    terminal.see("stopped; 1 decision is kept; `haiga collection curate small` goes on")
    assert terminal.end() == 130
    assert len(decisions(collection)) == 1


@unix
def test_without_colours_there_is_no_picture_and_everything_else(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    terminal = Terminal(work, environment, NO_COLOR="1")
    shown = terminal.see("q end")
    assert "▀" not in shown
    assert "#3" in shown
    terminal.press("\x04")
    terminal.see("4 left to look at")
    assert terminal.end() == 0


def test_keys_come_from_a_pipe_one_a_character(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    done = piped(work, environment, "kd\nsDgrün\nuk".encode(), "--json")
    assert done.returncode == 0, done.stderr.decode()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(t["item_number"], t["fate"], t["reason"], t["undone"]) for t in told] == [
        (3, "kept", "", False),
        (2, "dropped", "", False),
        (4, "dropped", "grün", False),
        (4, "dropped", "grün", True),
        (4, "kept", "", False),
    ]
    assert {i.number: i.fate for i in collection.items()} == {
        1: "undecided", 2: "dropped", 3: "kept", 4: "kept"
    }  # fmt: skip
    assert b"\x1b" not in done.stderr


def test_the_end_of_a_pipe_ends_it_and_judges_are_told_of(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    done = piped(work, environment, b"kd")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().splitlines() == [
        "small: 1 kept and 1 dropped; 2 left to look at",
        "  blurred.v1: 2 proposals, 0 open; of 2 answered, people kept 1 (50%)",
    ]
    again = piped(work, environment, b"")
    assert b"0 kept and 0 dropped; 2 left" in again.stdout


def test_a_file_that_is_gone_and_a_title_that_steers_terminals_do_no_harm(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    with collection.read() as db:
        db.execute("UPDATE passports SET record = replace(record, 'Work 2', 'W\\u001b[2J')")
    for file in (work / "studio").rglob("files/*/*"):
        file.unlink()
    done = piped(work, environment, b"w")
    assert done.returncode == 0, done.stderr.decode()
    assert b"W [2J" in done.stderr
    assert b"\x1b" not in done.stderr


def test_a_collection_that_is_not_there_is_one_line(
    work: Path, environment: dict[str, str], collection: Collection
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, "smal", "--studio", "studio"], cwd=work,
        env=environment, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "haiga: studio: holds no collection 'smal'; did you mean 'small'?\n"
    )
