"""The cache says in plain sentences why a result was made and not found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cache_parts import LOCK, SOURCE, keep, parts

from haiga.core.errors import UserError
from haiga.engine.cache import Cache
from haiga.engine.reached import Source


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(tmp_path / "cache") as opened:
        yield opened


def differences(cache: Cache, old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """What `why` says of the second of two results that were kept one after the other."""
    keep(cache, b"old", parts(**old), item="piece")
    return cache.why(keep(cache, b"new", parts(**new), item="piece")).sentences


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (
            {"settings": {"temperature": 0.8}},
            {"settings": {"temperature": 0.9}},
            ("setting temperature: 0.8 -> 0.9",),
        ),
        (
            {"settings": {"a": {"b": 1, "c": "x"}, "gone": True}},
            {"settings": {"a": {"b": "1", "c": "x"}, "new": [1, 2]}},
            (
                'setting a.b: 1 -> "1"',
                "setting gone: is gone, was true",
                "setting new: is new, [1, 2]",
            ),
        ),
        ({"seed": 1}, {"seed": 2}, ("seed: 1 -> 2",)),
        ({"use": "flow.v1"}, {"use": "flow.v2"}, ("implementation: flow.v1 -> flow.v2",)),
        (
            {"models": {"a": "1", "b": "1"}},
            {"models": {"a": "2", "c": "1"}},
            ("model a changed", "model b is gone", "model c is new"),
        ),
        (
            {},
            {"source": Source("51", {**SOURCE.files, "haiga/roles/painters/flow.py": "ab"})},
            ("source: haiga/roles/painters/flow.py changed",),
        ),
        (
            {},
            {"source": Source("52", {"haiga/core/seeds.py": "bb", "haiga/core/nouns.py": "cc"})},
            (
                "source: haiga/core/nouns.py is reached now",
                "source: haiga/roles/painters/flow.py is no longer reached",
            ),
        ),
        (
            {},
            {"lock": ("11", LOCK.replace("2.4.6", "2.4.7"))},
            ("library numpy 2.4.6 -> 2.4.7",),
        ),
        (
            {},
            {"lock": ("11", LOCK.replace("3.11.7", "3.12.1").replace("pillow==11.0", "rich==13"))},
            (
                "library pillow 11.0 is gone",
                "library rich 13 is new",
                "environment: no longer cpython 3.11.7 linux-x86_64",
                "environment: now cpython 3.12.1 linux-x86_64",
            ),
        ),
        ({}, {"lock": ("11", "")}, ("environment: another one (its lines are not known)",)),
        (
            {"inputs": {"poem": "aa"}},
            {"inputs": {"poem": "bb"}},
            ("input poem changed (which is given, or is not kept)",),
        ),
        (
            {"inputs": {"poem": "aa"}},
            {"inputs": {"mood": "aa"}},
            ("input mood is new", "input poem is no longer read"),
        ),
        (
            {"inputs": {"all": ["aa", "bb"]}},
            {"inputs": {"all": ["aa", "bb", "cc"]}},
            ("input all changed: 2 -> 3 of them",),
        ),
    ],
)
def test_what_differs_is_named(
    cache: Cache, old: dict[str, Any], new: dict[str, Any], sentences: tuple[str, ...]
) -> None:
    assert differences(cache, old, new) == sentences


def test_many_files_that_changed_are_counted(cache: Cache) -> None:
    old, new = ({f"haiga/{i:02}.py": which for i in range(20)} for which in "ab")
    said = differences(cache, {"source": Source("1", old)}, {"source": Source("2", new)})
    assert said[:2] == ("source: haiga/00.py changed", "source: haiga/01.py changed")
    assert said[-1] == "and 12 more files"


def test_an_input_that_changed_is_followed_to_the_step_that_made_it(cache: Cache) -> None:
    for temperature in (0.8, 0.9):
        poem = parts("poem", settings={"temperature": temperature})
        poem_digest = cache.put(poem.key, f"poem {temperature}".encode(), poem, item="piece")
        painting = parts("painting", inputs={"words": poem_digest}, reads={"words": "poem"})
        digest = cache.put(painting.key, f"{temperature}".encode(), painting, item="piece")
        last = parts("sheet", inputs={"picture": digest}, reads={"picture": "painting"})
        key = keep(cache, f"sheet {temperature}".encode(), last, item="piece")
    assert cache.why(painting.key).sentences == (
        "input words changed because step poem was made anew: its setting temperature: 0.8 -> 0.9",
    )
    assert cache.why(key).sentences == (
        "input picture changed because step poem was made anew: "
        "its setting temperature: 0.8 -> 0.9",
    )


def test_a_cause_is_told_once_however_many_inputs_it_reached(cache: Cache) -> None:
    for words, radius in (("rain", 1.5), ("snow", 2.0)):
        poem = parts("poem", inputs={"about": words}, reads={"about": "words"})
        poem_digest = cache.put(poem.key, words.encode(), poem)
        soft = parts("soft", settings={"radius": radius}, inputs={"poem": poem_digest})
        soft_digest = cache.put(soft.key, f"soft {words}".encode(), soft)
        sheet = parts("sheet", inputs={"poem": poem_digest, "soft": soft_digest})
        key = keep(cache, f"sheet {words}".encode(), sheet)
    assert cache.why(key).sentences == (
        "inputs poem and soft changed because step poem was made anew: "
        "its input about changed (words, which is given, or is not kept)",
        "input soft changed because step soft was made anew: its setting radius: 1.5 -> 2.0",
    )


def test_an_input_out_of_many_is_followed_too(cache: Cache) -> None:
    digests = []
    for temperature in (0.8, 0.9):
        poem = parts("poem", settings={"temperature": temperature})
        digests.append(cache.put(poem.key, f"poem {temperature}".encode(), poem))
    reads = {"poems": "poem"}
    keep(cache, b"1", parts(inputs={"poems": ["aa", digests[0]]}, reads=reads))
    key = keep(cache, b"2", parts(inputs={"poems": ["aa", digests[1]]}, reads=reads))
    assert cache.why(key).sentences == (
        "input poems (1 of 2) changed because step poem was made anew: "
        "its setting temperature: 0.8 -> 0.9",
    )


def test_a_result_is_compared_with_the_one_most_like_it(cache: Cache) -> None:
    keep(cache, b"1", parts(seed=1, settings={"a": 1}), item="1")
    keep(cache, b"2", parts(seed=2, settings={"a": 1}), item="2")
    keep(cache, b"3", parts(seed=1, settings={"a": 1, "b": 1}), item="1")
    key = keep(cache, b"4", parts(seed=2, settings={"a": 2}), item="2")
    told = cache.why(key)
    assert told.other is not None
    assert told.other.item == "2"
    assert told.sentences == ("setting a: 1 -> 2",)


def test_sentences_lead_from_the_earlier_to_the_later_whichever_is_asked_for(
    cache: Cache,
) -> None:
    first = keep(cache, b"1", parts(settings={"a": 1}))
    second = keep(cache, b"2", parts(settings={"a": 2}))
    assert cache.why(first).sentences == cache.why(second).sentences == ("setting a: 1 -> 2",)


def test_the_only_result_of_a_step_says_so(cache: Cache) -> None:
    keep(cache, b"1", parts("poem"))
    key = keep(cache, b"2", parts())
    assert cache.why(key).sentences == ("it is the only result of step 'painting' that is kept",)


def test_a_key_may_be_cut_short_as_long_as_it_is_clear(cache: Cache) -> None:
    keys = sorted(keep(cache, str(n).encode(), parts(seed=n)) for n in range(2000))
    start = next(a[:4] for a, b in pairwise(keys) if a[:4] == b[:4])
    with pytest.raises(UserError, match=f"'{start}' begins several keys: .* more letters"):
        cache.why(start)
    one = next(
        b for a, b, c in zip(keys, keys[1:], keys[2:], strict=False)
        if len({a[:8], b[:8], c[:8]}) == 3
    )  # fmt: skip
    assert cache.why(one[:8]).record.key == one
    assert cache.why(one.upper()).record.key == one


@pytest.mark.parametrize("start", ["", "abc", "not hex!", "%", "____", "g" * 8])
def test_what_is_no_key_is_refused(cache: Cache, start: str) -> None:
    keep(cache, b"1", parts())
    with pytest.raises(UserError, match="is no key"):
        cache.why(start)


def test_a_key_that_is_not_kept_is_refused(cache: Cache) -> None:
    with pytest.raises(UserError, match="nothing is kept under a key"):
        cache.why("0" * 64)
