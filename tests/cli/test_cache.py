"""`haiga cache`: what is kept is shown, explained and pruned; nothing else is touched."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from haiga.engine.cache import Cache
from haiga.engine.keys import key_parts
from haiga.engine.plan import Call, Step
from haiga.engine.reached import Source


def keep(cache: Cache, step: str, data: bytes, **settings: Any) -> str:
    """Keep a result of a step with these settings, and give its key."""
    made = Step(step, settings=settings, call=Call("values", f"haiga.steps:{step}"))
    told = key_parts(made, seed=7, inputs={}, lock="10", source=Source("50", {"haiga/a.py": "1"}))
    cache.put(told.key, data, told, item="piece-7", seconds=2.0)
    return told.key


@pytest.fixture
def keys(work: Path) -> list[str]:
    """The keys of two paintings and a poem that are kept in `studio`."""
    with Cache(work / "studio" / "cache") as cache:
        found = [
            keep(cache, "painting", bytes(100_000), temperature=0.8),
            keep(cache, "painting", bytes(200_000), temperature=0.9),
            keep(cache, "poem", b"snow on the gate"),
        ]
        cache.get(found[0])
    return found


def test_what_is_kept_is_shown_by_step(run: Any, keys: list[str]) -> None:
    shown = run("cache", "show", "--studio", "studio")
    assert shown.code == 0
    head, painting, poem, whole = shown.out.splitlines()
    assert head.split() == ["step", "results", "size", "hits", "saved", "last", "used"]
    assert painting.split()[:7] == ["painting", "2", "300", "kB", "1", "2.0", "s"]
    assert poem.split()[:2] == ["poem", "1"]
    assert whole == f"{Path('studio') / 'cache'}: 3 results, 300 kB"
    table = run("cache", "show", "--studio", "studio", "--json").objects
    assert [(t["step"], t["results"], t["bytes"], t["hits"]) for t in table] == [
        ("painting", 2, 300_000, 1),
        ("poem", 1, 16, 0),
    ]


def test_the_results_of_a_step_are_listed_with_their_keys(run: Any, keys: list[str]) -> None:
    listed = run("cache", "show", "painting", "--studio", "studio")
    assert [line.split()[0] for line in listed.out.splitlines()] == [
        keys[1][:12],
        keys[0][:12],
    ]
    table = run("cache", "show", "painting", "--studio", "studio", "--json").objects
    assert [row["key"] for row in table] == [keys[1], keys[0]]
    assert table[0]["parts"]["settings"] == {"temperature": 0.9}
    lost = run("cache", "show", "sheet", "--studio", "studio")
    assert lost.code == 2
    assert "nothing of a step 'sheet' is kept; there are painting, poem" in lost.err


def test_why_says_what_changed(run: Any, keys: list[str]) -> None:
    told = run("cache", "why", keys[1][:8], "--studio", "studio")
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0].startswith(f"{keys[1][:12]}  painting of item piece-7, made ")
    assert lines[1].startswith(f"after {keys[0][:12]}  painting of item piece-7, made ")
    assert lines[2:] == ["    setting temperature: 0.8 -> 0.9"]
    assert run("cache", "why", keys[0], "--studio", "studio", "--json").object == {
        "key": keys[0],
        "step": "painting",
        "item": "piece-7",
        "compared_with": keys[1],
        "differences": ["setting temperature: 0.8 -> 0.9"],
    }


def test_pruning_says_what_it_would_do_and_then_does_it(run: Any, keys: list[str]) -> None:
    would = run("cache", "prune", "--step", "painting", "--dry-run", "--studio", "studio")
    assert would.out == "2 results would be removed, 300 kB would be freed; 1 result kept\n"
    done = run("cache", "prune", "--step", "painting", "--studio", "studio", "--json")
    assert done.object == {
        "results": 2, "left": 1, "leftovers": 0, "freed_bytes": 300_000, "environments": [],
        "dry_run": False,
    }  # fmt: skip
    again = run("cache", "prune", "--all", "--environments", "--studio", "studio")
    assert again.out == "1 result removed, 16 B freed; 0 results kept\n"


def test_pruning_by_age_and_by_size(run: Any, keys: list[str]) -> None:
    at = ("--studio", "studio")
    assert run("cache", "prune", "--larger-than", "250kB", *at).out.startswith("1 result ")
    assert run("cache", "prune", "--older-than", "0h", *at).out.startswith("2 results")


def test_nothing_is_pruned_while_a_run_has_the_cache_open(
    run: Any, keys: list[str], work: Path
) -> None:
    with Cache(work / "studio" / "cache") as cache:
        refused = run("cache", "prune", "--all", "--studio", "studio")
        assert refused.code == 2
        assert "a run uses the cache" in refused.err
        assert cache.get(keys[0]) is not None


def test_the_pieces_of_a_studio_are_left_alone(run: Any, create: Any, work: Path) -> None:
    piece = create("--seed", "3").object
    before = {path: path.read_bytes() for path in (work / "studio").rglob("*.png")}
    assert run("cache", "prune", "--all", "--environments", "--studio", "studio").code == 0
    assert before == {path: path.read_bytes() for path in (work / "studio").rglob("*.png")}
    assert run("replay", piece["sheet"]).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("why", "0123456789"), "nothing is kept under a key"),
        (("prune", "--older-than", "soon"), "--older-than: 'soon' is no length of time"),
        (("prune", "--step", "sheet"), "nothing of a step 'sheet' is kept"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_nothing_goes(
    run: Any, keys: list[str], work: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = run("cache", *arguments, "--studio", "studio")
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    with Cache(work / "studio" / "cache") as cache:
        assert len(cache.records()) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="environments need Linux or macOS")
def test_environments_that_no_run_used_go_where_that_is_asked_for(run: Any, work: Path) -> None:
    home = work / "studio" / "environments"
    for name, days in (("0ld", 40), ("new", 3)):
        (home / name / "lib").mkdir(parents=True)
        (home / name / "lib" / "module.py").write_bytes(b"x" * 5000)
        record = home / name / "haiga-environment.json"
        record.write_text("{}")
        os.utime(record, (time.time() - days * 86400,) * 2)
    would = run("cache", "prune", "--environments", "--dry-run", "--studio", "studio")
    assert "1 environment would be removed, 5.0 kB would be freed" in would.out
    assert (home / "0ld").is_dir()
    done = run("cache", "prune", "--environments", "--studio", "studio", "--json")
    assert done.object["environments"] == ["0ld"]
    assert not (home / "0ld").exists()
    assert (home / "new").is_dir()


def test_a_studio_where_nothing_was_kept_is_told_and_not_made(run: Any, work: Path) -> None:
    shown = run("cache", "show", "--studio", "nowhere")
    assert (shown.code, shown.out) == (0, "")
    assert "nothing is kept here yet" in shown.err
    assert run("cache", "why", "abcdef", "--studio", "nowhere").code == 2
    assert run("cache", "prune", "--studio", "nowhere").code == 0
    assert not (work / "nowhere").exists()


def test_a_damaged_index_is_told_in_a_sentence(run: Any, keys: list[str], work: Path) -> None:
    (work / "studio" / "cache" / "cache.sqlite3").write_bytes(b"nonsense" * 1000)
    shown = run("cache", "show", "--studio", "studio")
    assert shown.code == 0
    assert re.search("the cache was damaged: its index was moved away", shown.err)
    assert "Traceback" not in shown.err
