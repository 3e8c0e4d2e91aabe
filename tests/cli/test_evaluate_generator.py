"""`haiga evaluate generator`: what it makes beside what it learned from, and nothing guessed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.actions.evaluate_pictures import Trained
from haiga.inspection.picture_report import EpochSeen
from haiga.training.pictures.store import PictureStore

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("plugins", "inspection")]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained generator, one with a log of its training, and forty pictures of two kinds."""
    from small_eye import paintings
    from tiny_generator import make_generator

    folder = tmp_path_factory.mktemp("pictures-shelf")
    make_generator(folder / "plain")
    make_generator(folder / "trained")
    work = folder / "trained" / "work"
    work.mkdir()
    names = "step,epoch,kid,kid_train,copy_share,copy_share_low,false_alarms,false_alarms_high"
    rows = ["10,1,0.9,0.8,0,0,0.01,0.02,30,36,0", "20,2,0.5,0.4,0,0,0.01,0.02,36,36,1",
            "30,3,0.4,0.2,0.5,0.3,0.01,0.02,36,36,0"]  # fmt: skip
    (work / "log.csv").write_text("\n".join([f"{names},seen,pictures,best", *rows]) + "\n")
    (work / "plan.json").write_text(json.dumps({"seed": 3, "data": "other", "settings": {}}))
    pictures = folder / "masks"
    for i, picture in enumerate(paintings(40, 1)):
        place = pictures / ("old" if i % 2 else "new")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).resize((40, 40)).save(place / f"{i:02}.png")
    (pictures / "old" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    return folder


def test_the_figures_are_told_written_as_a_page_and_as_json(
    run: Any, shelf: Path, tmp_path: Path
) -> None:
    done = run("evaluate", "generator", shelf / "trained", "--pictures", shelf / "masks",
               "-n", 12, "--out", tmp_path / "report")  # fmt: skip
    assert done.code == 0, done.err
    for expected in ("KID", "from held-out pictures", "recall", "copies", "whole works at a time",
                     "36 of 36 pictures, 3 epochs", "1 file:", "began to copy",
                     "these are not the pictures of its training"):  # fmt: skip
        assert expected in done.out, expected
    value = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert value["kept_step"] == 20
    assert value["look"]["samples"] == 12
    assert len(value["suspects"]) == 8
    assert value["left_out"][0][0] == "old/broken.png"
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "How it learned" in page
    assert "the state of step 20" in page


def test_json_is_one_object_and_says_what_cannot_be_known(run: Any, shelf: Path) -> None:
    done = run("evaluate", "generator", shelf / "plain", "--pictures", shelf / "masks",
               "-n", 5, "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert done.object["look"]["kid"]["value"] > 0
    assert done.object["saw"]["epochs"] == []
    assert "nothing beside the model tells" in done.object["notes"][-1]


def test_a_run_that_ended_within_its_first_round_says_what_it_never_saw(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "log.csv").write_text("step,epoch,seen,pictures\n1,0,64,2186\n2,0,128,2186\n")
    saw = Trained.of(tmp_path).saw(PictureStore(np.zeros(0), (), (), 8, ""), None)
    assert saw.epochs == (EpochSeen(0, 128, 2186),)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--pictures", "masks"), "no generator named 'nowhere'"),
        (("plain", "--pictures", "nothing"), "there is no such folder"),
        (("plain", "--pictures", "masks", "-n", 0), "count: must be from 1"),
        (("plain", "--pictures", "masks", "--where", "colour=red"), "colour"),
        (("women", "--pictures", "masks"), "is the model of a poet"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(
    run: Any, shelf: Path, arguments: tuple[object, ...], said: str
) -> None:
    done = run("evaluate", "generator", *arguments, cwd=shelf)
    assert done.code == 2, (done.out, done.err)
    assert said in done.err
    assert "Traceback" not in done.err
    assert not done.out


def test_another_models_report_is_not_written_over(run: Any, shelf: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    out.mkdir()
    (out / "report.json").write_text('{"digest": "of another"}')
    done = run("evaluate", "generator", "plain", "--pictures", "masks", "--out", out, cwd=shelf)
    assert done.code == 2
    assert "of something else" in done.err
    assert (out / "report.json").read_text() == '{"digest": "of another"}'


def test_too_few_pictures_to_hold_any_out_are_said_not_to_be_enough(
    run: Any, shelf: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for i, path in enumerate(sorted((shelf / "masks" / "new").glob("*.png"))[:6]):
        (few / f"{i}.png").write_bytes(path.read_bytes())
    done = run("evaluate", "generator", shelf / "plain", "--pictures", few, "-n", 4)
    assert done.code == 0, done.err
    assert "Whether it copies is not known" in done.out
    assert "give more" in done.out
