"""The bundled style bank."""

from __future__ import annotations

import gzip
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
from haiga.roles.stylists.bank import (
    CODE_STEP,
    CODES_FILE,
    WORKS_FILE,
    StyleBank,
    pack_codes,
    unpack_codes,
)
from haiga.roles.stylists.code import unpacked


def test_thousands_of_real_artworks_are_in_it_each_once(bank: tuple[Style, ...]) -> None:
    assert len(bank) >= 6000
    assert len({style.id for style in bank}) == len(bank)


def test_every_artwork_has_title_credit_licence_and_date(bank: tuple[Style, ...]) -> None:
    for style in bank:
        assert style.title, style.id
        assert style.licence.lower().startswith(("cc0", "public")), style.id
        assert len(style.credit) > len(style.title), style.id
        assert "None" not in style.credit + style.title, style.id
    assert sum(bool(style.date) for style in bank) > 0.95 * len(bank)


def test_every_mood_is_served_by_at_least_eight_artworks(bank: tuple[Style, ...]) -> None:
    counts = Counter(style.mood for style in bank if style.offered)
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
    assert sum(file.bytes for file in model.card.files) < 1_600_000
    assert {file.name for file in model.card.files} == {
        WORKS_FILE,
        CODES_FILE,
        "adain.safetensors",
    }
    assert all(source.licence and source.credit for source in model.card.data)


def test_a_bank_whose_two_files_disagree_is_refused(tmp_path: Path) -> None:
    table = {"licences": [""], "media": ["oil"], "moods": ["love"], "works": [[""] * 8]}
    (tmp_path / WORKS_FILE).write_bytes(gzip.compress(json.dumps(table).encode()))
    rows = {name: np.zeros(2, np.uint8) for name in ("licence", "medium", "mood", "offered")}
    tensors = {
        "code": pack_codes(np.zeros((2, 3))),
        "affect": np.zeros((2, 2), np.float32),
        "palette": np.zeros((2, 1, 3), np.uint8),
    }
    save_file(tensors | rows, tmp_path / CODES_FILE)
    write_card(
        tmp_path, name="mine", role="stylist", title="t", about="a", licence="CC0-1.0",
        origin="o", recipe="r", files=[WORKS_FILE, CODES_FILE],
    )  # fmt: skip
    with pytest.raises(BadModel, match="its two files do not match in length"):
        StyleBank(str(tmp_path)).styles()


def test_a_bank_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(BadModel, match="no stylist named 'stiles'"):
        StyleBank("stiles").styles()


def test_a_bank_of_an_earlier_haiga_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "styles.json").write_text("[]")
    write_card(
        tmp_path, name="mine", role="stylist", title="t", about="a", licence="CC0-1.0",
        origin="o", recipe="r", files=["styles.json"],
    )  # fmt: skip
    with pytest.raises(BadModel, match="made by an earlier haiga; `haiga styles make"):
        StyleBank(str(tmp_path)).styles()


def test_codes_come_back_exactly_as_they_were_packed() -> None:
    steps = np.random.default_rng(0).integers(-2_000_000, 2_000_000, (9, 37))
    assert (unpack_codes(pack_codes(steps * CODE_STEP), 9) == steps).all()


def test_an_artwork_is_the_same_by_place_by_slice_and_by_name(bank: tuple[Style, ...]) -> None:
    lazy = StyleBank("styles").styles()
    for place in (0, 700, -1):
        assert lazy[place] == bank[place] == lazy.named(bank[place].id)
    assert lazy[3:5] == bank[3:5]
    assert lazy.named("nothing") is None


def test_museum_and_credit_line_are_told_apart(bank: tuple[Style, ...]) -> None:
    kept = [style for style in bank if style.museum]
    assert len(kept) > 0.8 * len(bank)
    assert all(style.credit.endswith(style.museum) for style in kept)
    wave = next(style for style in bank if style.id == "hokusai-hokusai-01")
    assert (wave.museum, wave.medium) == ("The Metropolitan Museum of Art", "woodblock")
