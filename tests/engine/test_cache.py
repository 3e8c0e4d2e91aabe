"""What was kept under a key is found again whole, by any process, or not at all."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cache_parts import keep, parts
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.engine.cache import INLINE_BYTES, Cache

SMALL, LARGE = b"snow on the gate", os.urandom(3 * INLINE_BYTES)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, told: list[str]) -> Iterator[Cache]:
    with Cache(tmp_path / "studio" / "cache", on_trouble=told.append) as opened:
        yield opened


@pytest.mark.parametrize("data", [b"", SMALL, os.urandom(INLINE_BYTES), LARGE])
def test_what_was_kept_is_found_to_the_byte(cache: Cache, data: bytes, told: list[str]) -> None:
    wanted = parts(settings={"size": len(data)})
    assert cache.get(wanted.key) is None
    assert cache.put(wanted.key, data, wanted, seconds=2.5) == hashlib.sha256(data).hexdigest()
    found = cache.get(wanted.key)
    assert found is not None
    assert (found.data, found.seconds) == (data, 2.5)
    assert found.digest == hashlib.sha256(data).hexdigest()
    assert told == []


def test_another_process_finds_it_at_once(cache: Cache, tmp_path: Path) -> None:
    small, large = keep(cache, SMALL, parts(seed=1)), keep(cache, LARGE, parts(seed=2))
    code = (
        "import sys, hashlib; from pathlib import Path; from haiga.engine.cache import Cache\n"
        "c = Cache(Path(sys.argv[1]), on_trouble=print)\n"
        "for k in sys.argv[2:]: print(hashlib.sha256(c.get(k).data).hexdigest())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, cache.folder, small, large], capture_output=True, text=True
    )
    assert ran.stdout.split() == [hashlib.sha256(data).hexdigest() for data in (SMALL, LARGE)]


def test_equal_values_lie_on_disk_once(cache: Cache) -> None:
    for seed in range(5):
        keep(cache, LARGE, parts(seed=seed))
        keep(cache, SMALL, parts("poem", seed=seed))
    assert len([p for p in (cache.folder / "files").rglob("*") if p.is_file()]) == 1
    assert sorted((cache.folder / "aside").iterdir()) == []
    with sqlite3.connect(cache.folder / "cache.sqlite3") as db:
        assert db.execute("SELECT count(*) FROM small").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM details").fetchone() == (2,)


def test_what_has_no_key_is_not_kept(cache: Cache, told: list[str]) -> None:
    cache.put("", SMALL, parts())
    assert cache.get("") is None
    assert cache.records() == []
    assert told == []


def test_the_first_result_of_a_key_stays_and_a_step_that_gives_another_is_told_of(
    cache: Cache, told: list[str]
) -> None:
    key = keep(cache, SMALL, parts())
    cache.put(key, b"rain on the gate", parts())
    found = cache.get(key)
    assert found is not None
    assert found.data == SMALL
    (sentence,) = told
    assert "step 'painting'" in sentence
    assert "not give the same" in sentence


def test_hits_and_the_time_of_the_last_one_are_counted(cache: Cache) -> None:
    key = keep(cache, SMALL, parts(), item="piece-7", task="painting[2]", seconds=3.0)
    for _ in range(4):
        cache.get(key)
    (record,) = cache.records("painting")
    assert (record.hits, record.item, record.task) == (4, "piece-7", "painting[2]")
    assert record.used_at >= record.made_at
    (use,) = cache.uses()
    assert (use.step, use.results, use.bytes, use.hits) == ("painting", 1, len(SMALL), 4)
    assert use.saved_s == pytest.approx(12.0)


def test_hits_are_written_down_at_the_end(cache: Cache, tmp_path: Path) -> None:
    key = keep(cache, SMALL, parts())
    cache.get(key)
    cache.close()
    with Cache(cache.folder) as again:
        assert again.records()[0].hits == 1


def test_a_closed_cache_finds_and_keeps_nothing(cache: Cache) -> None:
    key = keep(cache, SMALL, parts())
    cache.close()
    assert cache.get(key) is None
    cache.put(key, SMALL, parts())
    cache.close()


def test_threads_share_one_cache(cache: Cache, told: list[str]) -> None:
    faults: list[Any] = []

    def work(number: int) -> None:
        for seed in range(20):
            mine = parts(seed=seed)
            data = (SMALL if seed % 2 else LARGE) + str(seed).encode()
            found = cache.get(mine.key)
            if found is None:
                cache.put(mine.key, data, mine)
            elif found.data != data:
                faults.append((number, seed))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == told == []
    assert len(cache.records()) == 20


RACE = """
import sys, hashlib
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from cache_parts import parts
from haiga.engine.cache import Cache
with Cache(Path(sys.argv[1]), on_trouble=lambda s: sys.exit(s)) as cache:
    for seed in range(60):
        mine = parts(seed=seed)
        data = hashlib.sha256(str(seed).encode()).digest() * (10 if seed % 2 else 4000)
        found = cache.get(mine.key)
        if found is None:
            cache.put(mine.key, data, mine, item=sys.argv[2])
        elif found.data != data:
            sys.exit(f"{seed}: another value")
"""


def test_several_processes_begin_one_cache_at_once_and_share_it(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    command = [sys.executable, "-c", RACE, str(folder)]
    here = str(Path(__file__).parent)
    racers = [subprocess.Popen([*command, str(i), here], stderr=subprocess.PIPE) for i in range(4)]
    ended = [(racer.communicate()[1], racer.returncode) for racer in racers]
    assert [code for _, code in ended] == [0] * 4, ended
    with Cache(folder) as cache:
        assert len(cache.records()) == 60


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=200), st.booleans()), max_size=20))
def test_a_cache_is_a_table_that_keeps_the_first(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, bytes, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    known: dict[str, bytes] = {}
    cache = Cache(folder)
    for seed, data, reopen in moves:
        told = parts(seed=seed)
        found = cache.get(told.key)
        assert (found and found.data) == known.get(told.key)
        cache.put(told.key, data * (1000 if seed == 0 else 1), told)
        known.setdefault(told.key, data * (1000 if seed == 0 else 1))
        if reopen:
            cache.close()
            cache = Cache(folder)
    cache.close()
