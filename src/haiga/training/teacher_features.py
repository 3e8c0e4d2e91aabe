"""The teacher's features of every cached crop: a small spatial map and one pooled vector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from haiga.training.nets.teacher import Teacher
from haiga.training.picture_cache import PictureCache

MAP_CHANNELS = 64
MAP_LAYER, POOLED_LAYER = 11, 12


def _tensor(cache: PictureCache, part: npt.NDArray[np.int64]) -> torch.Tensor:
    pixels = torch.from_numpy(cache.pixels[part]).permute(0, 3, 1, 2)
    return (pixels.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def write_features(cache: PictureCache, teacher: Teacher, out: Path) -> None:
    """Write `maps.npy` (N, 9, 9, 64) float16 and `pooled.npy` (N, 1024) float16 to `out`.

    The maps are layer 11's 512 channels on their first 64 principal components,
    whitened; the pooled vector is the mean of layer 12.
    """
    rng = np.random.default_rng(0)
    some = np.sort(rng.permutation(len(cache.items))[:768])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = torch.cat(
            [teacher(_tensor(cache, p), (MAP_LAYER,))[0].float() for p in np.array_split(some, 24)]
        )
    flat = seen.permute(0, 2, 3, 1).flatten(0, 2)  # (positions, 512)
    centre = flat.mean(0)
    values, vectors = torch.linalg.eigh((flat - centre).T @ (flat - centre) / len(flat))
    axes = vectors[:, -MAP_CHANNELS:] / values[-MAP_CHANNELS:].sqrt()  # (512, 64)

    count, side = len(cache.items), seen.shape[-1]
    maps = np.lib.format.open_memmap(
        out / "maps.npy", mode="w+", dtype=np.float16, shape=(count, side, side, MAP_CHANNELS)
    )
    pooled = np.lib.format.open_memmap(
        out / "pooled.npy", mode="w+", dtype=np.float16, shape=(count, 1024)
    )
    for part in np.array_split(np.arange(count), -(-count // 32)):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            middle, late = teacher(_tensor(cache, part), (MAP_LAYER, POOLED_LAYER))
        projected = (middle.float().permute(0, 2, 3, 1) - centre) @ axes
        maps[part] = projected.clamp(-8, 8).half().numpy()
        pooled[part] = late.float().mean((2, 3)).half().numpy()
    maps.flush()
    pooled.flush()
