"""The latents of a folder's pictures, computed once by a painter's own encoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.media.durable import write_durably
from haiga.models.store import Model
from haiga.roles.painters.flow import developed
from haiga.training.pictures.store import PictureStore

LATENTS, ABOUT = "latents.npy", "latents.json"
ENCODER, DECODER = "encoder.onnx", "decoder.onnx"
BATCH = 16

Latents = npt.NDArray[np.float16]
Pixels = npt.NDArray[np.float32]


def encoded(
    store: PictureStore, model: Model, folder: Path, *, threads: int = 2
) -> tuple[Latents, dict[str, Any]]:
    """Every picture and its mirror as latents (N, 2, 8, 16, 16) float16, and their statistics.

    `mean` and `deviation` are those of the training pictures, a number a channel. Both are
    kept in `folder` and read from there as long as pictures and encoder are the same.
    Raises BadModel when the model has no encoder.
    """
    session = model.session(ENCODER, threads=threads)
    made_of = {"pictures": store.digest, "encoder": _digest(model, ENCODER)}
    kept = _kept(folder, made_of)
    if kept is not None:
        return kept
    parts = []
    for start in range(0, len(store), BATCH):
        part = store.pixels[start : start + BATCH].astype(np.float32) / 127.5 - 1
        straight = part.transpose(0, 3, 1, 2)  # (B, 3, 128, 128)
        both = np.concatenate([straight, straight[..., ::-1]])
        (latent,) = session.run({"pixels": np.ascontiguousarray(both)})
        parts.append(latent.astype(np.float16).reshape(2, len(part), *latent.shape[1:]))
    latents = np.concatenate(parts, axis=1).swapaxes(0, 1)  # (N, 2, C, s, s)
    some = latents[store.train, 0].astype(np.float32)
    statistics = {
        "mean": some.mean((0, 2, 3)).tolist(),
        "deviation": np.maximum(some.std((0, 2, 3)), 1e-3).tolist(),
    }
    np.save(folder / LATENTS, latents)
    write_durably(folder / ABOUT, json.dumps({**made_of, **statistics}).encode())
    return latents, statistics


def decoder(model: Model, *, threads: int = 2) -> Any:
    """What turns latents (B, 8, 16, 16), not standardised, into pixels (B, 3, 128, 128).

    They are developed as the painter develops them, so that looks see what it will paint.
    """
    session = model.session(DECODER, threads=threads)

    def decode(latents: Pixels) -> Pixels:
        (pixels,) = session.run({"latent": np.ascontiguousarray(latents, np.float32)})
        made = np.stack([developed(each) for each in pixels])  # (B, 128, 128, 3) uint8
        return made.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(127.5) - 1

    return decode


def _digest(model: Model, name: str) -> str:
    return next(file.sha256 for file in model.card.files if file.name == name)


def _kept(folder: Path, made_of: dict[str, str]) -> tuple[Latents, dict[str, Any]] | None:
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        if any(about[name] != value for name, value in made_of.items()):
            return None
        latents = np.load(folder / LATENTS, mmap_mode="r")
        return latents, {name: about[name] for name in ("mean", "deviation")}
    except (OSError, ValueError, KeyError, TypeError):
        return None
