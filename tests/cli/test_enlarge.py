"""`haiga enlarge`: what it writes, what it keeps, what it refuses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from haiga.media.pictures import read_picture, read_recipe

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))


@pytest.fixture
def desk(work: Path) -> Path:
    """The work folder with a soft picture of 20 × 28 px."""
    soft(28, 20).save(work / "in.png")
    return work


def soft(width: int, height: int, channels: int = 3) -> Image.Image:
    noise = np.random.default_rng(1).integers(0, 256, (5, 7, channels)).astype(np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("scale", [2, 3, 4, 6, 8])
def test_a_picture_is_enlarged_and_what_was_checked_is_told_and_kept(
    run: Any, desk: Path, scale: int
) -> None:
    before = (desk / "in.png").read_bytes()
    made = run("enlarge", "in.png", "--scale", scale, "--out", "x.png", "--json").object
    assert made["size_px"] == [28 * scale, 20 * scale]
    assert made["honesty"]["back_psnr_db"] > 45
    assert made["honesty"]["seam_levels"] <= 1
    assert made["faults"] == []
    assert read_picture(desk / "x.png").shape == (20 * scale, 28 * scale, 3)
    recipe = read_recipe(desk / "x.png")
    assert recipe["made"]["honesty"] == made["honesty"]
    assert recipe["request"]["scale"] == scale
    assert (desk / "in.png").read_bytes() == before


def test_an_enlargement_is_replayed_to_the_pixel_and_a_changed_input_is_named(
    run: Any, desk: Path
) -> None:
    told = run("enlarge", "in.png", "--scale", 4, "--fidelity", "0.5", "--out", "x.png")
    assert told.out.splitlines()[0] == "x.png (112×80 px)"
    assert "made small again" in told.out
    assert run("replay", "x.png", "--json").object["identical"] is True
    soft(28, 20).rotate(180).save(desk / "in.png")
    replayed = run("replay", "x.png")
    assert replayed.code == 1
    assert "in.png" in replayed.out


def test_the_dial_changes_the_picture(run: Any, desk: Path) -> None:
    run("enlarge", "in.png", "--fidelity", "1", "--out", "a.png")
    run("enlarge", "in.png", "--fidelity", "0", "--out", "b.png")
    assert not np.array_equal(read_picture(desk / "a.png"), read_picture(desk / "b.png"))


def test_transparency_and_grey_are_kept(run: Any, desk: Path) -> None:
    seen = soft(28, 20, 4)
    seen.putalpha(Image.linear_gradient("L").resize((28, 20)))
    seen.save(desk / "alpha.png")
    soft(28, 20).convert("L").save(desk / "grey.jpg")
    for name, mode in (("alpha.png", "RGBA"), ("grey.jpg", "L")):
        assert run("enlarge", name, "--scale", 2, "--out", "x.png").code == 0
        with Image.open(desk / "x.png") as image:
            assert image.mode == mode
            assert image.size == (56, 40)
            if mode == "RGBA":
                alpha = np.asarray(image.getchannel("A")).astype(int)
                wanted = np.asarray(Image.linear_gradient("L").resize((56, 40))).astype(int)
                assert np.abs(alpha - wanted).max() < 12
        assert run("replay", "x.png").code == 0


def test_no_hidden_colour_bleeds_over_the_edge_of_what_is_shown(run: Any, desk: Path) -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 5:15] = (250, 240, 230, 255)  # a pale square on transparent black
    Image.fromarray(pixels).save(desk / "cut.png")
    run("enlarge", "cut.png", "--scale", 4, "--out", "x.png")
    with Image.open(desk / "x.png") as image:
        large = np.asarray(image).astype(int)
    shown = large[large[:, :, 3] > 20][:, :3]
    assert np.abs(shown - (250, 240, 230)).max() <= 8


def test_a_profile_is_kept(run: Any, desk: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    soft(28, 20).save(desk / "in.jpg", icc_profile=profile)
    run("enlarge", "in.jpg", "--scale", 2, "--out", "x.png")
    with Image.open(desk / "x.png") as image:
        assert image.info["icc_profile"] == profile


def test_the_recipe_of_the_small_picture_goes_with_it(run: Any, desk: Path) -> None:
    run("style", "in.png", "--mood", "fear", "--artist", "fake.toml", "--out", "styled.png")
    run("enlarge", "styled.png", "--scale", 2, "--out", "x.png")
    assert read_recipe(desk / "x.png")["made"]["of"] == read_recipe(desk / "styled.png")


def test_odd_files_are_enlarged_and_what_is_odd_is_told(run: Any, desk: Path) -> None:
    soft(28, 20).convert("CMYK").save(desk / "cmyk.jpg")
    deep = np.asarray(soft(28, 20).convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(desk / "deep.png")
    frames = [soft(28, 20), soft(28, 20).rotate(180)]
    frames[0].save(desk / "film.gif", save_all=True, append_images=frames[1:])
    Image.new("RGB", (1, 1), (200, 30, 40)).save(desk / "dot.png")
    for name, told in (
        ("cmyk.jpg", "CMYK"),
        ("deep.png", "16 bits"),
        ("film.gif", "first"),
        ("dot.png", ""),
    ):
        done = run("enlarge", name, "--scale", 2, "--out", "x.png")
        assert done.code == 0, done.err
        assert told in done.err
        with Image.open(desk / name) as small, Image.open(desk / "x.png") as large:
            assert large.size == (2 * small.width, 2 * small.height)


MISTAKES: list[tuple[str, tuple[object, ...], tuple[str, ...]]] = [
    ("no such file", ("no.png",), ("no.png", "no such file")),
    ("a folder", (".",), ("folder",)),
    ("a scale between", ("in.png", "--scale", 5), ("5", "4", "6")),
    ("a scale of nothing", ("in.png", "--scale", 0), ("0",)),
    ("fidelity over 1", ("in.png", "--fidelity", "2"), ("fidelity", "2")),
    ("fidelity of Lanczos", ("in.png", "--upscaler", "lanczos", "--fidelity", "1"), ("lanczos",)),
    ("no such upscaler", ("in.png", "--upscaler", "lancsoz"), ("lancsoz",)),
    ("no such weights", ("in.png", "--upscaler", "no.safetensors"), ("no.safetensors",)),
    ("weights that are a pickle", ("in.png", "--upscaler", "net.pth"), ("net.pth", "never")),
    ("too large", ("large.png", "--scale", 2), ("large.png", "no scale fits")),
    ("too large for this scale", ("middle.png", "--scale", 8), ("middle.png", "--scale 4")),
    ("cut short", ("short.png",), ("short.png",)),
    ("over its own input", ("in.png", "--out", "in.png"), ("in.png", "input")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "arguments", "told"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_told_in_one_message_and_writes_nothing(
    run: Any, desk: Path, what: str, arguments: tuple[object, ...], told: tuple[str, ...]
) -> None:
    Image.new("L", (6000, 5000)).save(desk / "large.png")
    Image.new("L", (1500, 2000)).save(desk / "middle.png")
    (desk / "short.png").write_bytes((desk / "in.png").read_bytes()[:300])
    (desk / "net.pth").write_bytes(b"\x80\x04")
    out = () if "--out" in arguments else ("--out", "x.png")
    done = run("enlarge", *arguments, *out)
    assert done.code == 2, done.err
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err
    for text in told:
        assert text in done.err
    assert not (desk / "x.png").exists()


def test_a_network_of_ones_own_from_a_file_enlarges_and_is_replayed(run: Any, desk: Path) -> None:
    from tiny_esrgan import compact, save

    save(compact(2), desk / "net.safetensors")
    done = run("enlarge", "in.png", "--scale", 2, "--upscaler", "net.safetensors", "--out", "x.png")
    assert done.code == 0, done.err
    assert run("replay", "x.png").code == 0


def test_lanczos_needs_no_model(run: Any, desk: Path) -> None:
    done = run("enlarge", "in.png", "--scale", 2, "--upscaler", "lanczos", "--out", "x.png")
    assert done.code == 0
    with Image.open(desk / "x.png") as large:
        wanted = soft(28, 20).resize((56, 40), Image.Resampling.LANCZOS)
        assert np.array_equal(np.asarray(large), np.asarray(wanted))
