"""`attngan.v1` on a tiny painter: seeds, words with and without pictures, and what it refuses."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import BadModel, NoModel, UserError
from haiga.core.nouns import Poem
from haiga.models.card import write_card
from haiga.roles.painters.attngan import AttnGanPainter
from haiga.roles.painters.sight import Sight

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from tiny_painter import fields, make_attngan

SNOW, APPLE = Poem(("snow on the river",)), Poem(("a red apple",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_attngan(tmp_path_factory.mktemp("painters") / "tiny")


@pytest.fixture(scope="module")
def painter(folder: Path) -> AttnGanPainter:
    return AttnGanPainter(model=str(folder), threads=1)


def test_a_poem_becomes_a_square_picture_of_the_painters_side(painter: AttnGanPainter) -> None:
    (picture,) = painter.paint([SNOW], seeds=[1])
    assert picture.shape == (16, 16, 3)
    assert picture.dtype == np.uint8
    assert painter.size_px == 16
    assert picture.std() > 2


def test_the_same_seed_gives_the_same_bytes_in_any_batch(painter: AttnGanPainter) -> None:
    (alone,) = painter.paint([SNOW], seeds=[7])
    batch = painter.paint([APPLE, SNOW, SNOW], seeds=[7, 7, 8])
    assert np.array_equal(alone, batch[1])
    assert not np.array_equal(batch[0], batch[1])
    assert not np.array_equal(batch[1], batch[2])


@pytest.mark.parametrize("text", ["", "the of and", "zzyxoma", "雪"])
def test_a_text_without_a_word_it_knows_is_painted_all_the_same(
    painter: AttnGanPainter, text: str
) -> None:
    (picture,) = painter.paint([Poem((text,))], seeds=[3])
    assert picture.shape == (16, 16, 3)


def test_words_are_painted_by_near_relatives_and_others_are_named(painter: AttnGanPainter) -> None:
    assert painter.unseen_words(Poem(("snow and zzyxoma",))) == ["zzyxoma"]
    assert painter.unseen_words(Poem(("rivers of snow",))) == []


def test_what_few_pictures_are_enough_for_is_the_painters_own_say(
    folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    layout = json.loads((own / "layout.json").read_text("utf-8"))
    (own / "layout.json").write_text(json.dumps({**layout, "enough_pictures": 2}), "utf-8")
    write_card(own, role="painter", files=["painter.onnx", "layout.json", "seen.json"],
               **fields("own"))  # type: ignore[arg-type]  # fmt: skip
    night = Poem(("night",))
    before = AttnGanPainter(model=str(folder))._sight.seen
    after = AttnGanPainter(model=str(own))
    assert "night" not in before
    assert "night" in after._sight.seen
    assert after.unseen_words(night) == []


def test_a_painter_that_saw_no_words_finds_all_unseen() -> None:
    look = Sight({}).look(SNOW)
    assert look.unseen == ["snow", "river"]
    words, present = look.tensors()
    assert words.shape == (1, 12, 128)
    assert not present.any()


def test_boldness_widens_what_is_painted(folder: Path) -> None:
    def spread(boldness: float) -> float:
        painter = AttnGanPainter(model=str(folder), boldness=boldness, threads=1)
        made = np.stack(painter.paint([SNOW] * 6, seeds=list(range(6)))).astype(float)
        return float(made.std(0).mean())

    assert spread(0) == 0
    assert spread(0.3) < spread(1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "haiga train painter --recipe attngan"),
        ({"boldness": 3.0}, "painter.boldness: 3"),
        ({"threads": 0}, "painter.threads: 0"),
    ],
)
def test_a_setting_that_does_not_serve_is_named(
    folder: Path, settings: dict[str, object], said: str
) -> None:
    given = {"model": str(folder), **settings} if settings else {}
    with pytest.raises(UserError, match=said):
        AttnGanPainter(**given)  # type: ignore[arg-type]


def test_models_that_are_another_kind_or_not_there_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="another kind"):
        AttnGanPainter(model="painter")
    with pytest.raises(NoModel, match="no painter named 'nowhere'"):
        AttnGanPainter(model="nowhere")


def test_a_damaged_network_is_refused(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    (own / "painter.onnx").write_bytes(b"nothing")
    with pytest.raises(BadModel, match="is not the file its card describes"):
        AttnGanPainter(model=str(own)).paint([SNOW], seeds=[1])
