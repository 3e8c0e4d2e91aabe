"""A trained captioner as two ONNX files, its words and its card."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from haiga.core.errors import JobError
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import ModelCard, write_card
from haiga.roles.captioners.attend import LAYOUT, LOOK, STEP
from haiga.training.captioners.gathering import TRAIN, Captioned
from haiga.training.export import parity, to_onnx
from haiga.training.nets.captioner import CaptionNet
from haiga.training.painters.export import _quietly

TOLERANCE = 0.35
"""The largest difference between torch and ONNX Runtime that is let pass, of log-probabilities
down to -15: large matrices are stored in eight bits."""
BATCHES = (1, 2, 5)


def write_networks(net: CaptionNet, folder: Path, *, compact: bool = True) -> dict[str, float]:
    """Write `look.onnx` and `step.onnx`; returns the largest differences to torch.

    Raises JobError when they are larger than `TOLERANCE`.
    """
    make_folder(folder)
    net = copy.deepcopy(net).cpu().float().eval()
    shape = net.shape
    side = round(shape.places**0.5)

    def maps(count: int) -> Tensor:
        rng = torch.Generator().manual_seed(count)
        return torch.rand(count, shape.channels + shape.tints, side, side, generator=rng)

    def looking(count: int) -> dict[str, Tensor]:
        return {"maps": maps(count)}

    @torch.no_grad()
    def telling(count: int) -> dict[str, Tensor]:
        places, keys, hidden, cell = net.looker(maps(count))
        word = torch.arange(count) % shape.words
        return {"word": word, "hidden": hidden, "cell": cell, "places": places, "keys": keys}

    worst = {}
    with torch.random.fork_rng(devices=[]), _quietly():
        for file, module, case, names in (
            (LOOK, net.looker, looking, ["places", "keys", "hidden", "cell"]),
            (STEP, net.teller, telling, ["scores", "hidden_out", "cell_out", "attention"]),
        ):
            to_onnx(module, case(2), names, folder / file, compact=compact, tight=True)
            found = parity(module, folder / file, [case(count) for count in BATCHES])
            if not found <= TOLERANCE:
                raise JobError(
                    f"{folder / file}: differs from the trained network by {found:.2g}, more than "
                    f"{TOLERANCE}; it has not learned yet, or its weights are no numbers"
                )
            worst[f"{file.partition('.')[0]}_max_abs_difference"] = float(f"{found:.2g}")
    return worst


def write_layout(folder: Path, layout: Mapping[str, Any]) -> None:
    """Write the words and what else the captioner must know."""
    write_durably(folder / LAYOUT, json.dumps(layout, ensure_ascii=False).encode())


def write_captioner_card(
    folder: Path,
    found: Sequence[Captioned],
    *,
    name: str,
    commit: str,
    recipe: str,
    quality: Mapping[str, Any],
    worst: Mapping[str, float],
) -> ModelCard:
    """Write the card: the collections it learned from, how good it is."""
    from haiga.training.recipes.painter_export import CREDITS

    learned: dict[str, list[Captioned]] = {}
    for one in found:
        if one.part == TRAIN:
            learned.setdefault(one.collection, []).append(one)
    return write_card(
        folder,
        name=name,
        role="captioner",
        title="Captioner that shows where it looked",
        about="Says in a few words what a picture shows: an LSTM with attention over what the eye "
        "sees of it, learned from captions, titles and tags made plain by rule.",
        licence="Apache-2.0",
        origin="Trained by the haiga project on one CPU core, over its own eye.",
        recipe=recipe,
        commit=commit,
        files=[LOOK, STEP, LAYOUT],
        data=[
            {
                "name": collection,
                "items": len({one.work for one in ones}),
                "licence": "; ".join(
                    text or "not told"
                    for text, _ in Counter(o.licence for o in ones).most_common(4)
                ),
                "credit": CREDITS.get(collection, ""),
            }
            for collection, ones in sorted(learned.items())
        ],
        quality=quality,
        parity=worst,
    )
