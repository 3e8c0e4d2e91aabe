"""`generator.v1`: a generator as a painter."""

import sys
from pathlib import Path

import numpy as np
import pytest

from haiga.core.nouns import Poem
from haiga.core.seeds import derive_seed
from haiga.roles.generators.latent import LatentGenerator
from haiga.roles.painters.generator import GeneratorPainter
from haiga.roles.painters.labels import LabelWords

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from tiny_generator import make_generator

LABELS = ("Apple", "Prunus domestica (plum)", "Quince")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_generator(tmp_path_factory.mktemp("models") / "fruit", labels=LABELS)


@pytest.mark.parametrize(
    ("text", "label", "unseen"),
    [
        ("a plum in the grass", LABELS[1], ["grass"]),
        ("apples fall at dusk", "Apple", ["fall", "dusk"]),
        ("the quince's shadow", "Quince", ["shadow"]),
        ("a wooden table", None, ["wooden", "table"]),
    ],
)
def test_a_word_names_its_label(text: str, label: str | None, unseen: list[str]) -> None:
    named = LabelWords(LABELS).look(Poem((text,)))
    assert named.label == label
    assert list(named.unseen) == unseen


def test_a_word_that_is_near_to_one_names_its_label_too() -> None:
    named = LabelWords(("Snow", "Sea", "Passmore")).look(Poem(("the wide ocean",)))
    assert named.label == "Sea"
    assert "ocean" not in named.unseen


def test_the_picture_is_of_the_label_that_is_named(folder: Path) -> None:
    painter, source = GeneratorPainter(model=str(folder)), LatentGenerator(model=str(folder))
    poem = Poem(("a plum in the grass",))
    (painted,) = painter.paint([poem], seeds=[7])
    (wanted,) = source.generate([derive_seed(7, poem.text)], [LABELS[1]])
    assert np.array_equal(painted, wanted)


def test_a_generator_without_labels_has_seen_no_word(tmp_path: Path) -> None:
    painter = GeneratorPainter(model=str(make_generator(tmp_path / "plain")))
    assert painter.unseen_words(Poem(("snow and the plum, snow",))) == ["snow", "plum"]


def test_a_painter_without_a_model_is_the_bundled_generator() -> None:
    assert any(name.startswith("watercolours/") for name in GeneratorPainter().models)
