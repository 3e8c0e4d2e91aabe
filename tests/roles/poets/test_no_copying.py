"""No six words in a row from a known poem: the filter, the index that ships, and the poems."""

from __future__ import annotations

import numpy as np

from haiga.features.bloom import Bloom, run_keys
from haiga.features.copying import CopyIndex
from haiga.models.store import load_model
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.lstm import LstmPoet
from haiga.roles.poets.sources import copy_index_of


def test_a_filter_never_forgets_and_seldom_errs() -> None:
    draw = np.random.default_rng(3)
    runs = draw.integers(0, 5000, (20_000, 5))
    inside, outside = run_keys(runs[:10_000]), run_keys(runs[10_000:])
    bloom = Bloom.of(inside)
    assert bloom.has(inside).all()
    assert bloom.has(outside).mean() < 0.03


def test_lines_of_famous_poems_are_known_to_the_shipped_index() -> None:
    index = _index()
    famous = ["tyger tyger burning bright in the forests of the night",
              "i wandered lonely as a cloud that floats on high"]  # fmt: skip
    for line in famous:
        (run, *_) = index.runs([line], 6)
        assert run.words >= 6
        assert run.author
    assert not index.runs(["seven purple toasters argue beneath parliamentary umbrellas"], 6)


def test_no_haiku_shares_six_words_with_a_known_poem(poet: LstmPoet) -> None:
    index = _index()
    for poem in poet.write([""] * 60, form="haiku", seeds=range(60)):
        assert not index.runs(poem.lines, 6), poem.lines


def test_a_word_that_would_complete_a_known_line_is_seen_as_a_copy() -> None:
    model = load_model("haiku")
    lexicon = Lexicon(model)
    found = copy_index_of(model, model.json("vocabulary.json")["index"])
    assert found is not None
    tables = model.tensors("tables.safetensors")
    attested = Attested(tables, 5, found[0], lexicon.words)
    line = "the woods and fields are sweet with the smell of flowers in the spring"
    numbers = np.array([lexicon.index[word] for word in line.split()])
    assert not attested.is_copy(np.lib.stride_tricks.sliding_window_view(numbers, 5)).all()
    known = _known_line(lexicon)
    fives = np.lib.stride_tricks.sliding_window_view(known, 5)
    assert attested.is_copy(fives).any()


def _known_line(lexicon: Lexicon) -> np.ndarray:
    """Wordsworth's line, in words that the poet knows."""
    line = "the river glides at his own sweet will"
    return np.array([lexicon.index[word] for word in line.split() if word in lexicon.index])


def _index() -> CopyIndex:
    model = load_model("haiku")
    found = copy_index_of(model, model.json("vocabulary.json")["index"])
    assert found is not None
    return found[0]
