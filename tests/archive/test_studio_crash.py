"""kill -9 and several writers at once, with real processes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from haiga.archive.studio import Studio
from haiga.media.pictures import read_picture

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


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("pieces_before", [0, 1, 3])
@pytest.mark.parametrize("delay_ms", [0, 3, 7])
def test_a_killed_process_loses_nothing_it_reported_and_lists_nothing_half(
    tmp_path: Path, pieces_before: int, delay_ms: int
) -> None:
    process = writer(tmp_path, 0, 10_000)
    assert process.stdout is not None
    reported = [process.stdout.readline().strip() for _ in range(pieces_before)]
    time.sleep(delay_ms / 1000)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=60)
    reported += rest.split()
    studio = Studio.open(tmp_path)
    listed = check_whole(studio)
    assert set(reported) <= set(listed)
    assert len(listed) <= len(reported) + 1  # kept, and killed before it could say so
    again = writer(tmp_path, 0, len(listed) + 2)  # what was cut off is simply done again
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert len(check_whole(studio)) == len(listed) + 2


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
