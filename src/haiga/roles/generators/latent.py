"""`latent.v1`: pictures out of latents, by a network that `haiga train generator` made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel, UserError
from haiga.core.nouns import Picture
from haiga.core.seeds import generator
from haiga.models.session import Session
from haiga.models.store import Model, load_model
from haiga.roles.generators.layout import (
    OWN_DECODER,
    PAINTERS_DECODER,
    Code,
    Codes,
    CodeValue,
    Layout,
    paired,
    read_layout,
)
from haiga.roles.painters.flow import developed as decoded

NETWORK, DECODER = "generator.onnx", "decoder.onnx"
ROLE = "generator"

Latents = npt.NDArray[np.float32]


class LatentGenerator:
    """Makes square pictures; each depends on its seed, label and codes alone.

    `model` is a bundled generator's name or the folder of one. A label or code
    that is not given is drawn from the seed, as all of them came in training.
    """

    def __init__(self, *, model: str = "watercolours", threads: int = 2) -> None:
        if not 1 <= threads <= 64:
            raise UserError(f"generator.threads: {threads} is outside 1 to 64")
        self._threads = threads
        self._model: Model = load_model(model, role=ROLE)
        if self._model.card.role != ROLE:
            raise UserError(
                f"{model}: is the model of a {self._model.card.role}, and no generator; "
                "`haiga train generator` makes one"
            )

    @property
    def model_folder(self) -> Path:
        """The folder of its model, beside which the index of its pictures lies."""
        return self._model.folder

    @property
    def models(self) -> Mapping[str, str]:
        """The files it reads, each with its sha256."""
        found = dict(self._model.digests)
        if self.layout.decoder.startswith(PAINTERS_DECODER):
            name = f"painter/{DECODER}"
            found[name] = load_model("painter").digests[name]
        return found

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its classes; none for a generator that has none."""
        return self.layout.labels

    @property
    def codes(self) -> tuple[Code, ...]:
        """Its named codes; none for a generator that has none."""
        return self.layout.codes

    @property
    def latent(self) -> int:
        """How many numbers a latent has."""
        return self.layout.latent

    @property
    def size_px(self) -> int:
        """The side of its pictures."""
        return self.layout.size_px

    @cached_property
    def layout(self) -> Layout:
        """What its network takes in."""
        return read_layout(self._model)

    def latent_of(self, seed: int) -> Latents:
        """The (L,) standard normal latent of a seed."""
        return generator(seed, "latent").standard_normal(self.latent, dtype=np.float32)

    def label_of(self, seed: int) -> str | None:
        """The label that a seed draws where none is given; None without labels."""
        if not self.labels:
            return None
        return self.labels[int(generator(seed, "label").integers(len(self.labels)))]

    def codes_of(self, seed: int, given: Codes | None = None) -> dict[str, CodeValue]:
        """Every code: as given, or else as the seed draws it."""
        given = given or {}
        return {
            code.name: given.get(code.name, code.drawn(generator(seed, "code", code.name)))
            for code in self.codes
        }

    def generate(
        self,
        seeds: Sequence[int],
        labels: Sequence[str | None] | None = None,
        codes: Sequence[Codes | None] | None = None,
        latents: Sequence[Latents] | None = None,
    ) -> list[Picture]:
        """One (S, S, 3) picture a seed; `latents` (L,) float32 take the place of the seeds' own.

        Raises UserError for an unknown label or code and where the lists do not pair up.
        """
        count = len(seeds)
        asked = zip(
            seeds,
            paired("labels", labels, count),
            paired("codes", codes, count),
            paired("latents", latents, count),
            strict=True,
        )
        # one at a time: a matrix product may round otherwise in a batch
        return [self._one(*each) for each in asked]

    def _one(
        self, seed: int, label: str | None, codes: Codes | None, latent: Latents | None
    ) -> Picture:
        feeds: dict[str, npt.NDArray[np.float32] | npt.NDArray[np.int64]] = {}
        chosen = self.latent_of(seed) if latent is None else np.asarray(latent, np.float32)
        if chosen.shape != (self.latent,):
            raise UserError(
                f"generate: a latent has {self.latent} numbers here, not {chosen.shape}"
            )
        feeds["latent"] = chosen[None]
        if label is not None or self.labels:
            name = label if label is not None else self.label_of(seed)
            feeds["label"] = np.array([self.layout.label_number(str(name))], np.int64)
        self.layout.check_codes(codes or {})
        if self.codes:
            values = self.codes_of(seed, codes)
            parts = [code.values(values[code.name]) for code in self.codes]
            feeds["codes"] = np.concatenate(parts)[None]
        (made,) = self._network.run(feeds)
        if not self.layout.decoder:
            return developed(made[0])
        (pixels,) = self._decoder.run({"latent": made})
        return decoded(pixels[0])

    @cached_property
    def _network(self) -> Session:
        return self._model.session(NETWORK, threads=self._threads)

    @cached_property
    def _decoder(self) -> Session:
        told = self.layout.decoder
        if told == OWN_DECODER:
            return self._model.session(DECODER, threads=self._threads)
        painter = load_model("painter")
        if told != PAINTERS_DECODER + painter.digests[f"painter/{DECODER}"]:
            raise BadModel(
                f"{self._model.folder}: makes latents for another decoder than the bundled "
                "painter's; train it again with this version, or install the one that made it"
            )
        return painter.session(DECODER, threads=self._threads)


def developed(pixels: npt.NDArray[np.float32]) -> Picture:
    """(3, S, S) values in [-1, 1] as an (S, S, 3) picture."""
    levels = np.clip((pixels + 1) * 127.5, 0, 255).round().astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(1, 2, 0))
