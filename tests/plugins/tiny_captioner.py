"""A tiny captioner of random weights, made as a folder that `attend.v1` takes."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

import torch

from haiga.features.eye import Eye
from haiga.models.card import write_card
from haiga.roles.captioners.attend import LAYOUT, LOOK, STEP
from haiga.training.captioners.export import write_layout, write_networks
from haiga.training.nets.captioner import CaptionNet, CaptionShape

WORDS = ["<end>", "<unknown>", *"a boat , tree sea on the grey red cow under sky".split()]


def tiny_net(seed: int = 0) -> CaptionNet:
    """A small network with random weights, large enough that its words differ by picture."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = CaptionNet(CaptionShape(len(WORDS), width=12, seen=16, attention=8, hidden=20))
    for parameter in net.parameters():
        parameter.data.mul_(3)
    return net


@functools.cache
def _networks(seed: int) -> tuple[tempfile.TemporaryDirectory[str], dict[str, float]]:
    kept = tempfile.TemporaryDirectory(prefix="haiga-tiny-")
    return kept, write_networks(tiny_net(seed), Path(kept.name), compact=False)


def make_captioner(folder: Path, *, seed: int = 0, sure_from: float = -9.0) -> Path:
    """Writes a captioner that learned nothing; its networks are exported once a process."""
    kept, worst = _networks(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for file in (LOOK, STEP):
        shutil.copy(Path(kept.name) / file, folder / file)
    layout = {"words": WORDS, "side": 8, "most_words": 12, "eye": dict(Eye().models),
              "sure_from": sure_from}  # fmt: skip
    write_layout(folder, layout)
    write_card(
        folder, name="tiny", role="captioner", title="Tiny", about="Of random weights.",
        licence="CC0-1.0", origin="a test", recipe="none", files=[LOOK, STEP, LAYOUT],
        parity=worst,
    )  # fmt: skip
    return folder
