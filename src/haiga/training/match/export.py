"""A trained critic as two ONNX files with a card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from haiga.features.match_words import MAX_WORDS
from haiga.models.card import write_card
from haiga.training.export import parity, to_onnx
from haiga.training.nets.match import MatchNet
from haiga.training.picture_cache import Item

EYE_GRID = 8
SHIPPED = ("fruit", "photographs", "paintings", "all")


def write_critic(
    net: MatchNet,
    folder: Path,
    *,
    data: Sequence[Item],
    report: Mapping[str, Any],
    name: str = "critic",
    commit: str = "",
) -> None:
    """Write `picture.onnx`, `text.onnx` and the card, and compare both files with torch."""
    shape = net.shape
    net = net.float().eval()
    rng = torch.Generator().manual_seed(0)

    def picture_case(size: int) -> dict[str, Tensor]:
        return {
            "early": torch.randn(size, shape.early, generator=rng),
            "map": torch.rand(size, shape.channels, EYE_GRID, EYE_GRID, generator=rng),
        }

    def text_case(size: int) -> dict[str, Tensor]:
        present = (torch.rand(size, MAX_WORDS, generator=rng) < 0.5).float()
        words = torch.randn(size, MAX_WORDS, shape.vector, generator=rng)
        return {"words": words * present.unsqueeze(-1), "present": present}

    worst = {}
    for file, module, case in (
        ("picture", net.picture_side, picture_case),
        ("text", net.text_side, text_case),
    ):
        path = folder / f"{file}.onnx"
        to_onnx(module, case(2), ["vector"], path)
        worst[f"{file}_max_abs_difference"] = float(
            f"{parity(module, path, [case(n) for n in (1, 2, 5)]):.2g}"
        )
    print("largest difference torch to ONNX:", worst, flush=True)
    works: dict[str, set[str]] = {}
    licences: dict[str, Counter[str]] = {}
    for item in data:
        works.setdefault(item.collection, set()).add(item.file)
        licences.setdefault(item.collection, Counter())[item.licence] += 1
    from haiga.training.recipes.painter_export import CREDITS

    quality: dict[str, Any] = {}
    for family in SHIPPED:
        for who in ("critic", "ridge"):
            found = report.get(who, {}).get(family)
            if found:
                quality[f"{who}_first_of_10_{family}"] = round(found["first_of_10"], 3)
    write_card(
        folder,
        name=name,
        role="critic",
        title="Critic of pictures and texts",
        about="Says how well a picture and a text match: two small heads over the eye and the "
        "word vectors, learned from captioned pictures.",
        licence="Apache-2.0",
        origin="Trained by the haiga project on one CPU core, over its own eye and word vectors.",
        recipe="runs/critic/command.sh",
        commit=commit,
        files=["picture.onnx", "text.onnx"],
        data=[
            {
                "name": collection,
                "items": len(files),
                "licence": "; ".join(text for text, _ in licences[collection].most_common(4)),
                "credit": CREDITS.get(collection, ""),
            }
            for collection, files in sorted(works.items())
        ],
        quality=quality,
        parity=worst,
    )
