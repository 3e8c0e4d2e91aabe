"""Whole files or none, on real disks: limits of the system stand in for a full one."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from haiga.core.errors import UserError
from haiga.media.durable import make_folder, write_durably

posix = pytest.mark.skipif(os.name != "posix", reason="limits and owners are POSIX's")


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    write_durably(tmp_path / "a.txt", b"one")
    write_durably(tmp_path / "a.txt", b"two")
    assert (tmp_path / "a.txt").read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@posix
def test_a_file_has_the_permissions_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_durably(tmp_path / "a.txt", b"one")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a.txt: cannot be written: its folder does not exist"):
        write_durably(tmp_path / "none" / "a.txt", b"one")


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UserError, match="it is a folder"):
        write_durably(tmp_path / "a.png", b"one")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(UserError, match="it is a file"):
        make_folder(tmp_path / "a")
    with pytest.raises(UserError, match="a part of its path is a file"):
        make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a").read_text() == "mine"


FILLS_UP = """
    import resource, signal, sys
    from pathlib import Path
    from haiga.core.errors import UserError
    from haiga.media.durable import write_durably
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        write_durably(Path(sys.argv[1]), b"x" * 5000)
    except UserError as error:
        print(error)
"""


@posix
def test_a_disk_that_fills_up_leaves_the_old_file_and_no_partial_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    done = run(FILLS_UP, tmp_path / "a.txt")
    assert done.stdout.startswith(f"{tmp_path}/a.txt: cannot be written: "), done.stderr
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_really_full_disk_is_told_in_one_sentence(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    from haiga.media.durable import unwritable

    with pytest.raises(OSError, match="No space left") as full, Path("/dev/full").open("wb") as out:
        out.write(b"x" * 100_000)
    assert unwritable(tmp_path / "a.png", full.value).endswith(
        "a.png: cannot be written: the disk is full; free some space or choose another place"
    )


@posix
def test_a_folder_that_may_not_be_written_to_is_told(unwritable_folder: Path) -> None:
    done = run(
        """
        import os, sys
        from pathlib import Path
        from haiga.core.errors import UserError
        from haiga.media.durable import write_durably
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            write_durably(Path(sys.argv[1]) / "a.txt", b"x")
        except UserError as error:
            print(error)
        """,
        unwritable_folder,
    )
    assert "may not be written to; choose another place" in done.stdout, done.stderr
    assert list(unwritable_folder.iterdir()) == []
