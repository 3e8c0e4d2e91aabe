"""`haiga train eye` over a few small pictures and a teacher of random weights."""

from __future__ import annotations

import csv
import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from haiga.core.errors import JobError, Stopped, UserError
from haiga.features.eye import Eye
from haiga.models.store import Model
from haiga.training.eye import loop, session
from haiga.training.eye.labels import Labels
from haiga.training.eye.loop import LAST, LOG, Run, Settings
from haiga.training.eye.losses import Tutor
from haiga.training.nets.teacher import Teacher
from haiga.training.recipes import eye as recipe


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two collections of 20 pictures, and a file that is no picture."""
    root, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name in ("one", "two"):
        (root / name).mkdir()
        rows = []
        for n in range(20):
            small = rng.integers(0, 256, (6, 7, 3), dtype=np.uint8)
            Image.fromarray(small).resize((60, 50)).save(root / name / f"{n}.png")
            rows.append({"file": f"{n}.png", "title": f"a red barn {n}", "artist": "Munch"})
        (root / name / "bad.png").write_bytes(b"not a picture")
        rows.append({"file": "bad.png", "title": "nothing"})
        lines = "\n".join(json.dumps(row) for row in rows)
        (root / name / "metadata.jsonl").write_text(lines, encoding="utf-8")
    return root


def run_of(folder: Path, teacher: Path, **settings: float) -> Run:
    count = 20
    rng = np.random.default_rng(0)
    labels = Labels(
        work=np.arange(count),
        held_out=np.arange(count) >= 16,
        makers=("a", "b"),
        maker=np.arange(count) % 3 - 1,
        vocabulary=("red", "barn"),
        words=rng.random((count, 2)) < 0.5,
    )
    pixels = rng.integers(0, 256, (count, 144, 144, 3), dtype=np.uint8)
    chosen = Settings(minutes=1.0, batch=4, **settings)  # type: ignore[arg-type]
    return Run(pixels, labels, Tutor(Teacher(teacher)), folder, chosen)


def test_a_run_taken_up_again_is_the_run_that_was_not_broken(tmp_path: Path, teacher: Path) -> None:
    whole = run_of(tmp_path / "none", teacher)
    for _ in range(3):
        whole.learn(64)
    (tmp_path / "kept").mkdir()
    broken = run_of(tmp_path / "kept", teacher)
    broken.learn(64)
    broken.learn(64)
    broken.save()
    again = run_of(tmp_path / "kept", teacher)
    assert again.resume()
    assert (again.step, again.shown) == (2, 8)
    again.learn(64)
    assert np.array_equal(again.seen, whole.seen)
    for name, value in whole.average.state_dict().items():
        assert torch.equal(again.average.state_dict()[name], value), name


def test_every_epoch_draws_every_crop_it_may_and_none_that_is_held_out(
    tmp_path: Path, teacher: Path
) -> None:
    run = run_of(tmp_path, teacher)
    first = np.concatenate([run._drawn(step) for step in range(4)])
    second = np.concatenate([run._drawn(step) for step in range(4, 8)])
    assert sorted(first) == sorted(second) == list(range(16))
    assert list(first) != list(second)


def test_too_few_pictures_for_a_batch_are_refused(tmp_path: Path, teacher: Path) -> None:
    few = run_of(tmp_path, teacher)
    few.labels.held_out[3:] = True
    with pytest.raises(JobError, match="fewer than a batch of 4"):
        Run(few.pixels, few.labels, few.tutor, tmp_path, few.settings)


def test_losses_that_are_no_numbers_end_the_run_and_leave_the_checkpoint(
    tmp_path: Path, teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, teacher)
    run.save()
    before = (tmp_path / LAST).read_bytes()
    with torch.no_grad():
        run.pupil.eye.out[0].weight.fill_(torch.nan)
    with pytest.raises(JobError, match="--resume and a lower --rate"):
        run.go(lambda _: None)
    assert (tmp_path / LAST).read_bytes() == before


def options(pictures: Path, teacher: Path, out: Path, **more: object) -> Namespace:
    values: dict[str, object] = {
        "pictures": pictures,
        "teacher": teacher,
        "out": out,
        "cache": None,
        "minutes": 0.02,
        "batch": 4,
        "rate": 1e-3,
        "threads": 1,
        "seed": 0,
        "device": "cpu",
        "commit": "",
        "resume": False,
    }
    return Namespace(**{**values, **more})


@pytest.mark.slow
def test_a_stopped_run_goes_on_and_leaves_a_model_that_sees(
    tmp_path: Path, pictures: Path, teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, told = tmp_path / "eye", list[str]()
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    real = Run.go
    stop_after_one = iter([False, True])
    monkeypatch.setattr(Run, "go", lambda run, say, _: real(run, say, lambda: next(stop_after_one)))
    with pytest.raises(Stopped, match="stopped at step 1.*--resume"):
        session.train_eye(options(pictures, teacher, out, minutes=9.0), told.append)
    assert not (out / "card.toml").exists()
    monkeypatch.setattr(Run, "go", real)
    with pytest.raises(UserError, match="not finished"):
        session.train_eye(options(pictures, teacher, out), told.append)
    arguments = ["--pictures", pictures, "--teacher", teacher, "--out", out, "--batch", "4"]
    recipe.main([*map(str, arguments), "--minutes", "0.3", "--device", "cpu", "--resume"])

    seen = Eye(model=str(out)).embed([np.zeros((40, 30, 3), np.uint8)])
    assert np.isfinite(seen.late).all()
    card = Model(out).card
    assert card.role == "embedder"
    assert {source.name for source in card.data} == {"one", "two"}
    assert sum(source.items for source in card.data) == card.quality["crops to learn from"]
    assert float(card.parity["eye_max_abs_difference"]) < 0.2
    with (out / "work" / LOG).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, len(rows) + 1))
    with pytest.raises(UserError, match="already holds a model"):
        session.train_eye(options(pictures, teacher, out, resume=True), told.append)


def test_options_that_do_not_serve_are_told_in_a_sentence(
    tmp_path: Path, pictures: Path, teacher: Path
) -> None:
    def told(**more: object) -> str:
        values = {"pictures": pictures, "teacher": teacher, "out": tmp_path / "o", **more}
        with pytest.raises(UserError) as error:
            session.train_eye(options(**values), lambda _: None)  # type: ignore[arg-type]
        return str(error.value)

    assert "holds no collection" in told(pictures=tmp_path)
    assert "there is no such file" in told(teacher=tmp_path / "none.safetensors")
    assert "no run to go on with" in told(resume=True)
    assert "above 0" in told(minutes=0.0)
    assert "none of auto, cpu, cuda" in told(device="tpu")
    if not torch.cuda.is_available():
        assert "no GPU" in told(device="cuda")
    assert not (tmp_path / "o").exists()
