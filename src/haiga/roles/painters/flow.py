"""`flow.v1`: rectified flow in a small latent space, guided by the poem's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Poem
from haiga.core.seeds import generator
from haiga.core.suggest import hint
from haiga.models.session import Session
from haiga.models.store import Model, load_model
from haiga.roles.painters.sight import ENOUGH_PICTURES, Look, Sight

MEDIA = {
    "ink": ("ink",),
    "oil": ("oil",),
    "photograph": ("photograph",),
    "watercolour": ("watercolor",),
    "woodblock": ("woodblock", "print"),
}
"""What a picture may be made to look like, and the words that say so to the network."""

Latent = npt.NDArray[np.float32]


TRIM_PX = 3


def developed(pixels: Latent) -> Picture:
    """The decoder's (3, H, W) values in about [-1, 1] as a picture of that size.

    Its last upsampling leaves a lattice of period two, which a binomial filter
    takes away exactly (its response at that frequency is zero), and its zero
    padding spoils the outermost three pixels, which are cut off.
    """
    levels = np.clip((pixels + 1) * 127.5, 0, 255).transpose(1, 2, 0)  # (H, W, 3)
    height, width = levels.shape[:2]
    rows = levels[:-2] + 2 * levels[1:-1] + levels[2:]
    smooth = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16  # (H - 2, W - 2, 3)
    inner = slice(TRIM_PX - 1, 1 - TRIM_PX)
    small = Image.fromarray(smooth[inner, inner].round().astype(np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


class FlowPainter:
    """Paints 128 px pictures of poems, learned from paintings, watercolours and photographs.

    `steps` (1 to 100) Adams-Bashforth steps from noise to latent; `guidance` (1 to 10) is
    how strongly words hold: 1 is the plain conditional model (Ho and Salimans
    2022, "Classifier-Free Diffusion Guidance"). `medium` is any of `MEDIA`, or
    empty for none. `model` is a bundled painter's name or a folder with its card.
    """

    def __init__(
        self,
        *,
        steps: int = 12,
        guidance: float = 3.0,
        medium: str = "",
        model: str = "painter",
        threads: int = 2,
    ) -> None:
        if not 1 <= steps <= 100:
            raise UserError(f"painter.steps: {steps} is outside 1 to 100")
        if not 1 <= guidance <= 10:
            raise UserError(f"painter.guidance: {guidance} is outside 1 to 10")
        if not 1 <= threads <= 64:
            raise UserError(f"painter.threads: {threads} is outside 1 to 64")
        if medium and medium not in MEDIA:
            raise UserError(f"painter.medium: no medium '{medium}'; {hint(medium, MEDIA)}")
        self._medium = MEDIA.get(medium, ())
        self._steps = steps
        self._guidance = guidance
        self._threads = threads
        self._model: Model = load_model(model)

    @property
    def model_folder(self) -> Path:
        """The folder of its model, beside which the index of its pictures lies."""
        return self._model.folder

    @property
    def models(self) -> Mapping[str, str]:
        """The painter's files and the word vectors' files, each with its sha256."""
        return {**self._model.digests, **self._sight.vectors.model.digests}

    def unseen_words(self, poem: Poem) -> list[str]:
        """The poem's meaning words that no picture had, nor any near relative."""
        return self._sight.look(poem).unseen

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]:
        """One (128, 128, 3) picture a poem; each is computed alone, whatever the batch.

        Several are painted at once, `threads` of them. The network always runs on one
        thread and one latent, so that a picture is the same to the pixel in any company.
        """
        if len(poems) != len(seeds):
            raise UserError(f"paint: {len(poems)} poems and {len(seeds)} seeds do not pair up")
        looks = [self._sight.look(poem) for poem in poems]  # fills the caches before threads do
        _ = self._flow, self._decoder, self._layout
        pairs = list(zip(looks, seeds, strict=True))
        if len(pairs) == 1 and self._threads > 1:  # alone: its two halves at once
            with ThreadPoolExecutor(2) as pool:
                return [self._paint(*pairs[0], pool)]
        if self._threads == 1:
            return [self._paint(look, seed) for look, seed in pairs]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda pair: self._paint(*pair), pairs))

    def _paint(self, look: Look, seed: int, pool: Executor | None = None) -> Picture:
        words, present = look.tensors(self._sight.vectors_of(self._medium))
        shape = (1, int(self._layout["channels"]), *self._layout["side"])
        x: Latent = generator(seed, "noise").standard_normal(shape, dtype=np.float32)
        nothing = np.zeros_like(present)
        earlier: Latent | None = None
        for i in range(self._steps):
            t = np.full(1, i / self._steps, np.float32)

            def velocity(there: npt.NDArray[np.float32], x: Latent = x, t: Latent = t) -> Latent:
                return self._flow.run({"x": x, "t": t, "words": words, "present": there})[0]

            told, untold = (pool.map if pool else map)(velocity, (present, nothing))
            now = untold + np.float32(self._guidance) * (told - untold)
            # Adams and Bashforth's second-order step; the first one is Euler's
            slope: Latent = (
                now if earlier is None else np.float32(1.5) * now - np.float32(0.5) * earlier
            )
            x = x + slope / np.float32(self._steps)
            earlier = now
        mean = np.array(self._layout["mean"], np.float32).reshape(1, -1, 1, 1)
        deviation = np.array(self._layout["deviation"], np.float32).reshape(1, -1, 1, 1)
        (pixels,) = self._decoder.run({"latent": (x * deviation + mean).astype(np.float32)})
        return developed(pixels[0])

    @cached_property
    def _layout(self) -> dict[str, Any]:
        layout: dict[str, Any] = self._model.json("layout.json")
        return layout

    @cached_property
    def _sight(self) -> Sight:
        enough = int(self._layout.get("enough_pictures", ENOUGH_PICTURES))
        return Sight(self._model.json("seen.json"), enough)

    @cached_property
    def _flow(self) -> Session:
        return self._model.session("flow.onnx", threads=1)

    @cached_property
    def _decoder(self) -> Session:
        return self._model.session("decoder.onnx", threads=1)
