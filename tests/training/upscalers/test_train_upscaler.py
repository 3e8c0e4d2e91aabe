"""`haiga train upscaler` from a folder of pictures to what `haiga enlarge` takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import UserError
from haiga.models.store import load_model
from haiga.roles.upscalers.network import NetworkUpscaler
from haiga.training.recipes.upscaler import main

TINY = ("--channels", "4", "--blocks", "1", "--batch", "2", "--looks", "2", "--samples", "8",
        "--threads", "1", "--device", "cpu")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures large enough, one too small, one damaged."""
    path = tmp_path_factory.mktemp("pictures")
    draw = np.random.default_rng(5)
    for number in range(8):
        noise = draw.integers(0, 256, (9, 12, 3)).astype(np.uint8)
        Image.fromarray(noise).resize((220, 130), Image.Resampling.BICUBIC).save(
            path / f"{number}.png"
        )
    Image.new("RGB", (40, 40)).save(path / "small.png")
    (path / "damaged.png").write_bytes((path / "0.png").read_bytes()[:500])
    return path


def train(folder: Path, out: Path, *more: str, steps: int = 4) -> None:
    given = ["--pictures", str(folder), "--out", str(out), "--steps", str(steps)]
    main([*given, *TINY, *more])


@pytest.mark.slow
def test_both_scales_and_the_texture_come_together_in_one_model(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(folder, tmp_path / "a")
    said = capsys.readouterr().err
    assert "small.png" in said
    assert "damaged.png" in said
    train(folder, tmp_path / "b", "--scale", "2", "--start", str(tmp_path / "a"))
    train(folder, tmp_path / "c", "--training", "texture", "--start", str(tmp_path / "b"))
    model = load_model(tmp_path / "c")
    assert {f.name for f in model.card.files} == {
        "layout.json", "x2.onnx", "x4.onnx", "x4-texture.onnx"}  # fmt: skip
    assert model.card.data[0].items == 7  # of eight works one is held out
    assert any(name.startswith("×2 gain") for name in model.card.quality)
    small = np.asarray(Image.open(folder / "0.png").resize((44, 26)))
    upscaler = NetworkUpscaler(model=str(tmp_path / "c"), fidelity=0.5)
    assert upscaler.enlarge([small], size_px=88)[0].shape == (52, 88, 3)
    assert "over bicubic" in (tmp_path / "c" / "report.html").read_text()
    log = (tmp_path / "c" / "work" / "log.csv").read_text().splitlines()
    assert {"gain", "psnr", "perceptual_loss"} <= set(log[0].split(","))
    assert list((tmp_path / "c" / "work" / "samples").glob("*.png"))


@pytest.mark.slow
def test_a_finished_run_goes_on_for_more_steps_and_not_with_other_settings(
    folder: Path, tmp_path: Path
) -> None:
    train(folder, tmp_path / "parts", steps=3)
    train(folder, tmp_path / "parts", "--resume", steps=6)
    log = (tmp_path / "parts" / "work" / "log.csv").read_text().splitlines()
    assert log[-1].split(",")[0] == "6"
    with pytest.raises(UserError, match="finished"):
        main(["--pictures", str(folder), "--out", str(tmp_path / "parts"), *TINY, "--resume"])
    with pytest.raises(UserError, match="scale"):
        train(folder, tmp_path / "parts", "--resume", "--scale", "2", steps=9)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--steps", "0"), "--steps 0"),
        (("--minutes", "-1"), "--minutes"),
        (("--rate", "2"), "--rate"),
        (("--blur", "9"), "--blur"),
        (("--jpeg", "101"), "--jpeg"),
        (("--repeat", "folder=a", "many"), "--repeat"),
        (("--scale", "3"), "--scale"),
        (("--training", "texture"), "--start"),
        (("--start", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_meant_is_told(
    folder: Path, tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        main(["--pictures", str(folder), "--out", str(tmp_path / "x"), *more])
    assert not (tmp_path / "x" / "card.toml").exists()


def test_a_folder_without_a_picture_that_serves_is_told(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (40, 40)).save(tmp_path / "pictures" / "small.png")
    with pytest.raises(UserError, match="too small"):
        train(tmp_path / "pictures", tmp_path / "x")
