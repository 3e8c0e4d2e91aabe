"""`haiga train generator` on a small folder: it learns, survives a kill, and never copies on."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import JobError, Stopped, UserError
from haiga.features.eye import Eye
from haiga.features.picture_index import FOLDER, PictureIndex, Shown
from haiga.models.store import load_model
from haiga.roles.generators.latent import LatentGenerator
from haiga.training.generators import recipe
from haiga.training.recipes.generator import main

from .picture_folder import Copycat, Spoiled, Stops, write_folder
from .stored import patches

pytestmark = pytest.mark.slow

TINY = ["--size", "16", "--width", "4", "--batch", "8", "--threads", "1", "--samples", "16"]
PLAN = [*TINY, "--steps", "24", "--looks", "3"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("folder") / "paints")


def _train(pictures: Path, out: Path, *more: str) -> None:
    main(["--pictures", str(pictures), "--out", str(out), *more])


def _rows(out: Path) -> list[dict[str, str]]:
    with (out / "work/log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def trained(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "model"
    _train(pictures, out, *PLAN)
    return out


def test_the_folder_is_a_model_with_its_sources_and_what_it_saw(trained: Path) -> None:
    model = load_model(trained)
    assert model.card.role == "generator"
    (source,) = model.card.data
    assert (source.name, source.licence, source.items) == ("a box of paints", "CC0-1.0", 36)
    assert source.credit == "Ada; Bo"
    assert str(model.card.quality["pictures seen"]).startswith("36 of 36 pictures")
    assert "kid" in model.card.quality
    assert "--recipe fastgan --pictures paints --size 16 --steps 24" in model.card.recipe
    assert [row["step"] for row in _rows(trained)] == ["5", "13", "24"]
    assert len(list((trained / "work/samples").glob("*.png"))) == 3
    assert (trained / "work/film.webp").exists()
    coverage = (trained / "work/coverage.csv").read_text().splitlines()
    assert coverage[1].startswith("1,5,36,36,1,")


def test_beside_the_model_lies_the_index_of_what_it_learned_from(trained: Path) -> None:
    index = PictureIndex.load(load_model(trained / FOLDER))
    assert len(index) == 36
    assert {work.maker for work in index.works} == {"Ada", "Bo"}
    assert all(work.title == f"Patch {int(work.key[:3])}" for work in index.works)
    assert index.also == ()
    (known,) = (w for w in index.works if w.key == index.works[0].key)
    shown = Shown.of(np.asarray(patches(int(known.key[:3]), 40, 40)), Eye(threads=1))
    assert (index.find(shown).value, index.find(shown).work) == ("copy", known)


def test_the_sheet_shows_what_the_model_makes_of_the_seeds(trained: Path) -> None:
    from PIL import Image

    kept = (
        next(row for row in _rows(trained) if row["best"] == "1")
        if any(row["best"] == "1" for row in _rows(trained))
        else _rows(trained)[-1]
    )
    with Image.open(trained / f"work/samples/{int(kept['step']):06d}.png") as sheet:
        third = np.asarray(sheet)[:16, 40:56]
    made = LatentGenerator(model=str(trained), threads=1).generate([3])[0]
    assert np.abs(made.astype(int) - third).max() <= 6


def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(
    pictures: Path, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    command = [sys.executable, "-m", "haiga", "train", "generator", "--pictures", str(pictures),
               "--out", str(out), *PLAN]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 200
    while time.monotonic() < until and process.poll() is None:
        if (out / "work/log.csv").exists():
            break
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "card.toml").exists()
    _train(pictures, out, *PLAN, "--resume")
    same = [(r["step"], r["d_loss"], r["kid"], r["copy_share"]) for r in _rows(out)]
    assert same == [(r["step"], r["d_loss"], r["kid"], r["copy_share"]) for r in _rows(trained)]
    assert (out / "generator.onnx").read_bytes() == (trained / "generator.onnx").read_bytes()


def test_ctrl_c_keeps_the_place_and_says_how_to_go_on(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    process = subprocess.Popen(
        [sys.executable, "-m", "haiga", "train", "generator", "--pictures", str(pictures),
         "--out", str(out), *TINY, "--steps", "9000"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step "):
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait() == 130
    assert "go on with --resume" in rest
    assert "Traceback" not in rest
    assert (out / "work/last.safetensors").exists()


def test_a_finished_generator_is_trained_on_when_more_is_asked_for(
    pictures: Path, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    shutil.copytree(trained, out)
    (out / "report.html").touch()
    with pytest.raises(UserError, match="training is finished; --minutes M with --resume"):
        _train(pictures, out, *TINY, "--resume")
    _train(pictures, out, *TINY, "--steps", "40", "--resume")
    assert _rows(out)[-1]["step"] == "40"
    assert load_model(out).path("generator.onnx").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--where", "artist=Ada"], "the pictures are not those the run began with"),
        (["--size", "32"], "size: 16 then, 32 now"),
        (["--recipe", "dcgan"], "recipe: fastgan then, dcgan now"),
        (["--no-mirror"], "mirror: True then, False now"),
    ],
)
def test_a_resume_with_something_else_is_refused_and_says_what(
    pictures: Path, trained: Path, tmp_path: Path, change: list[str], said: str
) -> None:
    out = tmp_path / "model"
    shutil.copytree(trained, out)
    (out / "card.toml").unlink()
    with pytest.raises(UserError, match=said):
        _train(pictures, out, *PLAN, "--resume", *change)
    assert _rows(out) == _rows(trained)


def test_labels_make_a_row_each(pictures: Path, tmp_path: Path) -> None:
    from PIL import Image

    _train(pictures, tmp_path / "m", *TINY, "--steps", "4", "--looks", "1", "--label", "artist")
    generator = LatentGenerator(model=str(tmp_path / "m"), threads=1)
    assert generator.labels == ("Ada", "Bo")
    with Image.open(tmp_path / "m/work/samples/000004.png") as sheet:
        rows = np.asarray(sheet)
        assert rows.shape == (36, 156, 3)
    bo = generator.generate([2], ["Bo"])[0]
    assert np.abs(bo.astype(int) - rows[20:36, 20:36]).max() <= 6


def test_a_copycat_is_stopped_and_the_state_before_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """A hundred pictures and a network that learns them by heart, trained for too long."""
    monkeypatch.setitem(recipe.RECIPES, "copycat", Copycat)  # type: ignore[misc]
    folder = write_folder(tmp_path / "hundred", 100)
    out = tmp_path / "model"
    _train(folder, out, "--recipe", "copycat", "--size", "16", "--samples", "64", "--looks", "8",
           "--steps", "400", "--batch", "8", "--threads", "1")  # fmt: skip
    said = capsys.readouterr().err
    rows = _rows(out)
    assert "it began to copy" in said
    assert int(rows[-1]["step"]) < 400
    assert float(rows[-1]["copy_share"]) > 0.5
    kept = [row for row in rows if row["best"] == "1"]
    assert len(kept) == 1
    assert float(kept[0]["copy_share"]) < 0.1
    assert load_model(out).card.quality["copy_share"] == float(kept[0]["copy_share"])
    (out / "report.html").touch()
    with pytest.raises(UserError, match="more time would not mend that"):
        _train(folder, out, "--recipe", "copycat", "--size", "16", "--batch", "8", "--resume",
               "--steps", "800")  # fmt: skip


def test_a_loss_that_is_no_number_keeps_the_last_good_checkpoint(
    monkeypatch: pytest.MonkeyPatch, pictures: Path, tmp_path: Path
) -> None:
    monkeypatch.setitem(recipe.RECIPES, "spoiled", Spoiled)  # type: ignore[misc]
    with pytest.raises(JobError, match=r"loss error of step 30 is nan; the checkpoint of step"):
        _train(pictures, tmp_path / "m", "--recipe", "spoiled", *TINY, "--steps", "60")
    assert (tmp_path / "m/work/last.safetensors").exists()


def test_fewer_pictures_than_a_batch_make_it_smaller_and_too_few_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _train(write_folder(tmp_path / "some", 16), tmp_path / "m", "--size", "16", "--width", "4",
           "--threads", "1", "--samples", "8", "--steps", "2", "--looks", "1")  # fmt: skip
    assert "2 steps of 12 pictures" in capsys.readouterr().err
    with pytest.raises(UserError, match="to learn from and . to compare with, .* give more"):
        _train(write_folder(tmp_path / "few", 9), tmp_path / "n", *PLAN)


def test_a_budget_too_short_for_one_round_is_said(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _train(pictures, tmp_path / "m", *TINY, "--steps", "2", "--looks", "1")
    said = capsys.readouterr().err
    assert "saw 16 of 36 pictures: the budget ended before the first round did" in said


def test_the_learning_curve_trains_three_times_and_says_what_would_help(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m"
    _train(pictures, out, *TINY, "--steps", "4", "--looks", "2", "--learning-curve")
    said = capsys.readouterr().err
    assert "quarter" in said
    assert "more pictures would help" in said.lower()
    assert "more time would" in said.lower()
    page = (out / "learning-curve.html").read_text()
    assert "Is it enough?" in page
    assert load_model(out).card.role == "generator"
    for part in ("quarter", "half", ""):
        assert (out / "work" / part / "log.csv").exists()


def test_a_learning_curve_that_was_stopped_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch, pictures: Path, tmp_path: Path
) -> None:
    monkeypatch.setitem(recipe.RECIPES, "stops", Stops)  # type: ignore[misc]
    monkeypatch.setattr(Stops, "made", 0)  # its count is of the whole process
    plan = ["--recipe", "stops", *TINY, "--steps", "12", "--looks", "2", "--learning-curve"]
    with pytest.raises(Stopped, match="stopped at step 4 of 12"):
        _train(pictures, tmp_path / "m", *plan)  # in the half; the quarter is done
    with pytest.raises(UserError, match="holds a run that is not finished"):
        _train(pictures, tmp_path / "m", *plan)
    _train(pictures, tmp_path / "m", *plan, "--resume")
    for part in ("quarter", "half", ""):
        with (tmp_path / "m/work" / part / "log.csv").open(newline="") as file:
            assert [row["step"] for row in csv.DictReader(file)] == ["4", "12"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--minutes", "0"], "must be above 0"),
        (["--size", "48"], "must be one of 16, 32, 64, 128, 256"),
        (["--steps", "0"], "at least 1"),
        (["--rate", "2"], "at most 1"),
        (["--recipe", "stylegan"], "no generator recipe named 'stylegan'"),
        (["--recipe", "cgan"], "name a column by --label"),
        (["--recipe", "dcgan", "--label", "artist"], "does not tell labels apart; take --recipe"),
        (["--label", "painter"], "painter"),
        (["--device", "tpu"], "see 'haiga train generator --help'"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    pictures: Path, tmp_path: Path, more: list[str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        _train(pictures, tmp_path / "m", *more)
    assert not (tmp_path / "m").exists()


def test_a_training_that_is_refused_leaves_only_what_was_there_before(tmp_path: Path) -> None:
    few, some = (write_folder(tmp_path / name, count) for name, count in (("few", 9), ("some", 16)))
    (tmp_path / "empty").mkdir()
    for out in ("new", "empty"):
        with pytest.raises(UserError, match="give more pictures"):
            _train(few, tmp_path / out, *PLAN)
        with pytest.raises(UserError, match="a quarter of the pictures is"):
            _train(some, tmp_path / out, *PLAN, "--learning-curve")
    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_run_that_has_begun_keeps_its_pictures_whatever_is_refused(
    monkeypatch: pytest.MonkeyPatch, pictures: Path, tmp_path: Path
) -> None:
    monkeypatch.setitem(recipe.RECIPES, "stops", Stops)  # type: ignore[misc]
    monkeypatch.setattr(Stops, "made", 0)  # its count is of the whole process
    out = tmp_path / "m"
    with pytest.raises(Stopped):
        _train(pictures, out, "--recipe", "stops", *PLAN)
    with pytest.raises(UserError, match="cannot go on with other settings"):
        _train(pictures, out, "--recipe", "stops", *PLAN, "--resume", "--no-mirror")
    assert (out / "work" / "pictures" / "pixels.npy").exists()
    _train(pictures, out, "--recipe", "stops", *PLAN, "--resume")
