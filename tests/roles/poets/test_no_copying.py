"""No five words in a row from a training text: the filter itself, and the poems."""

from __future__ import annotations

import numpy as np

from haiga.features.bloom import Bloom, run_keys
from haiga.models.store import load_model
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.lstm import LstmPoet


def test_a_filter_never_forgets_and_seldom_errs() -> None:
    draw = np.random.default_rng(3)
    runs = draw.integers(0, 5000, (20_000, 5))
    inside, outside = run_keys(runs[:10_000]), run_keys(runs[10_000:])
    bloom = Bloom.of(inside)
    assert bloom.has(inside).all()
    assert bloom.has(outside).mean() < 0.03


def test_lines_of_famous_poems_are_known_as_copies() -> None:
    lexicon, attested = _model()
    famous = "stopping by woods on a snowy evening", "tiger tiger burning bright in the forests"
    lines = ["the woods are lovely dark and deep", "in the forests of the night what immortal"]
    known = [line for line in (*famous, *lines) if _copied(line.split(), lexicon, attested)]
    assert known, "not one line of the training verse was recognised"


def test_no_poem_holds_five_words_of_a_training_text(poet: LstmPoet) -> None:
    lexicon, attested = _model()
    for poem in poet.write([""] * 30, form="haiku", seeds=range(30)):
        words = poem.text.replace("—", "").split()
        assert not _copied(words, lexicon, attested), poem.lines


def _model() -> tuple[Lexicon, Attested]:
    model = load_model("haiku")
    lexicon = Lexicon(model)
    table = model.json("vocabulary.json")
    return lexicon, Attested(model.tensors("tables.safetensors"), table["copy_run"])


def _copied(words: list[str], lexicon: Lexicon, attested: Attested) -> bool:
    numbers = [lexicon.index.get(word, -1) for word in words]
    runs = [numbers[i : i + 5] for i in range(len(numbers) - 4)]
    usable = [run for run in runs if -1 not in run]
    return bool(usable) and bool(attested.is_copy(np.array(usable)).any())
