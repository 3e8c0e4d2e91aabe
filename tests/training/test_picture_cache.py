"""The cache holds what the folder holds, and says what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from haiga.training.picture_cache import CROP_PX, build, open_cache
from haiga.training.picture_words import picture_words
from haiga.training.sampling import autoencoder_weights, painter_weights


def _collection(root: Path, colours: list[tuple[int, int, int]], titles: list[str]) -> None:
    folder = root / "paintings"
    folder.mkdir(parents=True)
    rows = []
    for i, (colour, title) in enumerate(zip(colours, titles, strict=True)):
        Image.new("RGB", (200, 180 + 40 * (i % 2)), colour).save(folder / f"{i}.png")
        rows.append({"file": f"{i}.png", "title": title, "captions": [], "tags": []})
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(r) for r in rows))


def test_every_picture_is_cached_with_its_own_pixels(tmp_path: Path) -> None:
    colours = [(10 * i, 255 - 10 * i, 7) for i in range(20)]
    _collection(tmp_path / "in", colours, [f"picture {i}" for i in range(20)])
    cache = build(tmp_path / "in", tmp_path / "cache", held_out_every=10)
    assert cache.pixels.shape[1:] == (CROP_PX, CROP_PX, 3)
    assert {item.file for item in cache.items} == {f"{i}.png" for i in range(20)}
    for pixels, item in zip(cache.pixels, cache.items, strict=True):
        assert np.abs(pixels.astype(int) - colours[int(item.file[:-4])]).max() <= 1
    again = open_cache(tmp_path / "cache")
    assert again.items == cache.items


def test_held_out_pictures_are_never_drawn(tmp_path: Path) -> None:
    _collection(tmp_path / "in", [(9, 9, 9)] * 20, ["sea"] * 20)
    cache = build(tmp_path / "in", tmp_path / "cache", held_out_every=10)
    words = picture_words(cache, np.random.default_rng(0).random((len(cache.items), 8), np.float32))
    for weights in (autoencoder_weights(cache.items), painter_weights(cache.items, words)):
        assert weights.sum() == pytest.approx(1)
        for weight, item in zip(weights, cache.items, strict=True):
            assert (weight == 0) == item.held_out
    assert any(item.held_out for item in cache.items)


def test_an_unreadable_picture_is_named_and_the_rest_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _collection(tmp_path / "in", [(9, 9, 9)] * 5, ["sea"] * 5)
    (tmp_path / "in" / "paintings" / "3.png").write_bytes(b"no picture")
    cache = build(tmp_path / "in", tmp_path / "cache")
    assert {item.file for item in cache.items} == {"0.png", "1.png", "2.png", "4.png"}
    assert "paintings/3.png" in capsys.readouterr().out


def test_colour_words_follow_the_colours(tmp_path: Path) -> None:
    colours = [(240, 240, 245), (12, 14, 30), (190, 90, 40), (60, 140, 50)]
    _collection(tmp_path / "in", colours, ["a landscape"] * 4)
    cache = build(tmp_path / "in", tmp_path / "cache", held_out_every=1000)
    found = picture_words(cache, np.zeros((len(cache.items), 8), np.float32))
    said = {item.file: set(w.colour) for item, w in zip(cache.items, found, strict=True)}
    assert "bright" in said["0.png"]
    assert "night" in said["1.png"]
    assert "golden" in said["2.png"] or "red" in said["2.png"]
    assert "green" in said["3.png"]
    assert not said["0.png"] & {"night", "dark", "snow"}, "a pale room is not snow"
    assert "sunset" not in said["2.png"], "nor is brown varnish a sunset"
