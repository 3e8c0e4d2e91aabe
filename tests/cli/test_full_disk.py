"""A studio that is full, read-only or not writable: one message, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 700 kB, where root may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = sys.platform == "linux" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(disk)], capture_output=True
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("needs the right to mount a small file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_every_piece_before_is_whole(
    run: Any, work: Path, small_disk: Path
) -> None:
    studio = small_disk / "studio"
    common = ("--artist", "fake.toml", "--studio", studio, "--json")
    done = run("create", *common, "--seed", "1", "--count", "50")
    assert done.code in (1, 2)
    assert "full" in done.err
    assert len(done.err.splitlines()) == 1
    for piece in done.objects:
        replayed = run("replay", piece["sheet"], "--json")
        assert replayed.code == 0
    listed = run("list", "--studio", studio, "--json")
    assert [p["id"] for p in listed.objects[::-1]] == [p["id"] for p in done.objects]
    assert list((studio / "aside").iterdir()) == []


def test_a_read_only_disk_is_told(run: Any, create: Any, work: Path, small_disk: Path) -> None:
    studio = small_disk / "studio"
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = run("create", "--artist", "fake.toml", "--studio", studio)
    assert done.code == 2
    assert "read-only" in done.err
    assert len(done.err.splitlines()) == 1
    painted = run("paint", "snow", "--artist", "fake.toml", "--out", small_disk / "x.png")
    assert painted.code == 2
    assert len(painted.err.splitlines()) == 1


def test_a_piece_on_a_read_only_disk_can_be_replayed_and_no_new_one_kept(
    run: Any, work: Path, small_disk: Path
) -> None:
    studio = small_disk / "studio"
    made = run("create", "--artist", "fake.toml", "--studio", studio, "--json").object
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = run("create", "--artist", "fake.toml", "--studio", studio)
    assert done.code == 2
    assert "choose another studio" in done.err
    assert run("replay", made["sheet"]).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits file sizes as Unix does")
def test_a_picture_that_does_not_fit_is_not_left_half_written(run: Any, work: Path) -> None:
    import resource
    import signal

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    done = run("paint", "snow", "--artist", "fake.toml", "--out", "x.png", preexec_fn=limit)
    assert done.code in (1, 2)
    assert len(done.err.splitlines()) == 1
    assert sorted(p.name for p in work.iterdir()) == ["fake.toml"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_takes_nothing_is_told(run: Any, work: Path, environment: Any) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "haiga", "write", "--artist", "fake.toml"],
            cwd=work,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "haiga: no space left on device; free some space and run it again\n"
    )


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_that_may_not_be_written_is_told(run: Any, unwritable_folder: Path) -> None:
    for arguments in (
        ("create", "--artist", "fake.toml", "--studio", unwritable_folder / "studio"),
        ("paint", "snow", "--artist", "fake.toml", "--out", unwritable_folder / "x.png"),
    ):
        done = run(*arguments)
        assert done.code == 2
        assert str(unwritable_folder) in done.err
