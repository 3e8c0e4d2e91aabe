"""What a trained painter leaves: networks as ONNX, the words it saw, layout and card."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from haiga.core.errors import JobError
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import ModelCard, write_card
from haiga.models.store import Model
from haiga.roles.painters.sight import MAX_WORDS
from haiga.training.export import parity, to_onnx
from haiga.training.nets.attngan import LATENT
from haiga.training.nets.flow import FlowNet
from haiga.training.painters.latents import DECODER, ENCODER

PAINTER, FLOW, LAYOUT, SEEN = "painter.onnx", "flow.onnx", "layout.json", "seen.json"
TOLERANCE = {"attngan": 0.04, "flow": 0.2}
"""The largest difference between torch and ONNX Runtime that is let pass: of pixels in
[-1, 1], and of a velocity whose values are near 1."""
BATCHES = (1, 2, 5)


@dataclass(frozen=True)
class Taught:
    """What a painter was taught: words with how many pictures have each, and what is enough.

    `card` holds the other fields of its card: name, title, about, licence, origin, recipe,
    data, quality.
    """

    seen: Mapping[str, int]
    enough_pictures: int
    card: Mapping[str, Any] = field(default_factory=dict)


def write_attngan(sampler: nn.Module, folder: Path, size_px: int, taught: Taught) -> ModelCard:
    """Write `painter.onnx`, `layout.json`, `seen.json` and the card into a folder.

    Raises JobError when the network does not give in ONNX Runtime what it gives in torch.
    """
    net = copy.deepcopy(sampler).cpu().float().eval()

    def case(count: int) -> dict[str, Tensor]:
        return {"z": _noise(count, LATENT), **_texts(count)}

    worst = _written(net, folder / PAINTER, case, "pixels", TOLERANCE["attngan"])
    layout = {"kind": "attngan", "size_px": size_px, "latent": LATENT,
              "enough_pictures": taught.enough_pictures}  # fmt: skip
    _write_json(folder / LAYOUT, layout)
    _write_json(folder / SEEN, dict(taught.seen))
    return write_card(
        folder,
        role="painter",
        files=[PAINTER, LAYOUT, SEEN],
        parity={"painter_max_abs_difference": worst},
        **taught.card,
    )


def write_flow(
    net: FlowNet,
    folder: Path,
    autoencoder: Model,
    statistics: Mapping[str, Any],
    taught: Taught,
) -> ModelCard:
    """Write `flow.onnx`, the autoencoder it paints through, and what `flow.v1` reads with them.

    Raises JobError when the network does not give in ONNX Runtime what it gives in torch.
    """
    shape = net.shape
    side = 2 * shape.grid
    velocity = Velocity(copy.deepcopy(net).cpu().float()).eval()

    def case(count: int) -> dict[str, Tensor]:
        x = _noise(count, shape.channels * side * side).view(-1, shape.channels, side, side)
        return {"x": x, "t": torch.linspace(0, 1, count), **_texts(count)}

    worst = _written(velocity, folder / FLOW, case, "velocity", TOLERANCE["flow"])
    for name in (DECODER, ENCODER):
        write_durably(folder / name, autoencoder.path(name).read_bytes())
    layout = {
        "kind": "flow",
        "mean": list(statistics["mean"]),
        "deviation": list(statistics["deviation"]),
        "channels": shape.channels,
        "side": [side, side],
        "heads": shape.heads,
        "enough_pictures": taught.enough_pictures,
    }
    _write_json(folder / LAYOUT, layout)
    _write_json(folder / SEEN, dict(taught.seen))
    return write_card(
        folder,
        role="painter",
        files=[FLOW, DECODER, ENCODER, LAYOUT, SEEN],
        parity={"flow_max_abs_difference": worst},
        **taught.card,
    )


class Velocity(nn.Module):
    """The flow network without its teacher head's input."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor, t: Tensor, words: Tensor, present: Tensor) -> Tensor:
        velocity, _ = self.net(x, t, words, present)
        return velocity  # type: ignore[no-any-return]


def _written(net: nn.Module, path: Path, case: Any, output: str, tolerance: float) -> float:
    make_folder(path.parent)
    with torch.random.fork_rng(devices=[]), _quietly():  # the exporter draws from torch's own
        to_onnx(net, case(2), [output], path)
    worst = parity(net, path, [case(count) for count in BATCHES])
    if not worst <= tolerance:
        raise JobError(
            f"{path}: differs from the trained network by {worst:.2g}, more than {tolerance}; it "
            "has not learned yet, or its weights are no numbers"
        )
    return float(f"{worst:.2g}")


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without what torch's exporter warns of: packages it could use and its own old calls."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        log.setLevel(before)


def _noise(count: int, size: int) -> Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(count))


def _texts(count: int) -> dict[str, Tensor]:
    """Words for `count` texts: none in the first, one more in each that follows."""
    rng = torch.Generator().manual_seed(100 + count)
    words = torch.randn(count, MAX_WORDS, 128, generator=rng)
    present = (torch.arange(MAX_WORDS)[None] < torch.arange(count)[:, None]).float()
    return {"words": words, "present": present}


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_durably(path, json.dumps(value, ensure_ascii=False).encode())
