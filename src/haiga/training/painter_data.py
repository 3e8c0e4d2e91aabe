"""What the painter trains on: latents, teacher maps and word vectors, all in memory maps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.features.vectors import WordVectors
from haiga.training.lights import LIGHTS, ON_PAPER, relit, words_in
from haiga.training.nets.autoencoder import Encoder
from haiga.training.picture_cache import PictureCache
from haiga.training.picture_words import PictureWords

MAX_WORDS = 12
RELIT_SHARE = 0.45
"""How often a landscape is drawn in one of its other lights."""
LIGHTS_A_PICTURE = 3
OUTDOORS = frozenset(
    """
    landscape sea river lake mountain forest field tree waves waterfall village boat snow sunset
    storm
    """.split()
)
INDOORS = frozenset("portrait woman child person fruit religious".split())
LATENT_SIDE, CACHED_SIDE = 16, 18


@torch.no_grad()
def write_latents(
    cache: PictureCache, encoder: Encoder, out: Path, weights: npt.NDArray[np.float64]
) -> None:
    """Write `latents.npy`, (N, 2, 8, 18, 18) float16: each crop and its mirror, encoded.

    Crops that are never drawn (weight 0) stay zero.
    """
    count = len(cache.items)
    drawn = np.flatnonzero(weights)
    latents = np.lib.format.open_memmap(
        out / "latents.npy", mode="w+", dtype=np.float16, shape=(count, 2, 8, 18, 18)
    )
    for part in np.array_split(drawn, -(-len(drawn) // 16)):
        pixels = torch.from_numpy(cache.pixels[part]).permute(0, 3, 1, 2)
        x = pixels.float() / 127.5 - 1
        both = torch.cat([x, x.flip(3)]).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mean, _ = encoder(both)
        straight, mirrored = mean.half().numpy().reshape(2, len(part), 8, 18, 18)
        latents[part, 0], latents[part, 1] = straight, mirrored
    latents.flush()
    some = latents[drawn[:: max(1, len(drawn) // 3000)], 0].astype(np.float32)
    statistics = {
        "mean": some.mean((0, 2, 3)).tolist(),
        "deviation": some.std((0, 2, 3)).tolist(),
    }
    (out / "latents.json").write_text(json.dumps(statistics), encoding="utf-8")


def landscapes(cache: PictureCache, words: Sequence[PictureWords]) -> list[int]:
    """The crops whose own or guessed words say that they show the open air, and no person."""
    found = []
    for i, (item, w) in enumerate(zip(cache.items, words, strict=True)):
        said = {*w.own, *w.scene}
        elsewhere = item.collection.startswith("usda") or item.collection == "museum_textures"
        if OUTDOORS & said and not INDOORS & said and not elsewhere:
            found.append(i)
    return found


@torch.no_grad()
def write_relit(
    cache: PictureCache,
    encoder: Encoder,
    out: Path,
    chosen: Sequence[int],
    *,
    seed: int = 0,
) -> None:
    """Write `relit.npy`, (M, 8, 18, 18) float16, and `relit.json`: crop, light and mirror of each.

    Every chosen crop is encoded in three other lights, each straight or mirrored by chance.
    """
    rng = np.random.default_rng([seed, 7])
    rows: list[tuple[int, str, int]] = []
    for i in chosen:
        paper = cache.items[i].collection == "chinese_landscapes"
        lights = list(ON_PAPER if paper else LIGHTS)
        picked = rng.permutation(len(lights))[:LIGHTS_A_PICTURE]
        rows += [(i, lights[k], int(rng.integers(2))) for k in picked]
    latents = np.lib.format.open_memmap(
        out / "relit.npy", mode="w+", dtype=np.float16, shape=(len(rows), 8, 18, 18)
    )
    for start in range(0, len(rows), 32):
        part = rows[start : start + 32]
        pixels = np.stack(
            [relit(cache.pixels[i], light, float(rng.uniform(0.1, 1))) for i, light, _ in part]
        )
        for k, (_, _, mirror) in enumerate(part):
            if mirror:
                pixels[k] = pixels[k, :, ::-1]
        x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mean, _ = encoder(x.contiguous(memory_format=torch.channels_last))
        latents[start : start + len(part)] = mean.half().numpy()
    latents.flush()
    (out / "relit.json").write_text(json.dumps(rows), encoding="utf-8")


@dataclass(frozen=True)
class Batch:
    """`latents` (B, 8, 16, 16) standardised, `maps` (B, 64, 64) teacher tokens, words and mask."""

    latents: Tensor
    maps: Tensor
    words: Tensor
    present: Tensor


def dark_sides(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which of (top, bottom, left, right) of each (N, H, W, 3) crop is a black border, (N, 4)."""
    found = np.zeros((len(pixels), 4), bool)
    for i, crop in enumerate(pixels):
        edges = (crop[:4], crop[-4:], crop[:, :4], crop[:, -4:])
        inside = float(crop[30:-30, 30:-30].mean())
        found[i] = [float(edge.mean()) < min(60.0, 0.45 * inside) for edge in edges]
    return found


class PainterData:
    """Draws batches; what was drawn is counted, so that a run can prove what it saw.

    `dark` (N, 4) says which sides of a crop are black borders: shifts avoid them.
    """

    def __init__(
        self,
        folder: Path,
        words: Sequence[PictureWords],
        weights: npt.NDArray[np.float64],
        dark: npt.NDArray[np.bool_],
    ) -> None:
        self.dark = dark
        self.latents = np.load(folder / "latents.npy", mmap_mode="r")
        self.maps = np.load(folder / "maps.npy", mmap_mode="r")
        statistics = json.loads((folder / "latents.json").read_text(encoding="utf-8"))
        self.mean = np.array(statistics["mean"], np.float32).reshape(1, -1, 1, 1)
        self.deviation = np.array(statistics["deviation"], np.float32).reshape(1, -1, 1, 1)
        self.words = words
        self.weights = weights
        self.seen = np.zeros(len(weights), np.int64)
        self.vectors = WordVectors()
        self.neighbours: dict[str, list[str]] = {}
        self.relit = np.load(folder / "relit.npy", mmap_mode="r")
        self.lights: dict[int, list[tuple[int, str, int]]] = {}
        rows = json.loads((folder / "relit.json").read_text(encoding="utf-8"))
        for row, (crop, light, mirror) in enumerate(rows):
            self.lights.setdefault(crop, []).append((row, light, mirror))

    def vocabulary(self) -> dict[str, int]:
        """Every word with a vector that some drawable picture has, and in how many."""
        counts: Counter[str] = Counter()
        for i in np.flatnonzero(self.weights).tolist():
            w = self.words[i]
            counts.update({*w.own, *w.scene, *w.colour, *w.medium})
            for _, light, _ in self.lights.get(i, ()):
                counts.update(LIGHTS[light].words)
        return {word: n for word, n in counts.most_common() if self.vectors.has(word)}

    def choose_words(self, index: int, rng: np.random.Generator, light: str = "") -> list[str]:
        """A random part of a picture's words, now and then a word's near neighbour instead.

        One text in eight is empty: that is what guidance steers away from. In another
        light the words for it are told and those it makes untrue are not.
        """
        if rng.random() < 0.125:
            return []
        w = self.words[index]
        own, scene, colour = w.own, w.scene, w.colour
        chosen: list[str] = []
        if light:
            own, scene = words_in(light, (own, scene))
            told = LIGHTS[light].words
            colour = tuple(told[k] for k in rng.permutation(len(told)))
            chosen.append(colour[0])
        for group, share in ((own, 0.7), (scene, 0.55), (colour, 0.45), (w.medium, 0.6)):
            known = [word for word in group if self.vectors.has(word)]
            chosen += [word for word in known if rng.random() < share]
        rng.shuffle(chosen)
        return [self.replace(word, rng) for word in dict.fromkeys(chosen[:MAX_WORDS])]

    def replace(self, word: str, rng: np.random.Generator) -> str:
        """The word itself, or one time in six a neighbour with a cosine of at least 0.6."""
        if rng.random() > 1 / 6:
            return word
        if word not in self.neighbours:
            near = [other for other, cosine in self.vectors.nearest(word, 6) if cosine >= 0.6]
            self.neighbours[word] = near or [word]
        near = self.neighbours[word]
        return near[int(rng.integers(len(near)))]

    def word_tensors(self, texts: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
        """Word vectors (B, 12, 128) scaled to unit variance, and their mask (B, 12)."""
        words = np.zeros((len(texts), MAX_WORDS, self.vectors.matrix.shape[1]), np.float32)
        present = np.zeros((len(texts), MAX_WORDS), np.float32)
        for row, text in enumerate(texts):
            for place, word in enumerate(text[:MAX_WORDS]):
                words[row, place] = self.vectors.vector(word) * words.shape[2] ** 0.5
                present[row, place] = 1
        return torch.from_numpy(words), torch.from_numpy(present)

    def shift(self, index: int, mirror: int, rng: np.random.Generator) -> tuple[int, int]:
        """0 or 2 latent cells (two are one cell of the map) down and right, off black borders."""
        top, left = (2 * rng.integers(0, 2, 2)).tolist()
        above, below, before, after = self.dark[index]
        if mirror:
            before, after = after, before
        if above != below:
            top = 2 if above else 0
        if before != after:
            left = 2 if before else 0
        return top, left

    def draw(self, size: int, rng: np.random.Generator) -> Batch:
        """A batch drawn by weight, each with a random mirror, shift and choice of words."""
        index = rng.choice(len(self.weights), size, p=self.weights)
        np.add.at(self.seen, index, 1)
        latents, maps, texts = [], [], []
        for i in index.tolist():
            mirror, light = int(rng.integers(2)), ""
            if i in self.lights and rng.random() < RELIT_SHARE:
                others = self.lights[i]
                row, light, mirror = others[int(rng.integers(len(others)))]
                whole = self.relit[row]
            else:
                whole = self.latents[i, mirror]
            texts.append(self.choose_words(i, rng, light))
            top, left = self.shift(i, mirror, rng)
            latents.append(whole[:, top : top + 16, left : left + 16])
            told = self.maps[i][:, ::-1] if mirror else self.maps[i]
            down, right = top // 2, left // 2
            maps.append(told[down : down + 8, right : right + 8].reshape(64, -1))
        stacked = (np.stack(latents).astype(np.float32) - self.mean) / self.deviation
        words, present = self.word_tensors(texts)
        tokens = torch.from_numpy(np.stack(maps).astype(np.float32))
        return Batch(torch.from_numpy(stacked), tokens, words, present)
