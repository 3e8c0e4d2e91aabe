"""Whatever befalls the files of a cache: no wrong value, no error, and all is made again."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cache_parts import keep, parts

from haiga.engine.cache import INLINE_BYTES, Cache
from haiga.engine.cache_prune import Wish

SMALL, LARGE = b"snow on the gate", os.urandom(2 * INLINE_BYTES)
INDEX = "cache.sqlite3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache with a poem and a painting, which nobody has open."""
    with Cache(tmp_path / "cache") as cache:
        keep(cache, SMALL, parts("poem"))
        keep(cache, LARGE, parts())
    return tmp_path / "cache"


def value(folder: Path) -> Path:
    (only,) = (path for path in (folder / "files").rglob("*") if path.is_file())
    return only


def change(folder: Path, sql: str, *values: object) -> None:
    with sqlite3.connect(folder / INDEX) as db:
        assert db.execute(sql, values).rowcount == 1
    db.close()


def made_again(folder: Path, *, told_of: str) -> None:
    """Both values are found whole or not at all, can be kept again, and the fault was said."""
    told: list[str] = []
    with Cache(folder, on_trouble=told.append) as cache:
        for told_parts, data in ((parts("poem"), SMALL), (parts(), LARGE)):
            found = cache.get(told_parts.key)
            assert found is None or found.data == data
            if found is None:
                cache.put(told_parts.key, data, told_parts)
            again = cache.get(told_parts.key)
            assert again is not None
            assert again.data == data
    (sentence,) = told
    assert told_of in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("how", ["changed", "shorter", "longer", "empty", "missing", "a folder"])
def test_a_value_in_a_file_that_is_not_whole_is_made_again(folder: Path, how: str) -> None:
    path = value(folder)
    data = bytearray(path.read_bytes())
    if how == "changed":
        data[len(data) // 2] ^= 1
    kept = {"shorter": data[:-1], "longer": data + b"x", "empty": b""}.get(how, data)
    path.unlink()
    if how == "a folder":
        path.mkdir()
        (path / "x").write_text("x")
        told: list[str] = []
        with Cache(folder, on_trouble=told.append) as cache:
            assert cache.get(parts().key) is None
            cache.put(parts().key, LARGE, parts())  # cannot be kept there, and is no error
        assert told
        return
    if how != "missing":
        path.write_bytes(kept)
    made_again(folder, told_of="damaged or lost value")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE small SET value = x'00'",
        "UPDATE small SET value = 'text'",
        "UPDATE small SET value = 17",
        "DELETE FROM small",
        "UPDATE records SET digest = 'ab' WHERE step = 'poem'",
        "UPDATE records SET digest = '' WHERE step = 'painting'",
        "UPDATE records SET digest = x'ff00ff' WHERE step = 'poem'",
        "UPDATE records SET digest = CAST(x'ff00ff' AS TEXT) WHERE step = 'poem'",
        "UPDATE records SET digest = '../../../../etc/passwd' WHERE step = 'painting'",
        "UPDATE records SET seal = 'x' WHERE step = 'poem'",
        "UPDATE records SET bytes = 1 WHERE step = 'poem'",
        "UPDATE records SET bytes = 'many' WHERE step = 'painting'",
    ],
)
def test_a_changed_row_is_made_again(folder: Path, sql: str) -> None:
    change(folder, sql)
    made_again(folder, told_of="damaged or lost value")


def test_a_record_that_points_to_another_sound_value_is_not_believed(folder: Path) -> None:
    digest = value(folder).parent.name + value(folder).name
    change(folder, "UPDATE records SET digest = ? WHERE step = 'poem'", digest)
    made_again(folder, told_of="damaged or lost value")


@pytest.mark.parametrize("text", ["'{'", "'[]'", "'null'", "CAST(x'ff' AS TEXT)", "x'ff'", "7"])
def test_a_record_whose_account_of_itself_is_damaged_can_still_be_looked_at(
    folder: Path, text: str
) -> None:
    change(folder, f"UPDATE records SET parts = {text}, reads = {text} WHERE step = 'poem'")
    change(folder, f"UPDATE details SET packed = {text} WHERE digest = '50'")
    with Cache(folder) as cache:
        assert len(cache.records()) == 2
        keep(cache, b"x", parts("poem", seed=9))
        assert cache.why(parts("poem").key).sentences
        assert cache.prune(Wish(step="poem")).results == 2


def test_an_index_begun_anew_by_another_process_is_not_moved_away_again(folder: Path) -> None:
    damage = sqlite3.DatabaseError("database disk image is malformed")
    with Cache(folder) as one, Cache(folder) as other:
        one._index.fail(damage)
        keep(one, SMALL, parts("poem"))
        other._index.fail(damage)
        assert other.get(parts("poem").key) is not None
        assert one.get(parts("poem").key) is not None
    assert len(list(folder.glob("cache.sqlite3.damaged-*[!lm]"))) == 1


@pytest.mark.parametrize("how", ["no database", "empty", "another's", "cut", "zeros", "missing"])
def test_an_index_that_is_not_whole_is_begun_anew(folder: Path, how: str) -> None:
    index = folder / INDEX
    data = index.read_bytes()
    index.unlink()
    if how == "no database":
        index.write_bytes(b"hello" * 1000)
    elif how == "empty":
        index.touch()
    elif how == "another's":
        with sqlite3.connect(index) as db:
            db.execute("CREATE TABLE migrations (version INTEGER, about TEXT, applied_at TEXT)")
            db.execute("INSERT INTO migrations VALUES (1, '', '')")
        db.close()
    elif how == "cut":
        index.write_bytes(data[: len(data) // 2])
    elif how == "zeros":
        index.write_bytes(data[:4096] + bytes(len(data) - 4096))
    if how in ("empty", "missing"):
        with Cache(folder) as cache:
            assert cache.get(parts().key) is None
            keep(cache, LARGE, parts())
            assert cache.get(parts().key) is not None
        return
    made_again(folder, told_of="index was moved away")
    assert len(list(folder.glob("cache.sqlite3.damaged-*"))) >= 1


def test_random_bytes_anywhere_in_the_index_never_give_a_wrong_value(
    folder: Path, tmp_path: Path
) -> None:
    whole = (folder / INDEX).read_bytes()
    chance = random.Random(5)
    for number in range(60):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(folder, copy)
        data = bytearray(whole)
        for _ in range(chance.choice((1, 10, 300))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (copy / INDEX).write_bytes(data)
        with Cache(copy) as cache:
            for told, right in ((parts("poem"), SMALL), (parts(), LARGE)):
                found = cache.get(told.key)
                assert found is None or found.data == right
                cache.put(told.key, right, told)
                cache.records(), cache.uses()
        with Cache(copy) as cache:  # whatever it was, it is over after one run more
            for told, right in ((parts("poem"), SMALL), (parts(), LARGE)):
                if cache.get(told.key) is None:
                    cache.put(told.key, right, told)
                found = cache.get(told.key)
                assert found is not None, number
                assert found.data == right
        shutil.rmtree(copy)


def test_a_damaged_list_of_who_uses_the_cache_is_replaced(folder: Path) -> None:
    (folder / "in-use.sqlite3").write_bytes(b"nonsense" * 1000)
    with Cache(folder) as cache:
        assert cache.get(parts().key) is not None


def test_an_index_of_a_newer_haiga_is_left_alone(folder: Path) -> None:
    change(folder, "UPDATE migrations SET version = 99")
    before = (folder / INDEX).read_bytes()
    told: list[str] = []
    with Cache(folder, on_trouble=told.append) as cache:
        assert cache.get(parts().key) is None
        cache.put(parts().key, LARGE, parts())
    assert "newer haiga" in told[0]
    assert (folder / INDEX).read_bytes() == before


def test_a_file_where_the_folder_should_be_is_told_once_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "cache").write_text("a file of the user's")
    told: list[str] = []
    with Cache(tmp_path / "cache", on_trouble=told.append) as cache:
        keep(cache, SMALL, parts())
        assert cache.get(parts().key) is None
    assert len(told) == 1
    assert (tmp_path / "cache").read_text() == "a file of the user's"


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


def test_on_a_full_disk_the_run_goes_on_without_keeping(small_disk: Path) -> None:
    told: list[str] = []
    with Cache(small_disk / "cache", on_trouble=told.append) as cache:
        kept = {}
        for seed in range(40):
            data = bytes([seed]) * (30_000 if seed % 2 else 70_000)
            kept[keep(cache, data, parts(seed=seed))] = data
        found = {key: cache.get(key) for key in kept}
        assert any(found.values())
        assert not all(found.values())
        assert all(one is None or one.data == kept[key] for key, one in found.items())
        assert sorted((cache.folder / "aside").iterdir()) == []
    assert any("disk is full" in sentence for sentence in told)
    assert len(told) <= 2
    with Cache(small_disk / "cache", on_trouble=told.append) as cache:
        assert {key for key in kept if cache.get(key)} == {k for k, one in found.items() if one}


def test_on_a_read_only_disk_what_was_kept_is_found_and_nothing_more_is_kept(
    small_disk: Path,
) -> None:
    with Cache(small_disk / "cache") as cache:
        key = keep(cache, LARGE, parts())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    told: list[str] = []
    with Cache(small_disk / "cache", on_trouble=told.append) as cache:
        assert cache.get(key) is not None
        keep(cache, SMALL, parts("poem"))
        assert cache.get(parts("poem").key) is None
    assert len(told) == 1
    assert "cannot keep results" in told[0]
    with Cache(small_disk / "elsewhere", on_trouble=told.append) as cache:
        keep(cache, SMALL, parts("poem"))
    assert len(told) == 2
