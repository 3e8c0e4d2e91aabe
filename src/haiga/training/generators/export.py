"""From a trained recipe to a model folder that `haiga generate` and `haiga create` can use."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from haiga.core.errors import JobError
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import Figure, ModelCard, write_card
from haiga.models.session import Session
from haiga.roles.generators.latent import DECODER
from haiga.roles.generators.layout import OWN_DECODER
from haiga.training.export import to_onnx
from haiga.training.generators.recipe import Trainee

NETWORK, LAYOUT = "generator.onnx", "layout.json"
KIND = "generator"
ROLE = "generator"
TOLERANCE = 0.04
"""The largest difference between torch and ONNX Runtime that is let pass, of a range of 2."""
BATCHES = (1, 2, 5)


def write_generator(
    trainee: Trainee,
    folder: Path,
    *,
    recipe: str,
    size_px: int,
    command: str,
    name: str | None = None,
    title: str | None = None,
    about: str | None = None,
    licence: str = "",
    origin: str = "",
    commit: str = "",
    data: Sequence[Mapping[str, Any]] = (),
    quality: Mapping[str, Figure] | None = None,
    sampler: nn.Module | None = None,
) -> ModelCard:
    """Write `generator.onnx`, `layout.json` and `card.toml` into a folder.

    `recipe` is the recipe's name, `command` what made the model, `sampler` other weights
    than the trainee's own average (the kept checkpoint's). The network is checked against
    torch at batches of 1, 2 and 5 first: JobError when they differ by more than 0.04 of
    values in [-1, 1] (of a trainee's `reach`, where that is another), or when a value is no
    number.
    """
    make_folder(folder)
    net = copy.deepcopy(sampler if sampler is not None else network_of(trainee))
    net = net.cpu().float().eval()
    inputs = {key: trainee.inputs[key] for key in ("latent", "labels", "codes")}
    tolerance = TOLERANCE * getattr(trainee, "reach", 1.0)
    worst = float("inf")
    for tight in (True, False):  # eight bits where they serve, else sixteen
        with torch.random.fork_rng(devices=[]):  # the exporter draws from torch's own generator
            to_onnx(net, example(inputs, 2), ["pixels"], folder / NETWORK, tight=tight)
        worst = difference(net, folder / NETWORK, [example(inputs, count) for count in BATCHES])
        if worst <= tolerance:
            break
    if not worst <= tolerance:
        raise JobError(
            f"{folder / NETWORK}: differs from the trained network by {worst:.2g}, more than "
            f"{tolerance:g}; it has not learned yet, or its weights are no numbers"
        )
    layout = {
        "kind": KIND,
        "recipe": recipe,
        "size_px": size_px,
        "latent": int(inputs["latent"]),
        "labels": list(inputs["labels"]),
        "codes": [dict(code) for code in inputs["codes"]],
    }
    files = [NETWORK, LAYOUT]
    decoding = getattr(trainee, "autoencoder", None)
    if decoding is not None:  # its network makes latents of a painter
        layout["decoder"] = OWN_DECODER
        write_durably(folder / DECODER, decoding.path(DECODER).read_bytes())
        files.append(DECODER)
    text = json.dumps(layout, ensure_ascii=False, indent=1)
    write_durably(folder / LAYOUT, text.encode())
    return write_card(
        folder,
        name=name or folder.resolve().name,
        role=ROLE,
        title=title or f"{recipe} generator, {size_px} px",
        about=about or f"Makes pictures of {size_px} by {size_px} pixels out of random latents.",
        licence=licence,
        origin=origin,
        recipe=command,
        commit=commit,
        files=files,
        data=data,
        quality=quality,
        parity={"generator_max_abs_difference": float(f"{worst:.2g}")},
    )


def network_of(trainee: Trainee) -> nn.Module:
    """What is exported: the sampler, unless a recipe's pictures take more than a network."""
    network: nn.Module = getattr(trainee, "network", None) or trainee.sampler
    return network


def example(inputs: Mapping[str, Any], count: int) -> dict[str, Tensor]:
    """Inputs of a sampler by name for `count` pictures, always the same."""
    rng = torch.Generator().manual_seed(count)
    given = {"latent": torch.randn(count, int(inputs["latent"]), generator=rng)}
    if inputs["labels"]:
        given["label"] = torch.arange(count) % len(inputs["labels"])
    if inputs["codes"]:
        parts = [
            torch.eye(code["size"])[torch.arange(count) % code["size"]]
            if code["kind"] == "category"
            else 2 * torch.rand(count, code["size"], generator=rng) - 1
            for code in inputs["codes"]
        ]
        given["codes"] = torch.cat(parts, 1)
    return given


def difference(net: nn.Module, path: Path, cases: Sequence[Mapping[str, Tensor]]) -> float:
    """The largest absolute difference between torch and ONNX Runtime; NaN if any value is."""
    session = Session(path, threads=1)
    worst = 0.0
    for case in cases:
        with torch.no_grad():
            wanted = net(*case.values())
        (found,) = session.run({name: value.numpy() for name, value in case.items()})
        gap = float((wanted - torch.from_numpy(found)).abs().max())
        worst = gap if gap != gap else max(worst, gap)
        if worst != worst:
            return worst
    return worst
