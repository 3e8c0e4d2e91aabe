"""Building a style bank."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.core.moods import VOCABULARY
from haiga.roles.stylists.bank import CODES_FILE, WORKS_FILE, StyleBank
from haiga.roles.stylists.making import LEAST_SHARE, MOST_SHARE, placed_in_moods
from haiga.training.recipes import style_bank
from haiga.training.recipes.style_sources import SAME, SOURCES, select_works, without_bars


def test_moods_share_the_artworks_within_bounds_and_near_ones_first() -> None:
    affects = np.random.default_rng(0).normal(0, 0.4, (600, 3))
    placed = placed_in_moods(affects)
    counts = np.unique([mood for mood, _, _ in placed], return_counts=True)
    fair = 600 / len(VOCABULARY)
    assert len(counts[0]) == len(VOCABULARY)
    assert LEAST_SHARE * fair - 2 <= counts[1].min()
    assert counts[1].max() <= MOST_SHARE * fair + 2
    pleasant = np.mean([v for mood, v, _ in placed if mood == "happiness"])
    unpleasant = np.mean([v for mood, v, _ in placed if mood == "sadness"])
    assert pleasant > unpleasant + 0.4


def test_rank_keeps_the_order_of_measured_valence() -> None:
    affects = np.random.default_rng(1).normal(0, 0.4, (200, 3))
    valences = np.array([v for _, v, _ in placed_in_moods(affects)])
    assert (np.argsort(valences) == np.argsort(affects[:, 0])).all()


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """The named sets with a few pictures each: good ones, and ones to leave out."""
    rng = np.random.default_rng(4)
    for source in SOURCES:
        folder = tmp_path / source.name
        folder.mkdir()
        lines = []
        for i in range(6):
            base = rng.integers(90, 200, 3)
            noise = rng.integers(-50, 50, (64, 64, 3))
            if i == 4:  # a black-and-white reproduction
                base, noise = np.array([128, 128, 128]), noise[..., :1] + np.zeros((1, 1, 3), int)
            if i == 5:  # nearly black
                base = np.array([12, 10, 9])
            level = 25 if source.medium == "ink" else 60
            picture = np.clip(base + noise * level // 50, 0, 255).astype(np.uint8)
            Image.fromarray(picture).resize((96, 96)).save(folder / f"{i}.jpg", quality=95)
            lines.append(
                json.dumps(
                    {
                        "file": f"{i}.jpg", "title": f"Work {i}", "artist": "A. Painter",
                        "date": "1880", "captions": [], "tags": ["Smithsonian"],
                        "licence": "CC0 (a museum)", "genre_guess": ["landscape"],
                    }
                )
            )  # fmt: skip
        (folder / "metadata.jsonl").write_text("\n".join(lines))
    return tmp_path


def test_black_and_white_and_nearly_black_works_are_in_and_not_offered(sets: Path) -> None:
    oils = [source for source in SOURCES if source.name == "met_paintings"]
    works = select_works(sets, oils).works
    assert {work.entry.title for work in works} == {f"Work {i}" for i in range(6)}
    offered = {work.entry.title for work in works if work.entry.offered}
    assert offered == {f"Work {i}" for i in range(4)}


def test_a_picture_that_two_sets_hold_enters_once(sets: Path) -> None:
    copied = (sets / "met_paintings" / "0.jpg").read_bytes()
    (sets / "aic_paintings" / "3.jpg").write_bytes(copied)
    table = sets / "aic_paintings" / "metadata.jsonl"
    table.write_text(table.read_text().replace('"Work ', '"Other '))
    two = [source for source in SOURCES if source.name in ("met_paintings", "aic_paintings")]
    selection = select_works(sets, two)
    assert len(selection.works) == 11
    assert selection.left_out["aic_paintings", SAME] == 1


def test_white_bars_that_pad_a_picture_are_cut_off() -> None:
    picture = np.full((100, 100, 3), 255, np.uint8)
    picture[20:80] = np.random.default_rng(0).integers(30, 200, (60, 100, 3))
    assert (without_bars(picture) == picture[20:80]).all()
    blank = np.full((40, 40, 3), 255, np.uint8)
    assert without_bars(blank).shape == blank.shape


def test_works_that_are_not_offered_are_placed_among_those_that_are() -> None:
    affects = np.random.default_rng(2).normal(0, 0.4, (300, 3))
    offered = np.arange(300) < 200
    placed = placed_in_moods(affects, offered)
    assert placed[:200] == placed_in_moods(affects[:200])
    order = np.argsort(affects[:, 0])
    valences = np.array([v for _, v, _ in placed])
    assert (np.diff(valences[order]) >= -1e-9).all()


def test_a_bank_is_built_twice_the_same_with_every_work_credited(
    sets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    banks = []
    for name in ("one", "two"):
        style_bank.main(["--pictures", str(sets), "--out", str(tmp_path / name)])
        banks.append([(tmp_path / name / f).read_bytes() for f in (WORKS_FILE, CODES_FILE)])
    assert banks[0] == banks[1]
    works = json.loads(gzip.decompress(banks[0][0]))["works"]
    told = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "}")
    assert told["artworks"] == len(works)
    styles = StyleBank(str(tmp_path / "one")).styles()
    assert all("A. Painter, Work" in style.credit for style in styles)
    assert {style.mood for style in styles if style.offered} <= set(VOCABULARY)
