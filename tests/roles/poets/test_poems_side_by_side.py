"""A poem depends on its own theme and seed, whatever is written beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.models.store import load_model
from haiga.roles.poets.decoding import _drawn
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.lstm import LstmPoet

ABOUTS = ["", "snow", "", "love and xyzzy", "a crow", "", "justice", "rain"]


@pytest.mark.parametrize("candidates", [1, 5])
def test_poems_of_a_batch_are_the_poems_written_one_by_one(candidates: int) -> None:
    poet = LstmPoet(candidates=candidates)
    seeds = range(40, 40 + len(ABOUTS))
    together = poet.write(ABOUTS, form="haiku", seeds=seeds)
    alone = [
        poem
        for about, seed in zip(ABOUTS, seeds, strict=True)
        for poem in poet.write([about], form="haiku", seeds=[seed])
    ]
    assert together == alone


def test_order_within_a_batch_changes_no_poem() -> None:
    poet = LstmPoet(candidates=3)
    forth = poet.write([""] * 40, form="haiku", seeds=range(40))
    back = poet.write([""] * 40, form="haiku", seeds=range(39, -1, -1))
    assert forth == back[::-1]


def test_the_network_gives_a_row_the_same_bytes_in_any_company() -> None:
    model = load_model("haiku")
    lexicon = Lexicon(model)
    session = model.session("step.onnx")
    draw = np.random.default_rng(0)
    word = draw.integers(0, len(lexicon.words), 65)
    memory = [
        np.tanh(draw.normal(size=(lexicon.layers, 65, lexicon.hidden))).astype(np.float32)
        for _ in range(2)
    ]

    def run(rows: np.ndarray) -> list[np.ndarray]:
        hidden, cell = (np.ascontiguousarray(m[:, rows]) for m in memory)
        return session.run({"word": word[rows], "hidden": hidden, "cell": cell})

    alone = [run(np.array([i])) for i in range(65)]
    for size in (2, 5, 17, 64, 65):
        rows = draw.permutation(65)[:size]
        for place, found in enumerate(zip(*(out.swapaxes(0, 1) if out.ndim == 3 else out
                                            for out in run(rows)), strict=True)):  # fmt: skip
            wanted = alone[rows[place]]
            assert np.array_equal(found[0], wanted[0][0])
            assert np.array_equal(found[1], wanted[1][:, 0])
            assert np.array_equal(found[2], wanted[2][:, 0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 300), st.integers(0, 40))
def test_words_that_do_not_fit_change_no_draw(seed: int, words: int, more: int) -> None:
    draw = np.random.default_rng(seed)
    score = draw.normal(0, 3, (4, words)).astype(np.float32)
    luck = draw.random(4)
    token, found = _drawn(score, luck)
    wider = np.concatenate([score, np.full((4, more), -1e9, np.float32)], 1)
    again, still = _drawn(wider, luck)
    assert found.all()
    assert still.all()
    assert token.tolist() == again.tolist()


def test_a_row_that_nothing_fits_is_told() -> None:
    score = np.array([[-1e9, -1e9], [-1e9, 0.0]], np.float32)
    token, found = _drawn(score, np.array([0.5, 0.999]))
    assert found.tolist() == [False, True]
    assert token[1] == 1
