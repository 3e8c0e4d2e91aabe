"""A model's folder with the index of some small pictures, and the pictures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.picture_index import FILE, FOLDER, Work
from haiga.features.picture_index_build import build_index
from haiga.models.card import write_card

SIDE_PX = 64


def paintings(count: int, seed: int) -> list[Picture]:
    """Pictures of four to eight soft discs of colour on pages of all colours, no two alike."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[:SIDE_PX, :SIDE_PX] / SIDE_PX
    found = []
    for _ in range(count):
        page = np.tile(rng.uniform(40, 245, 3), (SIDE_PX, SIDE_PX, 1))
        for _ in range(rng.integers(4, 9)):
            x, y, size = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.08, 0.3)
            inside = np.exp(-((((down - y) ** 2 + (across - x) ** 2) / size**2) ** 2))[..., None]
            page = (1 - inside) * page + inside * rng.uniform(20, 230, 3)
        found.append(page.round().astype(np.uint8))
    return found


def make_index(model: Path, pictures: Sequence[Picture], eye: Eye) -> Path:
    """The index of pictures in a model's folder, works “Disc 0”, “Disc 1” … by A. Painter.

    The folder gets a card where it has none.
    """
    folder = model / FOLDER
    folder.mkdir(parents=True)
    keys = [f"{n:03}.png" for n in range(len(pictures))]
    works = [Work(key, f"Disc {n}", "A. Painter") for n, key in enumerate(keys)]
    build_index(pictures, works, keys, eye).save(folder / FILE)
    if not (model / "card.toml").exists():
        (model / "weights.bin").write_bytes(b"weights")
        _card(model, "tiny", "painter", "weights.bin")
    _card(folder, "tiny-pictures", "index", FILE)
    return model


def _card(folder: Path, name: str, role: str, file: str) -> None:
    write_card(
        folder,
        name=name,
        role=role,
        title="Tiny",
        about="For tests.",
        licence="CC0-1.0",
        origin="made by a test",
        recipe="tests/plugins/tiny_index.py",
        files=[file],
    )
