"""How a painter's recipe is fitted to a folder: what its networks are given, and what it leaves."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from haiga.models.store import Model, load_model, placed
from haiga.training.generators.recipe import Settings, StepBatch, Trainee
from haiga.training.nets.teacher import Teacher
from haiga.training.painters.attngan import AttnGan
from haiga.training.painters.export import Taught, write_attngan, write_flow
from haiga.training.painters.flow import Flow, FlowBatch
from haiga.training.painters.flow_weights import read_flow
from haiga.training.painters.latents import decoder, encoded
from haiga.training.pictures.feed import FeedBatch
from haiga.training.pictures.session import WORK
from haiga.training.pictures.store import PictureStore
from haiga.training.teacher_features import write_features

BUNDLED, SCRATCH = "bundled", "scratch"


class Recipe(Protocol):
    """What the two recipes differ in; `learned_from` names models they go on from."""

    @property
    def learned_from(self) -> tuple[str, ...]: ...
    def trainee(self, settings: Settings) -> Trainee: ...
    def prepared(self, batch: FeedBatch, words: Tensor, present: Tensor) -> StepBatch: ...
    def write(self, trainee: Any, folder: Path, taught: Taught) -> None: ...


class AttnGanRecipe:
    """`attngan`: pixels and words as they are."""

    learned_from: tuple[str, ...] = ()

    def __init__(self, o: argparse.Namespace, store: PictureStore, device: str) -> None:
        self.o, self.device = o, device

    def trainee(self, settings: Settings) -> Trainee:
        return AttnGan(settings)

    def prepared(self, batch: FeedBatch, words: Tensor, present: Tensor) -> StepBatch:
        return StepBatch(batch.pixels, words=words, present=present, indexes=batch.indexes)

    def write(self, trainee: Any, folder: Path, taught: Taught) -> None:
        write_attngan(trainee.sampler, folder, self.o.size, taught)


class FlowRecipe:
    """`flow`: latents for pixels, from the bundled painter's weights unless told otherwise."""

    def __init__(self, o: argparse.Namespace, store: PictureStore, device: str) -> None:
        self.o, self.store, self.device = o, store, device
        self.threads = torch.get_num_threads()
        self.folder = o.out / WORK / "pictures"
        start = str(o.start)
        self.learns_on = start != SCRATCH
        name = "painter" if start in (BUNDLED, SCRATCH) else start
        self.model: Model = load_model(name, role="painter")
        self.latents, own = encoded(store, self.model, self.folder, threads=self.threads)
        self.layout: Mapping[str, Any] = self.model.json("layout.json")
        self.statistics = self.layout if self.learns_on else own
        spread = [np.array(self.statistics[name], np.float32).reshape(1, -1, 1, 1)
                  for name in ("mean", "deviation")]  # fmt: skip
        self.mean, self.deviation = spread

    @property
    def learned_from(self) -> tuple[str, ...]:
        """The painter whose weights it began with: a bundled one's name, or a folder."""
        return (placed(self.model),) if self.learns_on else ()

    @functools.cached_property
    def _maps(self) -> Any:
        """The teacher's features of every picture, where a teacher is given."""
        if not (self.folder / "maps.npy").exists():
            write_features(self.store, Teacher(self.o.teacher), self.folder)  # type: ignore[arg-type]
        return np.load(self.folder / "maps.npy", mmap_mode="r")

    def trainee(self, settings: Settings) -> Trainee:
        start = None
        if self.learns_on:
            heads = int(self.layout.get("heads", 6))
            start = read_flow(self.model.path("flow.onnx"), heads=heads)
        return Flow(
            settings,
            decoder(self.model, threads=self.threads),
            self.statistics,
            start=start,
        )

    def prepared(self, batch: FeedBatch, words: Tensor, present: Tensor) -> StepBatch:
        chosen = self.latents[batch.indexes, batch.flips.astype(np.int64)].astype(np.float32)
        latents = torch.from_numpy((chosen - self.mean) / self.deviation).to(self.device)
        maps = self._told(batch) if self.o.teacher else None
        return FlowBatch(latents, words=words, present=present, indexes=batch.indexes, maps=maps)

    def _told(self, batch: FeedBatch) -> Tensor:
        """The teacher's features of a batch, (B, tokens, 64), mirrored where its pictures are."""
        maps = np.stack([
            self._maps[i][:, ::-1] if flip else self._maps[i]
            for i, flip in zip(batch.indexes, batch.flips, strict=True)
        ])  # fmt: skip
        tokens = torch.from_numpy(maps.astype(np.float32)).flatten(1, 2)
        return tokens.to(self.device)

    def write(self, trainee: Any, folder: Path, taught: Taught) -> None:
        net = trainee.average.net
        seen, card = dict(taught.seen), dict(taught.card)
        if self.learns_on:
            enough = int(self.layout.get("enough_pictures", 8))
            before = self.model.json("seen.json")
            seen = {w: n for w, n in before.items() if n >= enough} | seen
            card["data"] = [*card["data"], *(s.model_dump() for s in self.model.card.data)]
            card["about"] += f" It learned on from the model '{self.model.card.name}'."
        write_flow(net, folder, self.model, self.statistics,
                   Taught(seen, taught.enough_pictures, card))  # fmt: skip


RECIPES: Mapping[str, Callable[[argparse.Namespace, PictureStore, str], Recipe]] = {
    "flow": FlowRecipe,
    "attngan": AttnGanRecipe,
}
"""Every recipe by name, made of the options, the pictures and the device."""
