"""Training text is split so that what is measured was never trained on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.features.tokens import END, NEWLINE, UNKNOWN
from haiga.media.texts import Text
from haiga.training.poet.corpus import PARTS, Corpus, read_corpus, windows_of


def _own(i: int) -> str:
    """A word that no other number has."""
    return "word" + "abcdefghij"[i // 10] + "abcdefghij"[i % 10]


def _texts(count: int = 40, authors: int = 8) -> list[Text]:
    return [
        Text(f"a {_own(i)} of the sea\nand {_own(i)} {_own(i)} again\n\nthe end of number {i}",
             author=f"Poet {i % authors}", title=f"No. {i}")
        for i in range(count)
    ]  # fmt: skip


def _read(texts: list[Text], by: str = "work", seed: int = 1, level: str = "word") -> Corpus:
    return read_corpus(texts, level=level, by=by, seed=seed, most_words=500, least_count=1)  # type: ignore[arg-type]


def test_every_work_stands_in_exactly_one_part() -> None:
    texts = _texts()
    corpus = _read(texts)
    titles = [work.text.title for part in PARTS for work in corpus.parts[part]]
    assert sorted(titles) == sorted(text.title for text in texts)
    assert all(corpus.parts[part] for part in PARTS)


def test_the_same_seed_splits_the_same_way_whatever_the_order() -> None:
    one, other = _read(_texts()), _read(_texts()[::-1])
    for part in PARTS:
        assert {w.text.title for w in one.parts[part]} == {w.text.title for w in other.parts[part]}
    another = _read(_texts(), seed=2)
    assert one.parts["test"] != another.parts["test"]


def test_by_author_no_author_stands_on_two_sides() -> None:
    corpus = _read(_texts(), by="author")
    sides = [{w.text.author for w in corpus.parts[part]} for part in PARTS]
    assert not (sides[0] & sides[1])
    assert not (sides[0] & sides[2])
    assert not (sides[1] & sides[2])


def test_two_printings_of_one_poem_stay_together() -> None:
    texts = _texts()
    again = [
        Text(t.text.replace("again", "once more") + "\nP.S.", title=t.title + " bis") for t in texts
    ]
    corpus = _read([*texts, *again])
    for part in PARTS:
        titles = {work.text.title.removesuffix(" bis") for work in corpus.parts[part]}
        both = [work for work in corpus.parts[part] if work.text.title.endswith(" bis")]
        assert len(both) == len(titles)


def test_words_of_the_held_out_parts_are_unknown_unless_trained_on() -> None:
    corpus = _read(_texts())
    held = corpus.parts["test"][0]
    own = _own(int(held.text.title.removeprefix("No. ")))
    assert own not in corpus.vocabulary
    assert 0 in corpus.stream("test")
    assert corpus.vocabulary[:3] == (UNKNOWN, END, NEWLINE)


def test_an_epoch_reads_every_token_once_in_an_order_of_its_own() -> None:
    corpus = _read(_texts())
    plain = corpus.stream("train")
    first, second = (corpus.stream("train", seed=3, epoch=e) for e in (0, 1))
    assert not np.array_equal(first, second)
    for stream in (first, second):
        assert np.array_equal(np.sort(stream), np.sort(plain))
    assert np.array_equal(first, corpus.stream("train", seed=3, epoch=0))


def test_characters_keep_the_text_as_it_stands() -> None:
    corpus = _read(
        [Text(f"Ünï {i}! — O\nX{i}Y" * 3, title=str(i)) for i in range(30)], level="char"
    )
    work = corpus.parts["train"][0]
    assert "".join(work.tokens) == work.text.text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(2, 50), min_size=1, max_size=60), st.integers(1, 20))
def test_a_window_holds_what_stands_before_its_target(numbers: list[int], context: int) -> None:
    stream = np.array(numbers)
    places = np.arange(len(stream))
    x, y = windows_of(stream, context, places)
    for row, place in enumerate(places):
        before = [1] * context + numbers[:place]
        assert x[row].tolist() == before[-context:]
        assert y[row] == numbers[place]


@pytest.mark.parametrize("texts", [[Text("one line only")], [Text("word " * 3000)]])
def test_too_little_text_is_refused(texts: list[Text]) -> None:
    with pytest.raises(UserError, match=r"needs at least|need one each"):
        _read(texts)


def test_a_heading_that_all_works_share_does_not_make_them_one() -> None:
    texts = [Text("this is the great book of all the lovely songs\n" + t.text) for t in _texts()]
    assert len(_read(texts).parts["test"]) < 5


def test_too_few_authors_are_refused_by_number() -> None:
    with pytest.raises(UserError, match="2 different authors"):
        _read(_texts(authors=2), by="author")
