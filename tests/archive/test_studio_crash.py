"""kill -9 and several writers at once, with real processes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from haiga.archive.studio import Studio
from haiga.media.pictures import read_picture

posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 and fork")

WRITER = """
import sys
sys.path.insert(0, {tests!r})
from conftest import piece_of
from haiga.archive.studio import Studio
studio = Studio.open(sys.argv[1])
first, count = int(sys.argv[2]), int(sys.argv[3])
for seed in range(first, first + count):
    print(studio.add_piece(piece_of(seed)).id, flush=True)
"""


def writer(studio: Path, first: int, count: int) -> subprocess.Popen[str]:
    """A process that adds pieces and prints the id of each once it is kept."""
    code = textwrap.dedent(WRITER.format(tests=str(Path(__file__).parent)))
    return subprocess.Popen(
        [sys.executable, "-c", code, studio, str(first), str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check_whole(studio: Studio) -> list[str]:
    """Every listed piece is wholly there, to the byte; their ids."""
    for piece in studio.pieces():
        record = json.loads((piece.folder / "piece.json").read_text("utf-8"))
        for name, digest in record["files"].items():
            data = (piece.folder / f"{name}.png").read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest
            assert studio.file(digest).read_bytes() == data
            read_picture(piece.folder / f"{name}.png")
        assert piece.poem_file.read_text("utf-8")
    return [piece.id for piece in studio.pieces()]


KILLED_EVERYWHERE = """
import itertools, os, signal, sys
sys.path.insert(0, {tests!r})
from conftest import piece_of
from haiga.archive.studio import Studio

STEPS = "mkdir write fsync rename replace link execute executemany close".split()

def kill_before_step(number):
    steps = itertools.count()
    def watch(frame, event, function):
        if event == "c_call" and function.__name__ in STEPS and next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(watch)

studio = Studio.open(sys.argv[1])
for point in itertools.count():
    child = os.fork()
    if not child:
        kill_before_step(point)
        studio.add_piece(piece_of(point))
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    listed = studio.pieces(1)
    for piece in listed:
        assert piece.sheet.is_file() and piece.alt_file.is_file(), f"half listed at {{point}}"
    assert studio.add_piece(piece_of(point)).sheet.is_file()
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        break
print(point)
"""


@posix
@pytest.mark.slow
def test_killed_before_any_step_nothing_half_is_listed_and_the_piece_can_be_made_again(
    tmp_path: Path,
) -> None:
    code = KILLED_EVERYWHERE.format(tests=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    points = int(done.stdout)
    assert points > 30  # there are that many places to be killed at
    assert len(check_whole(Studio.open(tmp_path))) == points + 1


@posix
@pytest.mark.parametrize("pieces_before", [0, 2])
def test_a_killed_process_loses_nothing_it_reported(tmp_path: Path, pieces_before: int) -> None:
    process = writer(tmp_path, 0, 10_000)
    assert process.stdout is not None
    reported = [process.stdout.readline().strip() for _ in range(pieces_before)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=60)
    reported += rest.split()
    listed = check_whole(Studio.open(tmp_path))
    assert set(reported) <= set(listed)
    assert len(listed) <= len(reported) + 1  # kept, and killed before it could say so


OPENER = """
import sys
from haiga.archive.studio import Studio
print("ready", flush=True)
sys.stdin.readline()
for i in range(40):
    Studio.open(f"{sys.argv[1]}/{i}")
"""


def test_several_processes_may_make_the_same_studio_at_once(tmp_path: Path) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, tmp_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in openers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in openers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in openers:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors


def test_several_processes_in_one_new_studio_keep_every_piece(tmp_path: Path) -> None:
    writers = [writer(tmp_path / "studio", 100 * i, 8) for i in range(3)]
    for process in writers:
        told, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert len(told.split()) == 8
    listed = check_whole(Studio.open(tmp_path / "studio"))
    assert len(set(listed)) == 24


def test_two_processes_that_make_the_same_piece_keep_it_once(tmp_path: Path) -> None:
    writers = [writer(tmp_path, 0, 6) for _ in range(2)]
    for process in writers:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert len(check_whole(Studio.open(tmp_path))) == 6
