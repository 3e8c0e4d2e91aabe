"""The recipe that indexes texts against copying."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.features.copying import CopyIndex
from haiga.models.store import load_model
from haiga.training.recipes.copy_index import main, plain_lines

POEMS = [
    {"text": "Lo, the pale moon\nO'er hill and brook", "author": "A", "title": "Part",
     "source": "a shelf", "licence": "CC0"},
    {"text": "What lights thy way?\n\nLo, the pale moon\nO'er hill and brook\n"
     "Doth turn'd leaves show",
     "author": "A", "title": "Whole", "source": "a shelf", "licence": "CC0"},
]  # fmt: skip


def test_both_spellings_are_found_and_the_longer_of_two_works_is_named(tmp_path: Path) -> None:
    texts = tmp_path / "poems.jsonl"
    texts.write_text("".join(json.dumps(poem) + "\n" for poem in POEMS))
    out = tmp_path / "made" / "index"
    main(["--texts", str(texts), "--out", str(out), "--name", "shelf"])
    model = load_model(out)
    index = CopyIndex.open(model.path("index.safetensors"))
    for poem in (["the pale moon o'er hill and brook"], ["the pale moon", "over hill and brook"]):
        (run,) = index.runs(poem)
        assert (run.words, run.title, run.source_line) == (7, "Whole", 2), poem
    for poem in (["And brook doth turn'd leaves show"], ["and brook does turned leaves show"]):
        assert [run.words for run in index.runs(poem)] == [6], poem
    assert (model.card.name, model.card.role) == ("shelf", "index")
    assert model.card.data[0].name == "a shelf"
    assert model.card.data[0].items == 2
    assert "poems.jsonl" in model.card.recipe
    assert str(tmp_path) not in model.card.recipe


def test_building_again_gives_the_same_index(tmp_path: Path) -> None:
    texts = tmp_path / "poems.jsonl"
    texts.write_text("".join(json.dumps(poem) + "\n" for poem in POEMS))
    for name in ("one", "two"):
        main(["--texts", str(texts), "--out", str(tmp_path / name), "--as-written"])
    one, two = ((tmp_path / name / "index.safetensors").read_bytes() for name in ("one", "two"))
    assert one == two
    index = CopyIndex.open(tmp_path / "one" / "index.safetensors")
    assert index.runs(["the pale moon over hill and brook"]) == []


def test_texts_that_are_not_there_are_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none.txt"):
        main(["--texts", str(tmp_path / "none.txt"), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


@given(st.lists(st.text("aeo t'd.—- \u2019…TH", max_size=12), max_size=6))
def test_plain_english_keeps_the_lines(lines: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in lines] or [""]
    assert len(plain_lines(lines, {"the": 1})) == len(lines)
