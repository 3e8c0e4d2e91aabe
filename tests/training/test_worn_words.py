"""Words that a poet was found to say too often lose weight in its own files."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from haiga.models.card import read_card, write_card
from haiga.models.store import BUNDLED, load_model
from haiga.roles.poets.lstm import LstmPoet
from haiga.training import worn_words


def test_what_is_said_too_often_is_said_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "haiku"
    shutil.copytree(BUNDLED / "haiku", out)
    files = [file.name for file in read_card(out).files]

    def sign() -> None:
        write_card(out, name="own", role="poet", title="t", about="a", licence="CC0-1.0",
                   origin="o", recipe="r", files=files)  # fmt: skip

    def shares(words: set[str]) -> float:
        poems = LstmPoet(model=str(out), candidates=1).write(
            [""] * 80, form="haiku", seeds=range(80)
        )
        seen = Counter(w for poem in poems for w in set(poem.text.split()))
        return sum(seen[word] for word in words)

    monkeypatch.setattr(worn_words, "MOST", 0.002)
    worn = worn_words.wear(out, sign, poems=60, rounds=1, candidates=1)
    assert load_model(out).json("vocabulary.json")["worn"] == worn
    assert worn
    assert min(worn.values()) > 0
    top = set(sorted(worn, key=lambda word: -worn[word])[:12])
    after = shares(top)
    table = load_model(out).json("vocabulary.json")
    table["worn"] = {}
    (out / "vocabulary.json").write_text(json.dumps(table))
    sign()
    assert after < shares(top)
