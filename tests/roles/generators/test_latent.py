"""`latent.v1`: pictures out of seeds, labels and codes."""

import json
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import BadModel, NoModel, UserError
from haiga.models.card import read_card, write_card
from haiga.roles.generators.latent import LatentGenerator


def test_a_picture_depends_on_its_seed_and_not_on_its_batch(plain: LatentGenerator) -> None:
    together = plain.generate([5, 6, 7])
    for picture, seed in zip(together, (5, 6, 7), strict=True):
        assert np.array_equal(picture, plain.generate([seed])[0])
    assert not np.array_equal(together[0], together[1])


def test_pictures_are_square_and_of_the_size_it_tells(plain: LatentGenerator) -> None:
    (picture,) = plain.generate([1])
    assert picture.shape == (plain.size_px, plain.size_px, 3)
    assert picture.dtype == np.uint8


def test_a_latent_takes_the_place_of_the_seeds_own(plain: LatentGenerator) -> None:
    (by_seed,) = plain.generate([3])
    (by_latent,) = plain.generate([99], latents=[plain.latent_of(3)])
    assert np.array_equal(by_seed, by_latent)


def test_a_label_moves_the_picture_and_its_case_does_not(labelled: LatentGenerator) -> None:
    apple, plum = labelled.generate([1, 1], labels=["Apple", "Plum"])
    (again,) = labelled.generate([1], labels=["apple"])
    assert not np.array_equal(apple, plum)
    assert np.array_equal(apple, again)


def test_a_label_that_is_not_given_is_drawn_from_the_seed(labelled: LatentGenerator) -> None:
    drawn = [labelled.label_of(seed) for seed in range(40)]
    assert set(drawn) == set(labelled.labels)
    (free,) = labelled.generate([4])
    (told,) = labelled.generate([4], labels=[labelled.label_of(4)])
    assert np.array_equal(free, told)


def test_an_unknown_label_is_refused_with_a_near_one(labelled: LatentGenerator) -> None:
    with pytest.raises(UserError, match="no label 'Aple'; did you mean 'Apple'?"):
        labelled.generate([1], labels=["Aple"])


def test_a_label_of_a_generator_without_labels_is_refused(plain: LatentGenerator) -> None:
    with pytest.raises(UserError, match="has no labels"):
        plain.generate([1], labels=["Apple"])


def test_codes_turn_the_picture(coded: LatentGenerator) -> None:
    low, high, other = coded.generate(
        [1, 1, 1],
        codes=[{"kind": 0, "tilt": -1}, {"kind": 0, "tilt": 1}, {"kind": 2, "tilt": -1}],
    )
    assert not np.array_equal(low, high)
    assert not np.array_equal(low, other)


def test_a_code_left_out_is_drawn_from_the_seed_and_told(coded: LatentGenerator) -> None:
    codes = coded.codes_of(8, {"tilt": 0.5})
    assert codes["tilt"] == 0.5
    (partly,) = coded.generate([8], codes=[{"tilt": 0.5}])
    (wholly,) = coded.generate([8], codes=[codes])
    assert np.array_equal(partly, wholly)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ({"tillt": 0.5}, "no code 'tillt'; did you mean 'tilt'?"),
        ({"kind": 3}, "kind is a whole number from 0 to 2, not 3"),
        ({"kind": 0.5}, "kind is a whole number from 0 to 2, not 0.5"),
        ({"tilt": 9.0}, "tilt is a number from -3 to 3, not 9"),
        ({"tilt": float("nan")}, "tilt is a number from -3 to 3, not nan"),
    ],
)
def test_a_code_that_cannot_be_is_refused(
    coded: LatentGenerator, codes: dict[str, float], said: str
) -> None:
    with pytest.raises(UserError, match=said.replace("?", r"\?")):
        coded.generate([1], codes=[codes])


def test_codes_of_a_generator_without_codes_are_refused(plain: LatentGenerator) -> None:
    with pytest.raises(UserError, match="has no codes"):
        plain.generate([1], codes=[{"tilt": 1}])


def test_lists_that_do_not_pair_up_are_refused(labelled: LatentGenerator) -> None:
    with pytest.raises(UserError, match="2 seeds and 1 labels"):
        labelled.generate([1, 2], labels=["Plum"])


def test_a_model_that_is_no_generator_is_refused() -> None:
    with pytest.raises(UserError, match="is the model of a painter, and no generator"):
        LatentGenerator(model="painter")


def test_a_model_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="no generator named 'nowhere'"):
        LatentGenerator(model="nowhere")


def test_a_layout_that_does_not_serve_is_said_to(plain: LatentGenerator, tmp_path: Path) -> None:
    from tiny_generator import make_generator

    folder = make_generator(tmp_path / "broken")
    layout = json.loads((folder / "layout.json").read_text())
    (folder / "layout.json").write_text(json.dumps({**layout, "size_px": "big"}))
    card = read_card(folder)
    write_card(
        folder,
        **{
            key: getattr(card, key) for key in "name role title about licence origin recipe".split()
        },
        files=["generator.onnx", "layout.json"],
    )
    with pytest.raises(BadModel, match="layout.json: size_px"):
        LatentGenerator(model=str(folder)).generate([1])
