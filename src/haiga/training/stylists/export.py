"""From a trained stylist to its two ONNX files and its card, each checked against torch."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from haiga.models.card import write_card
from haiga.roles.stylists.network import ENCODE, RESTYLE
from haiga.training.export import SMALL, parity, store_compactly
from haiga.training.nets.stylist import CODE, Restyler, StyleEncoder

SIZES = ((64, 64), (48, 96), (136, 72))
"""Heights and widths that parity is measured at."""


def write_networks(encoder: StyleEncoder, restyler: Restyler, out: Path) -> dict[str, float]:
    """Writes `encode.onnx` and `restyle.onnx` for pictures of any size; returns the largest
    difference of each from torch, in a code's and a picture's own units.

    Weights are stored in eight bits, but for small ones.
    """
    rng = torch.Generator().manual_seed(0)

    def picture(height: int, width: int) -> Tensor:
        return (torch.rand(1, 3, height, width, generator=rng) * 2 - 1).contiguous()

    sizes = {2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO}
    code = torch.randn(1, CODE, generator=rng) * 0.3
    _export(encoder, {"style": picture(64, 96)}, {"style": sizes}, "code", out / ENCODE)
    _export(
        restyler,
        {"picture": picture(64, 96), "code": code},
        {"picture": sizes, "code": None},
        "made",
        out / RESTYLE,
    )
    styles = [{"style": picture(*size)} for size in SIZES]
    pictures = [{"picture": picture(*size), "code": code} for size in SIZES]
    return {
        "encode_max_abs_difference": float(f"{parity(encoder, out / ENCODE, styles):.2g}"),
        "restyle_max_abs_difference": float(f"{parity(restyler, out / RESTYLE, pictures):.2g}"),
    }


def _export(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    dynamic: Mapping[str, Any],
    output: str,
    path: Path,
) -> None:
    with torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=[output],
            dynamic_shapes=tuple(dynamic.values()),
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    model = program.model_proto
    store_compactly(model, tight=True, tight_from=SMALL)
    for node in model.graph.node:  # where in torch each came from takes a third of the file
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.value_info[:]
    onnx.save(model, str(path))


def write_stylist(
    encoder: StyleEncoder,
    restyler: Restyler,
    out: Path,
    *,
    name: str,
    data: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
    recipe: str,
    started_from: str = "",
    commit: str = "",
) -> None:
    """Writes both networks and the card of a stylist into a folder."""
    differences = write_networks(encoder.cpu(), restyler.cpu(), out)
    weights = sum(w.numel() for net in (encoder, restyler) for w in net.parameters())
    write_card(
        out,
        name=name,
        role="stylist",
        title="Stylist for any artwork",
        about="An encoder reads an artwork's style code, a second network paints any picture "
        "after it: adaptive instance normalisation in a small U-Net. Trained with a perceptual "
        "loss in the features of MobileNet v1 (Apache-2.0), which is no part of it.",
        licence="Apache-2.0",
        origin=f"Trained from {started_from or 'nothing'} by haiga's recipe stylist.",
        recipe=recipe,
        files=[ENCODE, RESTYLE],
        data=list(data),
        quality={"weights": weights, **figures},
        parity=differences,
        commit=commit,
        created=datetime.date.today().isoformat(),
    )
