"""Pruning removes what was asked for and what nothing tells of, and nothing under a run."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cache_parts import keep, parts

from haiga.core.errors import UserError
from haiga.engine.cache import INLINE_BYTES, Cache
from haiga.engine.cache_prune import Wish

LARGE = INLINE_BYTES + 1
DAY = 86400.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache with ten large and ten small results, used once a day from day 0 on."""
    folder = tmp_path / "cache"
    with Cache(folder) as cache:
        for day in range(10):
            keep(cache, bytes([day]) * LARGE, parts("painting", seed=day))
            keep(cache, bytes([day]) * 1000, parts("poem", seed=day))
    with sqlite3.connect(folder / "cache.sqlite3") as db:
        for day in range(10):
            for step in ("painting", "poem"):
                key = parts(step, seed=day).key
                db.execute("UPDATE records SET used_at = ? WHERE key = ?", (day * DAY, key))
    db.close()
    return folder


def left(folder: Path) -> dict[str, list[int]]:
    """The days whose results can still be found, by step."""
    with Cache(folder) as cache:
        return {
            step: [day for day in range(10) if cache.get(parts(step, seed=day).key)]
            for step in ("painting", "poem")
        }


EVERY = list(range(10))


@pytest.mark.parametrize(
    ("wish", "paintings", "poems"),
    [
        (Wish(), EVERY, EVERY),
        (Wish(everything=True), [], []),
        (Wish(step="poem"), EVERY, []),
        (Wish(unused_since=3.5 * DAY), EVERY[4:], EVERY[4:]),
        (Wish(step="painting", unused_since=3.5 * DAY), EVERY[4:], EVERY),
        (Wish(within_bytes=3 * (LARGE + 1000)), EVERY[7:], EVERY[7:]),
        (Wish(within_bytes=0), [], []),
        (Wish(within_bytes=10**9), EVERY, EVERY),
        (Wish(step="painting", within_bytes=2 * LARGE), EVERY[8:], EVERY),
        (Wish(unused_since=8.5 * DAY, within_bytes=10**9), [9], [9]),
    ],
)
def test_what_was_asked_for_goes_and_the_rest_stays(
    folder: Path, wish: Wish, paintings: list[int], poems: list[int]
) -> None:
    with Cache(folder) as cache:
        expected = cache.prune(wish, dry_run=True)
        assert len(cache.records()) == 20
    with Cache(folder) as cache:
        done = cache.prune(wish)
    gone = 20 - len(paintings) - len(poems)
    assert (done.results, done.left, done.leftovers) == (gone, 20 - gone, 0)
    assert done.freed_bytes == (10 - len(paintings)) * LARGE + (10 - len(poems)) * 1000
    assert expected == done
    assert left(folder) == {"painting": paintings, "poem": poems}
    files = [path for path in (folder / "files").rglob("*") if path.is_file()]
    assert len(files) == len(paintings)


def test_room_is_given_back_to_the_disk(folder: Path) -> None:
    def size() -> int:
        return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())

    before = size()
    with Cache(folder) as cache:
        freed = cache.prune(Wish(everything=True)).freed_bytes
    assert size() <= before - freed


def test_a_value_that_another_result_has_too_stays(tmp_path: Path) -> None:
    with Cache(tmp_path / "cache") as cache:
        for step in ("painting", "styled"):
            keep(cache, bytes(LARGE), parts(step))
            keep(cache, b"small", parts(step, seed=1))
        done = cache.prune(Wish(step="styled"))
        assert (done.results, done.freed_bytes) == (2, 0)
        assert cache.get(parts("painting").key) is not None
        assert cache.get(parts("painting", seed=1).key) is not None


def test_leftovers_of_killed_runs_go_with_any_wish(folder: Path) -> None:
    (folder / "aside").mkdir(exist_ok=True)
    (folder / "aside" / "half").write_bytes(b"x" * 500)
    (folder / "files" / "ab").mkdir(exist_ok=True)
    (folder / "files" / "ab" / "cd").write_bytes(b"x" * 300)
    (folder / "cache.sqlite3.damaged-1").write_bytes(b"x" * 200)
    with Cache(folder) as cache:
        done = cache.prune(Wish())
    assert (done.results, done.leftovers, done.freed_bytes) == (0, 3, 1000)
    assert left(folder) == {"painting": EVERY, "poem": EVERY}


def test_a_run_in_this_process_or_another_keeps_all_as_it_is(folder: Path) -> None:
    with (
        Cache(folder) as running,
        Cache(folder) as cache,
        pytest.raises(UserError, match="a run uses the cache"),
    ):
        cache.prune(Wish(everything=True))
    assert running.records() == []  # closed
    code = (
        "import sys; from pathlib import Path; from haiga.engine.cache import Cache\n"
        "c = Cache(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with Cache(folder) as cache:
            with pytest.raises(UserError, match="a run uses the cache"):
                cache.prune(Wish(everything=True))
            assert cache.prune(Wish(everything=True), dry_run=True).results == 20
        other.kill()
    assert left(folder) == {"painting": EVERY, "poem": EVERY}
    with Cache(folder) as cache:
        assert cache.prune(Wish(everything=True)).results == 20


def test_a_run_that_begins_after_a_refusal_can_still_not_be_pruned_under(folder: Path) -> None:
    with Cache(folder) as pruning:
        pruning.prune(Wish())
        with Cache(folder), pytest.raises(UserError, match="a run uses the cache"):
            pruning.prune(Wish(everything=True))
        with Cache(folder) as other, pytest.raises(UserError, match="a run uses the cache"):
            other.prune(Wish(everything=True))


def test_a_step_that_is_not_kept_is_refused_by_name(folder: Path) -> None:
    with Cache(folder) as cache, pytest.raises(UserError, match="step 'sheet'.*painting, poem"):
        cache.prune(Wish(step="sheet"))


def test_details_that_no_result_needs_go(folder: Path) -> None:
    with Cache(folder) as cache:
        keep(cache, b"x", parts("sheet", lock=("99", "rich==13\n")))
        cache.prune(Wish(step="sheet"))
    with sqlite3.connect(folder / "cache.sqlite3") as db:
        assert sorted(db.execute("SELECT digest FROM details")) == [("10",), ("50",)]
    db.close()


@pytest.mark.parametrize("number", range(12))
def test_a_prune_that_is_killed_leaves_a_sound_cache(folder: Path, number: int) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from haiga.engine.cache import Cache; from haiga.engine.cache_prune import Wish\n"
        "points = iter(range(10**9))\n"
        "def kill(point):\n"
        "    if next(points) == int(sys.argv[2]): os.kill(os.getpid(), signal.SIGKILL)\n"
        "Cache(Path(sys.argv[1]), at_instant=kill).prune(Wish(everything=True))"
    )
    ended = subprocess.run([sys.executable, "-c", code, folder, str(number)])
    assert ended.returncode == -9
    found = left(folder)
    assert found in ({"painting": EVERY, "poem": EVERY}, {"painting": [], "poem": []})
    with Cache(folder) as cache:
        cache.prune(Wish(everything=True))
    assert [path for path in (folder / "files").rglob("*") if path.is_file()] == []
    assert list((folder / "aside").iterdir()) == []
