"""`haiga generate`, in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from haiga.features.eye import Eye
from haiga.media.recipe import read_recipe
from haiga.roles.generators.latent import LatentGenerator

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from tiny_generator import CODES, make_generator
from tiny_index import make_index, paintings

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "fruit"
    return make_generator(folder, labels=("Apple", "Plum"), codes=CODES)


def test_it_writes_a_picture_a_seed_and_a_grid_and_each_can_be_replayed(
    run: Run, work: Path, model: Path
) -> None:
    done = run("generate", model, "-n", "2", "--seed", "7", "--label", "plum", "--json")
    assert done.code == 0, done.err
    first, second, grid = done.objects
    assert [first["seed"], second["seed"]] == [7, 8]
    assert first["label"] == "Plum"
    recipe = read_recipe(work / first["picture"])
    assert recipe["seed"] == 7
    made = recipe["made"]
    assert (made["label"], made["codes"]) == ("Plum", first["codes"])
    assert made["originality"]["findings"][0]["value"] == "not measured"
    assert set(recipe["steps"][0]["models"]) == {"fruit/generator.onnx", "fruit/layout.json"}
    for file in (first["picture"], grid["grid"]):
        assert run("replay", file, "--json").object["identical"] is True


def test_nothing_is_overwritten(run: Run, work: Path, model: Path) -> None:
    asked = ("generate", model, "-n", "2", "--seed", "1", "--out", "made")
    assert run(*asked).code == 0
    before = {path: path.read_bytes() for path in (work / "made").iterdir()}
    again = run(*asked)
    assert again.code == 2
    assert "there already" in again.err
    assert {path: path.read_bytes() for path in (work / "made").iterdir()} == before


def test_a_walk_is_a_film_there_and_back_and_a_strip(run: Run, work: Path, model: Path) -> None:
    done = run(
        "generate", model, "--walk", "3", "4", "--frames", "5", "--codes", "tilt=0.5", "--json"
    )
    assert done.code == 0, done.err
    film, strip = done.objects
    with Image.open(work / film["film"]) as image:
        assert image.format == "WEBP"
        assert image.n_frames == 8
        assert image.size == (256, 256)
    assert run("replay", strip["strip"], "--json").object["identical"] is True


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--label", "appel"], "no label 'appel'; did you mean 'Apple'?"),
        (["--codes", "tillt=1"], "no code 'tillt'; did you mean 'tilt'?"),
        (["--codes", "tilt"], "'tilt' is not NAME=NUMBER"),
        (["--codes", "tilt=1,tilt=2"], "'tilt' is given twice"),
        (["--codes", "kind=7"], "kind is a whole number from 0 to 2, not 7"),
        (["--count", "0"], "must be from 1 to 1,000,000, not 0"),
        (["--seed", "-1"], "must not be negative"),
        (["--walk", "1", "1"], "name two different ones"),
        (["--walk", "1", "2", "--frames", "1"], "must be from 2 to 600, not 1"),
        (["--walk", "1", "-2"], "seeds are from 0"),
        (["--walk", "1", "2", "--seed", "3"], "give --walk or --seed"),
        (["--out", "fake.toml"], "is a file; --out names a folder"),
        (["--out", "no/such"], "does not exist; make it first"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    run: Run, work: Path, model: Path, options: list[str], said: str
) -> None:
    before = sorted(work.iterdir())
    done = run("generate", model, *options)
    assert done.code == 2, done.err
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert sorted(work.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("painter", "is the model of a painter, and no generator"),
        ("nowhere", "no generator named 'nowhere', and no such folder"),
    ],
)
def test_a_model_that_is_no_generator_is_refused(run: Run, name: str, said: str) -> None:
    done = run("generate", name)
    assert done.code == 2
    assert said in done.err


def test_a_generator_paints_for_an_artist(run: Run, work: Path, model: Path) -> None:
    done = run("paint", "a plum", "--painter", model, "--seed", "2", "-o", "p.png", "--json")
    assert done.code == 0, done.err
    assert done.object["unseen_words"] == []
    assert run("replay", "p.png", "--json").object["identical"] is True
    refused = run("paint", "a plum", "--painter", "verse", "-o", "q.png")
    assert refused.code == 2
    assert "is the model of a poet, and no painter can use it" in refused.err


def test_a_film_has_no_recipe_and_the_strip_beside_it_is_named(
    run: Run, work: Path, model: Path
) -> None:
    film = run("generate", model, "--walk", "3", "4", "--frames", "3", "--json").objects[0]["film"]
    done = run("replay", film)
    assert done.code == 2
    assert "is a film, and films carry no recipe" in done.err
    strip = Path(film).with_suffix(".png")
    assert done.err.endswith(f": {strip}\n")
    assert run("replay", strip).code == 0


def test_a_picture_of_the_training_set_is_left_out_and_named(
    run: Run, work: Path, tmp_path: Path
) -> None:
    folder = make_generator(tmp_path / "fruit")
    made = LatentGenerator(model=str(folder), threads=1).generate([8])
    make_index(folder, [*made, *paintings(40, 1)], Eye(threads=1))
    done = run("generate", folder, "-n", "3", "--seed", "7", "--out", "out")
    assert done.code == 1
    assert done.err.startswith("haiga: 1 of 3 were not written, seed 8: refused as a copy (copy: ")
    assert "shows “Disc 0” by A. Painter again" in done.err
    assert sorted(path.name for path in (work / "out").iterdir()) == ["7.png", "9.png"]
    kept = run("generate", folder, "--seed", "8", "-n", "1", "--out", "two", "--allow-copy", "mine")
    assert kept.code == 0
    assert "; copy: shows “Disc 0”" in kept.out
    recipe = read_recipe(work / "two/8.png")
    assert recipe["overrides"][0] == {
        "gate": "new picture", "reason": "mine", "work": "“Disc 0” by A. Painter"
    }  # fmt: skip
    assert run("replay", "two/8.png", "--json").object["identical"] is True
