"""`haiga train stylist` over a few small pictures and a teacher of random weights."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import BadModel, UserError
from haiga.models.store import load_model
from haiga.roles.stylists.network import ENCODE, RESTYLE, NetworkStylist
from haiga.training.nets.stylist import Restyler, StyleEncoder
from haiga.training.recipes.stylist import main
from haiga.training.start import start_from
from haiga.training.stylists.trainee import WEIGHTS, weights_of


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Thirty photographs and thirty styles, soft noise each, and a file that is no picture."""
    root, draw = tmp_path_factory.mktemp("pictures"), np.random.default_rng(3)
    for name, grain in (("photographs", 5), ("styles", 24)):
        (root / name).mkdir()
        for number in range(30):
            noise = draw.integers(0, 256, (grain, grain, 3)).astype(np.uint8)
            image = Image.fromarray(noise).resize((96, 80), Image.Resampling.BICUBIC)
            image.save(root / name / f"{number}.png")
    (root / "styles" / "bad.png").write_bytes(b"not a picture")
    return root / "photographs", root / "styles"


def train(folders: tuple[Path, Path], teacher: Path, out: Path, *more: str, steps: int) -> None:
    photographs, styles = folders
    main([
        "--pictures", str(photographs), "--styles", str(styles), "--teacher", str(teacher),
        "--out", str(out), "--steps", str(steps), "--batch", "2", "--looks", "1",
        "--samples", "4", "--threads", "1", "--device", "cpu", *more,
    ])  # fmt: skip


@pytest.mark.slow
def test_a_stylist_that_starts_from_another_paints_and_is_near_to_it(
    folders: tuple[Path, Path], teacher: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # one training, since most of its time goes into writing the two networks
    train(folders, teacher, tmp_path / "a", "--start", "stylist", steps=1)
    assert "bad.png" in capsys.readouterr().err
    model = load_model(tmp_path / "a", role="stylist")
    assert model.card.quality["training_steps"] == 1
    assert "the weights of" in model.card.origin
    with (tmp_path / "a" / "work" / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-1]["style_distance"]) > 0
    made, before = (NetworkStylist(model=name) for name in (str(tmp_path / "a"), "stylist"))
    picture = np.asarray(Image.open(folders[0] / "0.png"))
    style = made.read_style(np.asarray(Image.open(folders[1] / "1.png")))
    (painted,) = made.restyle([picture], styles=[style], strength=1.0, seeds=[0])
    assert painted.shape == picture.shape
    assert not np.array_equal(painted, picture)
    near, first = (
        one.restyle([picture], styles=[one.read_style(picture)], strength=1.0, seeds=[0])[0]
        for one in (made, before)
    )
    assert 0 < np.abs(near.astype(int) - first).mean() < 6  # one small step away


@pytest.mark.slow
def test_start_and_resume_exclude_each_other_and_too_few_pictures_are_refused(
    folders: tuple[Path, Path], teacher: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="give one of both"):
        train(folders, teacher, tmp_path / "a", "--start", "stylist", "--resume", steps=1)
    few = tmp_path / "few"
    few.mkdir()
    for number in range(4):
        (few / f"{number}.png").write_bytes((folders[0] / f"{number}.png").read_bytes())
    with pytest.raises(UserError, match="--styles: leave"):
        train((folders[0], few), teacher, tmp_path / "b", steps=1)


def test_the_bundled_stylists_weights_come_back_into_its_networks() -> None:
    model = load_model("stylist", role="stylist")
    encoder, restyler = StyleEncoder(), Restyler()
    before = [w.clone() for w in restyler.parameters()]
    start_from(encoder, model.path(ENCODE))
    start_from(restyler, model.path(RESTYLE))
    moved = [not a.equal(b) for a, b in zip(before, restyler.parameters(), strict=True)]
    assert all(moved)


def test_weights_of_another_network_are_refused_and_change_nothing() -> None:
    restyler = Restyler()
    before = [w.clone() for w in restyler.parameters()]
    with pytest.raises(BadModel, match="missing or of another shape"):
        start_from(restyler, load_model("stylist").path(ENCODE))
    assert all(a.equal(b) for a, b in zip(before, restyler.parameters(), strict=True))


def test_weights_of_losses_are_read_and_every_wrong_word_is_told() -> None:
    assert weights_of(["style=2", "grain=0"]) == {"style": 2.0, "grain": 0.0}
    assert weights_of([]) == {}
    for word in ("style", "style=x", "stile=2", "style=-1", "style=inf", "style=nan"):
        with pytest.raises(UserError, match="--weights"):
            weights_of([word])
    assert set(WEIGHTS) == {"style", "content", "structure", "same", "grain"}
