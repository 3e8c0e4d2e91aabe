"""`network.v1`: the class of a picture by a network that `haiga train classifier` made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.nouns import Label, Picture
from haiga.features.network_input import network_pixels
from haiga.models.session import Session
from haiga.models.store import Model, load_model
from haiga.roles.classifiers.layout import Layout, read_layout

NETWORK = "classifier.onnx"
ROLE = "classifier"
OUTPUTS = ("probabilities", "known", "evidence")
_BATCH = 16


class NetworkClassifier:
    """Tells the class of pictures, or that they belong to none, and where it saw it.

    `model` is the folder of a classifier; `reject` in [0, 0.9] is the share of pictures of
    its classes that may be sent away as belonging to none (below 0: as it was trained);
    `threads` (1 to 64) are what it computes with. Any picture is resized whole to the
    network's square first. One that is of a single tone belongs to no class.
    """

    def __init__(self, *, model: str = "", reject: float = -1.0, threads: int = 2) -> None:
        if not 1 <= threads <= 64:
            raise UserError(f"classifier.threads: {threads} is outside 1 to 64")
        if reject > 0.9:
            raise UserError(f"classifier.reject: {reject:g} is above 0.9")
        if not model:
            raise UserError(
                "classifier.model: name the folder of a classifier; "
                "`haiga train classifier --pictures FOLDER --out DIR` makes one"
            )
        self._threads = threads
        self._model: Model = load_model(model, role=ROLE)
        if self._model.card.role != ROLE:
            raise UserError(
                f"{model}: has the role {self._model.card.role}, and is no classifier; "
                "`haiga train classifier` makes one"
            )
        self._reject = reject

    @property
    def model_folder(self) -> Path:
        """The folder of its model."""
        return self._model.folder

    @property
    def models(self) -> Mapping[str, str]:
        """Its files with their sha256."""
        return self._model.digests

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its classes."""
        return self.layout.classes

    @cached_property
    def layout(self) -> Layout:
        """What its network was made for."""
        return read_layout(self._model)

    @property
    def reject(self) -> float:
        """A picture less known than this belongs to none of the classes."""
        return self.layout.reject if self._reject < 0 else self._reject

    @property
    def network(self) -> Path:
        """The network's file, checked against its card."""
        return self._model.path(NETWORK)

    def classify(self, pictures: Sequence[Picture]) -> list[Label]:
        """One label a picture, in order; BadPicture for what is no picture."""
        out: list[Label] = []
        for start in range(0, len(pictures), _BATCH):
            part = pictures[start : start + _BATCH]
            out += self.classify_inputs(
                np.stack(
                    [
                        network_pixels(p, self.layout.size_px, f"picture {start + i}")
                        for i, p in enumerate(part)
                    ]
                )
            )
        return out

    def classify_inputs(self, pixels: npt.NDArray[np.float32]) -> list[Label]:
        """The labels of inputs as the network takes them: (N, 3, S, S) float32 in [-1, 1]."""
        probabilities, known, evidence = self._session.run({"pixels": pixels})
        return [self._label(*each) for each in zip(probabilities, known, evidence, strict=True)]

    def _label(
        self,
        probabilities: npt.NDArray[np.float32],
        known: np.float32,
        evidence: npt.NDArray[np.float32],
    ) -> Label:
        best = int(probabilities.argmax())
        name = self.classes[best] if float(known) >= self.reject else None
        return Label(
            name, tuple(float(p) for p in probabilities), float(known), evidence[best].copy()
        )

    @cached_property
    def _session(self) -> Session:
        return self._model.session(NETWORK, threads=self._threads)
