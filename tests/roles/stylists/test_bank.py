"""The bundled style bank."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from haiga.core.errors import BadModel
from haiga.core.moods import MOODS
from haiga.core.nouns import Style
from haiga.models.card import write_card
from haiga.models.store import load_model
from haiga.roles.stylists.bank import CODES_FILE, CREDITS_FILE, StyleBank
from haiga.roles.stylists.code import unpacked


def test_several_hundred_real_artworks_are_in_it_each_once(bank: tuple[Style, ...]) -> None:
    assert len(bank) >= 400
    assert len({style.id for style in bank}) == len(bank)


def test_every_artwork_has_title_credit_licence_and_date(bank: tuple[Style, ...]) -> None:
    for style in bank:
        assert style.title, style.id
        assert style.licence.lower().startswith(("cc0", "public")), style.id
        assert len(style.credit) > len(style.title), style.id
        assert "None" not in style.credit + style.title, style.id
    assert sum(bool(style.date) for style in bank) > 0.95 * len(bank)


def test_every_mood_is_served_by_at_least_eight_artworks(bank: tuple[Style, ...]) -> None:
    counts = Counter(style.mood for style in bank)
    assert set(counts) == set(MOODS)
    assert min(counts.values()) >= 8


def test_every_code_can_be_read_and_describes_a_possible_artwork(bank: tuple[Style, ...]) -> None:
    for style in bank:
        code = unpacked(style.code, style.id)
        assert 0 < code.colour.mean[0] < 1, style.id
        assert (np.linalg.eigvalsh(code.colour.covariance) > -1e-5).all(), style.id
        assert (np.diff(code.colour.quantiles) >= 0).all(), style.id
        assert code.media.sum() == pytest.approx(1), style.id
        assert 0 <= code.coherence <= 1, style.id
        assert all(0 <= level <= 255 for colour in style.palette for level in colour)


def test_valence_and_arousal_spread_over_their_whole_range(bank: tuple[Style, ...]) -> None:
    for values in ([s.valence for s in bank], [s.arousal for s in bank]):
        assert min(values) < -0.5
        assert max(values) > 0.7


def test_it_is_small_and_holds_no_pictures() -> None:
    model = load_model("styles")
    assert sum(file.bytes for file in model.card.files) < 1_000_000
    assert {file.name for file in model.card.files} == {CREDITS_FILE, CODES_FILE}
    assert all(source.licence and source.credit for source in model.card.data)


def test_a_bank_whose_two_files_disagree_is_refused(tmp_path: Path) -> None:
    (tmp_path / CREDITS_FILE).write_text(json.dumps([{"id": "a"}]))
    tensors = {"code": np.zeros((2, 3)), "affect": np.zeros((2, 2)), "palette": np.zeros((2, 1, 3))}
    save_file(tensors, tmp_path / CODES_FILE)
    write_card(
        tmp_path, name="mine", role="stylist", title="t", about="a", licence="CC0-1.0",
        origin="o", recipe="r", files=[CREDITS_FILE, CODES_FILE],
    )  # fmt: skip
    with pytest.raises(BadModel, match="its two files do not match in length"):
        StyleBank(str(tmp_path)).styles()


def test_a_bank_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(BadModel, match="no model named 'stiles'"):
        StyleBank("stiles").styles()
