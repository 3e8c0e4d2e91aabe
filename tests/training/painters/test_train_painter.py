"""`haiga train painter` from a folder of pictures to a painter that paints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Poem
from haiga.features.picture_index import FOLDER, PictureIndex
from haiga.models.card import read_card
from haiga.models.store import load_model
from haiga.roles.painters.attngan import AttnGanPainter
from haiga.roles.painters.flow import FlowPainter
from haiga.training.painters import study
from haiga.training.painters.painting import Painting
from haiga.training.recipes import painter, painter_flow

COLOURS = {"red apple": (200, 30, 20), "blue sea": (20, 60, 200), "green tree": (30, 160, 40)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 pictures of three colours, each with its caption."""
    return _pictures(tmp_path_factory.mktemp("pictures"), 24)


def _pictures(root: Path, count: int) -> Path:
    draw = np.random.default_rng(0)
    with (root / "metadata.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            caption = list(COLOURS)[number % 3]
            noise = draw.integers(-90, 90, (24, 24, 3))
            pixels = np.clip(np.array(COLOURS[caption]) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).resize((40, 40)).save(root / f"{number}.png")
            row = {"file": f"{number}.png", "caption": f"{caption} qzx", "id": str(number),
                   "licence": "CC0-1.0", "artist": "A. Painter"}  # fmt: skip
            file.write(json.dumps(row) + "\n")
    return root


def _arguments(folder: Path, out: Path, *more: str) -> list[str]:
    return ["--pictures", str(folder), "--out", str(out), "--threads", "1", "--looks", "1",
            "--samples", "8", "--batch", "8", *more]  # fmt: skip


@pytest.mark.slow
def test_an_attngan_learns_a_folder_and_paints_it_and_goes_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    asked = _arguments(folder, out, "--recipe", "attngan", "--size", "16", "--width", "8")
    painter.main([*asked, "--steps", "6"])
    told = capsys.readouterr().err
    assert "qzx" in told
    card = read_card(out)
    assert card.role == "painter"
    assert "attngan at 16 px" in card.about
    assert card.data[0].credit == "A. Painter"
    assert json.loads((out / "seen.json").read_text("utf-8"))["red"] >= 5
    made = AttnGanPainter(model=str(out))
    assert made.unseen_words(Poem(("a red apple",))) == []
    (picture,) = made.paint([Poem(("red apple",))], seeds=[1])
    assert picture.shape == (16, 16, 3)
    painter.main([*asked, "--steps", "8", "--resume"])
    assert "of step" not in read_card(out).about or "8" in read_card(out).about
    with pytest.raises(UserError, match="other settings"):
        painter.main([*asked, "--steps", "9", "--resume", "--width", "16"])


@pytest.mark.slow
def test_a_flow_learns_on_from_a_painters_weights(
    folder: Path, tiny_flow: Path, tmp_path: Path
) -> None:
    start = tiny_flow
    out = tmp_path / "mine"
    painter.main(_arguments(folder, out, "--from", str(start), "--steps", "2"))
    made = FlowPainter(model=str(out), steps=1, threads=1)
    (picture,) = made.paint([Poem(("red apple",))], seeds=[1])
    assert picture.shape == (128, 128, 3)
    index = PictureIndex.load(load_model(out / FOLDER))
    assert index.also == (str(start.resolve()),)  # its pictures are asked about too
    card = read_card(out)
    assert "learned on from the model 'tiny-flow'" in card.about
    assert {file.name for file in card.files} >= {"flow.onnx", "encoder.onnx", "decoder.onnx"}
    seen = json.loads((out / "seen.json").read_text("utf-8"))
    assert seen["snow"] == 40
    assert seen["sea"] < 10


@pytest.mark.slow
def test_the_learning_curve_trains_three_painters_and_says_what_would_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[Painting] = []

    class Watched(Painting):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            asked_of.append(self)

    monkeypatch.setattr(study, "Painting", Watched)
    pictures, out = tmp_path / "pictures", tmp_path / "mine"
    pictures.mkdir()
    _pictures(pictures, 44)
    asked = _arguments(pictures, out, "--recipe", "attngan", "--size", "16", "--width", "8")
    made = painter.main([*asked, "--steps", "5", "--learning-curve"])
    assert made is not None
    said = capsys.readouterr().err
    for expected in ("learning curve: quarter, ", "learning curve: half, ", "learning curve: all, ",
                     "more pictures would help", "more time would"):  # fmt: skip
        assert expected in said.lower(), expected
    curve = json.loads((out / "learning-curve.json").read_text("utf-8"))
    assert [point["steps"] for point in curve["points"]] == [5, 5, 5]
    few, some, many = (point["pictures"] for point in curve["points"])
    assert few < some < many
    for part in ("quarter", "half", ""):
        assert (out / "work" / part / "log.csv").exists()
        assert (out / "work" / part / "samples" / "captions.txt").exists()
    parts = [set(one.all.tolist()) for one in asked_of]
    assert parts[0] < parts[1] < parts[2]
    assert len({len(one.all) for one in asked_of}) == 1  # held-out captions are as likely for all
    assert f"A painter of {many} pictures" in read_card(out).title
    assert "--learning-curve" in read_card(out).recipe
    assert AttnGanPainter(model=str(out)).paint([Poem(("red apple",))], seeds=[1])


def test_a_quarter_that_is_too_little_for_a_curve_is_refused(folder: Path, tmp_path: Path) -> None:
    asked = _arguments(folder, tmp_path / "out", "--recipe", "attngan", "--size", "16")
    with pytest.raises(UserError, match="--learning-curve: a quarter of the pictures is"):
        painter.main([*asked, "--steps", "5", "--learning-curve"])


def test_pictures_without_captions_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    with pytest.raises(UserError, match="no picture has a caption.*haiga train generator"):
        painter.main(_arguments(tmp_path, tmp_path / "out", "--recipe", "attngan"))


def test_captions_without_a_word_that_is_known_are_refused(folder: Path, tmp_path: Path) -> None:
    asked = _arguments(folder, tmp_path / "out", "--caption-column", "id", "--recipe", "attngan")
    with pytest.raises(UserError, match="no caption has a word that haiga knows"):
        painter.main([*asked, "--size", "16"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--size", "64"], "--size 64: flow paints 128 px"),
        (["--recipe", "attngan", "--size", "65"], "--size 65: attngan paints"),
        (["--recipe", "attngan", "--from", "scratch"], "--from scratch: is for flow"),
        (["--width", "16"], "--width 16: is for attngan"),
        (["--minutes", "0"], "--minutes 0: must be above 0"),
        (["--teacher", "nowhere.safetensors"], "there is no such file"),
        (["--recipe", "gan"], "invalid choice: 'gan'"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, given: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        painter.main(["--pictures", str(tmp_path), "--out", str(tmp_path / "out"), *given])


def test_the_whole_designs_flags_reach_its_own_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[list[str]] = []
    monkeypatch.setattr(painter_flow, "main", found.append)
    painter.main(["--autoencoder", "ae", "--teacher", "t", "--out", "o"])
    assert found == [["--autoencoder", "ae", "--teacher", "t", "--out", "o"]]
