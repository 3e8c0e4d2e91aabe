"""The haiku poet with a copying index in place of its filter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from haiga.core.errors import BadModel
from haiga.features.bare_words import bare_words
from haiga.features.copying import CopyIndex, Source
from haiga.models.card import write_card
from haiga.models.store import BUNDLED, load_model
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.lstm import LstmPoet

SEEDS = range(4)
FILES = ["step.onnx", "vocabulary.json", "tables.safetensors"]


def poet_with(folder: Path, name: str, index: CopyIndex | None) -> Path:
    """The bundled poet whose vocabulary names an index, with the index beside it if given."""
    shutil.copytree(BUNDLED / "haiku", folder)
    table = json.loads((folder / "vocabulary.json").read_text())
    (folder / "vocabulary.json").write_text(json.dumps({**table, "index": name}))
    if index is not None:
        index.save(folder / name)
    card(folder, [name] if index else [])
    return folder


def card(folder: Path, more: list[str]) -> None:
    """A card for the poet's files as they are now."""
    write_card(
        folder, name="haiku", role="poet", title="A poet", about="With an index.", licence="CC0",
        origin="a test", recipe="none", files=[*FILES, *more],
    )  # fmt: skip


def test_a_poet_with_an_index_writes_nothing_that_shares_five_words_with_it(
    tmp_path: Path,
) -> None:
    poems = LstmPoet(candidates=8).write([""] * 4, form="haiku", seeds=SEEDS)
    index = CopyIndex.of(Source("Haiga", str(n), poem.lines) for n, poem in enumerate(poems))
    folder = poet_with(tmp_path / "poet", "copies.safetensors", index)
    poet = LstmPoet(model=str(folder), candidates=8)
    again = poet.write([""] * 4, form="haiku", seeds=SEEDS)
    assert any(index.runs(poem.lines) for poem in poems)
    assert not [run for poem in again for run in index.runs(poem.lines)]
    assert "haiku/copies.safetensors" in poet.models


def test_a_copy_that_slips_through_is_told_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Attested, "is_copy", lambda self, runs: np.zeros(runs.shape[:-1], bool))
    (poem,) = LstmPoet(candidates=4).write([""], form="haiku", seeds=[1])
    assert poem.details["shared"] == []
    index = CopyIndex.of([Source("Haiga", "Again", poem.lines)], stride=3)
    folder = poet_with(tmp_path / "poet", "copies.safetensors", index)
    (again,) = LstmPoet(model=str(folder), candidates=4).write([""], form="haiku", seeds=[1])
    assert again.lines == poem.lines
    (run,) = again.details["shared"]
    assert (run["author"], run["title"], run["source_line"]) == ("Haiga", "Again", 1)
    assert run["words"] == sum(len(bare_words(line)) for line in poem.lines)
    assert json.loads(json.dumps(again.details)) == again.details


def test_a_poet_without_an_index_says_that_it_compared_nothing(tmp_path: Path) -> None:
    tables = load_model("haiku").tensors("tables.safetensors")
    folder = poet_with(tmp_path / "poet", "", None)
    save_file({**tables, "copies": np.zeros(64, np.uint8)}, folder / "tables.safetensors")
    card(folder, [])
    (poem,) = LstmPoet(model=str(folder), candidates=1).write([""], form="haiku", seeds=[1])
    assert poem.details["shared"] is None


def test_marks_and_possessives_stand_in_no_run() -> None:
    model = load_model("haiku")
    lexicon = Lexicon(model)
    index = CopyIndex.of([Source("", "", ("the crow's wing, and — the dark's edge",))])
    known = Attested(model.tensors("tables.safetensors"), 3, index, lexicon.words)
    assert known.copy_run == 5

    def asked(text: str) -> bool:
        return bool(known.is_copy(np.array([lexicon.index[word] for word in text.split()])))

    assert asked("the crow wing and the")
    assert asked("crow wing and the dark")
    assert not asked("the crow wing and a")
    assert not asked("crow 's wing and the")
    assert not asked("crow wing — and the")


def test_an_index_that_is_not_there_is_said(tmp_path: Path) -> None:
    folder = poet_with(tmp_path / "poet", "nowhere", None)
    with pytest.raises(BadModel, match=r"vocabulary\.json: there is no copying index 'nowhere'"):
        LstmPoet(model=str(folder), candidates=1).write([""], form="haiku", seeds=[1])
