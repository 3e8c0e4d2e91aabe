"""Building a style bank."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.core.moods import VOCABULARY
from haiga.training.recipes import style_bank
from haiga.training.recipes.style_bank import LEAST_SHARE, MOST_SHARE, placed_in_moods
from haiga.training.recipes.style_sources import SOURCES, read_works


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


def test_black_and_white_and_nearly_black_reproductions_are_left_out(sets: Path) -> None:
    oils = next(source for source in SOURCES if source.name == "met_paintings")
    assert [work.title for work in read_works(oils, sets)] == [f"Work {i}" for i in range(4)]


def test_a_bank_is_built_twice_the_same_with_every_work_credited(
    sets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    banks = []
    for name in ("one", "two"):
        style_bank.main(["--pictures", str(sets), "--out", str(tmp_path / name)])
        banks.append(
            [(tmp_path / name / f).read_bytes() for f in ("styles.json", "styles.safetensors")]
        )
    assert banks[0] == banks[1]
    records = json.loads(banks[0][0])
    assert json.loads(capsys.readouterr().out.split("\n}\n")[0] + "}")["artworks"] == len(records)
    assert all("A. Painter, Work" in record["credit"] for record in records)
