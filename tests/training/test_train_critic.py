"""`haiga train critic` over a small cache of pictures: what it writes, and that it can be used."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.features.match import Critic
from haiga.models.card import read_card
from haiga.training.picture_cache import CROP_PX, Item
from haiga.training.recipes.critic import main

pytestmark = pytest.mark.slow  # torch's export alone takes seconds

WORDS = "snow sea apples boat moon river forest horse garden bird storm church".split()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Flat crops, one colour a word, four works each."""
    folder = tmp_path_factory.mktemp("cache")
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (len(WORDS), 3))
    items, crops = [], []
    for i in range(4 * len(WORDS)):
        word = i % len(WORDS)
        noise = rng.normal(0, 9, (CROP_PX, CROP_PX, 3))
        crops.append((colours[word] + noise).clip(0, 255).astype(np.uint8))
        items.append(Item("met_paintings", f"{i}.jpg", WORDS[word], (), "CC0", "met", i >= 36))
    np.save(folder / "pixels.npy", np.stack(crops))
    (folder / "items.json").write_text(json.dumps([asdict(item) for item in items]))
    return folder


@pytest.fixture(scope="module")
def made(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("critic")
    main(
        f"--cache {cache} --out {out} --steps 30 --batch 24 --views 1 --held-share 0.01 "
        "--width 32 --blocks 0 --rate 0.004".split()
    )
    return out


def test_the_report_is_on_held_out_works_beside_the_ridge_and_chance(made: Path) -> None:
    report = json.loads((made / "report.json").read_text())
    assert report["chance_first_of_10"] == 0.1
    assert report["critic"]["all"]["pictures"] == 12
    assert report["ridge"]["all"]["pictures"] == 12
    assert report["critic"]["all"]["first_of_10"] > 0.3
    assert report["trained"]["crops"] == 36
    assert (made / "log.csv").read_text().splitlines()[-1].endswith(",36")


def test_the_card_names_the_files_the_data_and_the_figures(made: Path) -> None:
    card = read_card(made)
    assert card.role == "critic"
    assert [file.name for file in card.files] == ["picture.onnx", "text.onnx"]
    assert [(source.name, source.items) for source in card.data] == [("met_paintings", 36)]
    assert card.parity["picture_max_abs_difference"] < 0.01
    assert 0 <= card.quality["critic_first_of_10_all"] <= 1


def test_the_critic_it_writes_knows_its_pictures(made: Path, cache: Path) -> None:
    pixels = np.load(cache / "pixels.npy")
    cosines = Critic(str(made), threads=1).score(list(pixels[:12]), WORDS)
    right = cosines.argmax(1) == np.arange(12)
    assert right.mean() > 0.4


def test_what_the_eye_saw_is_not_seen_again(
    made: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = f"--cache {cache} --out {tmp_path} --steps 1 --batch 4 --views 1 --width 16"
    main([*again.split(), "--features", str(made / "work" / "features")])
    assert "the eye has seen" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--steps 0", "--steps: must be 1 or more, not 0"),
        ("--held-share 1.5", "--held-share: 1.5 is outside"),
    ],
)
def test_an_option_out_of_range_is_named(tmp_path: Path, options: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        main(f"--cache {tmp_path} --out {tmp_path} {options}".split())


def test_a_folder_without_cached_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no cached pictures"):
        main(f"--cache {tmp_path} --out {tmp_path / 'out'}".split())
