"""Studios that cannot be used: one clear sentence each, and nothing half kept."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from haiga.archive.studio import INDEX, Studio
from haiga.core.errors import UserError

posix = pytest.mark.skipif(os.name != "posix", reason="limits and owners are POSIX's")

PREPARE = """
import os, resource, signal, sqlite3, sys
sys.path.insert(0, {tests!r})
from conftest import piece_of
from haiga.archive.studio import Studio
from haiga.core.errors import UserError
"""


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code, after the imports above, in a process of its own."""
    prepare = PREPARE.format(tests=str(Path(__file__).parent))
    return subprocess.run(
        [sys.executable, "-c", prepare + textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_file_is_no_studio(tmp_path: Path) -> None:
    (tmp_path / "studio").write_text("mine")
    with pytest.raises(UserError, match="studio: cannot be used as a folder: it is a file"):
        Studio.open(tmp_path / "studio")
    assert (tmp_path / "studio").read_text() == "mine"


def test_an_index_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("these are my notes " * 100)
    with pytest.raises(UserError, match=r"studio.sqlite3: .* damaged or no haiga index"):
        Studio.open(tmp_path)
    assert (tmp_path / INDEX).read_text().startswith("these are my notes")


def test_a_studio_of_a_newer_haiga_is_refused_and_left_alone(tmp_path: Path, make_piece) -> None:
    Studio.open(tmp_path).add_piece(make_piece(7))
    db = sqlite3.connect(tmp_path / INDEX)
    with db:
        db.execute("INSERT INTO migrations VALUES (99, 'the future', 'then')")
    db.close()
    with pytest.raises(UserError, match=r"made by a newer haiga \(schema 99; this one knows 2\)"):
        Studio.open(tmp_path)


def test_the_schema_says_which_step_brought_it(tmp_path: Path) -> None:
    Studio.open(tmp_path)
    Studio.open(tmp_path)
    db = sqlite3.connect(tmp_path / INDEX)
    rows = db.execute("SELECT version, about FROM migrations").fetchall()
    mode = db.execute("PRAGMA journal_mode").fetchone()
    db.close()
    assert rows == [(1, "pieces and their files"), (2, "how the paintings of pieces look")]
    assert mode == ("wal",)


@posix
def test_a_read_only_folder_cannot_become_a_studio(unwritable_folder: Path) -> None:
    done = run(
        """
        if os.getuid() == 0:
            os.setuid(65534)
        for path in (sys.argv[1], sys.argv[1] + "/studio"):
            try:
                Studio.open(path)
            except UserError as error:
                print(error)
        """,
        unwritable_folder,
    )
    told = done.stdout.splitlines()
    assert len(told) == 2, done.stderr
    assert all("permissions" in line for line in told)
    assert list(unwritable_folder.iterdir()) == []


@posix
def test_a_studio_that_turned_read_only_keeps_nothing_new(unwritable_folder: Path) -> None:
    studio = unwritable_folder.parent / "studio"
    done = run(
        """
        from pathlib import Path
        folder = Path(sys.argv[1])
        studio = Studio.open(folder)
        studio.add_piece(piece_of(1))
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            Studio.open(folder).add_piece(piece_of(2))
        except UserError as error:
            print(error)
        """,
        studio,
    )
    assert "permissions" in done.stdout, done.stderr
    assert len(done.stdout.splitlines()) == 1
    for path in [studio, *studio.rglob("*")]:
        path.chmod(0o755)
    assert [p.seed for p in Studio.open(studio).pieces()] == [1]


@posix
@pytest.mark.parametrize("limit", [100, 900, 3000])
def test_a_disk_that_fills_up_keeps_what_was_there_and_nothing_half(
    tmp_path: Path, limit: int
) -> None:
    done = run(
        """
        studio = Studio.open(sys.argv[1])
        studio.add_piece(piece_of(1))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            studio.add_piece(piece_of(2))
        except UserError as error:
            print(error)
        """,
        tmp_path,
        limit,
    )
    assert "cannot be" in done.stdout, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert [p.seed for p in Studio.open(tmp_path).pieces()] == [1]
    assert [p.name for p in (tmp_path / "pieces").iterdir()] == ["auria-000001"]
    assert list((tmp_path / "aside").iterdir()) == []
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_piece_the_index_refuses_leaves_no_folder(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    studio.add_piece(make_piece(1))
    db = sqlite3.connect(tmp_path / INDEX)
    db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON piece_files "
        "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    db.close()
    with pytest.raises(UserError, match="index cannot be used: the disk is full"):
        studio.add_piece(make_piece(2))
    assert [p.name for p in (tmp_path / "pieces").iterdir()] == ["auria-000001"]
    assert [p.seed for p in studio.pieces()] == [1]


@posix
def test_ctrl_c_while_a_piece_is_kept_keeps_all_of_it_or_none(tmp_path: Path) -> None:
    done = run(
        """
        import threading, time
        studio = Studio.open(sys.argv[1])
        for seed in range(40):
            timer = threading.Timer(seed * 0.0007, os.kill, (os.getpid(), signal.SIGINT))
            try:
                timer.start()
                studio.add_piece(piece_of(seed))
                time.sleep(1)
            except KeyboardInterrupt:
                pass
            timer.join()
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    studio = Studio.open(tmp_path)
    for piece in studio.pieces():
        assert piece.sheet.is_file()
        assert piece.alt_file.is_file()
    assert list((tmp_path / "aside").iterdir()) == []


@posix
def test_a_studio_on_a_read_only_disk_can_be_looked_at() -> None:
    """As another user where the tests run as root, whom no permission stops."""
    with tempfile.TemporaryDirectory() as place:
        done = run(
            """
            from pathlib import Path
            folder = Path(sys.argv[1], "studio")
            Studio.open(folder).add_piece(piece_of(7))
            kept = Studio.open(folder).pieces()[0].id
            os.chmod(folder.parent, 0o755)
            for path in (folder, folder / "studio.sqlite3"):
                path.chmod(0o555)
            if os.getuid() == 0:
                os.setuid(65534)
            print([p.id for p in Studio.open(folder, must_exist=True).pieces()] == [kept])
            try:
                Studio.open(folder)
            except UserError as error:
                print(error)
            """,
            place,
        )
        Path(place, "studio").chmod(0o755)
    assert done.returncode == 0, done.stderr
    listed, refused = done.stdout.splitlines()
    assert listed == "True"
    assert "cannot be used" in refused
