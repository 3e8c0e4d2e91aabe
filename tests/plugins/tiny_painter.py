"""Tiny painters of random weights, made as folders that `attngan.v1` and `flow.v1` take."""

from __future__ import annotations

from pathlib import Path

import torch

from haiga.models.card import write_card
from haiga.models.store import load_model
from haiga.training.export import to_onnx
from haiga.training.generators.recipe import Settings
from haiga.training.nets.autoencoder import Decoder, Encoder
from haiga.training.nets.flow import FlowNet, FlowShape
from haiga.training.painters.attngan import AttnGan
from haiga.training.painters.export import Taught, write_attngan, write_flow
from haiga.training.recipes.painter_export import write_encoder

SEEN = {"snow": 40, "apple": 30, "river": 20, "red": 9, "night": 2}
SHAPE = FlowShape(width=24, blocks=2, heads=2, words_width=12)


def fields(name: str) -> dict[str, object]:
    """What a card says beside its files."""
    return {"name": name, "title": name, "about": "Of random weights.", "licence": "CC0-1.0",
            "origin": "a test", "recipe": "none", "data": [], "quality": {}}  # fmt: skip


def make_attngan(folder: Path, *, size_px: int = 16, seen: dict[str, int] = SEEN) -> Path:
    """Writes an AttnGAN painter whose pictures have contrast, though it learned nothing."""
    trainee = AttnGan(Settings(size_px=size_px, width=8, seed=3))
    for layer in trainee.average.net.to_pixels:  # type: ignore[union-attr]
        layer.weight.data.mul_(12)
    write_attngan(trainee.sampler, folder, size_px, Taught(seen, 8, fields("tiny")))
    return folder


def make_flow(folder: Path, *, seed: int = 0) -> Path:
    """Writes a flow painter with a narrow decoder and the whole encoder."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net, decoder, encoder = FlowNet(SHAPE), Decoder((16, 8, 8)), Encoder()
        for parameter in net.parameters():  # equal weights would be stored as one
            parameter.data.add_(0.02 * torch.randn(parameter.shape))
    parts = folder.with_name(f"{folder.name}-autoencoder")
    parts.mkdir(parents=True)
    to_onnx(decoder, {"latent": torch.zeros(2, 8, 16, 16)}, ["pixels"], parts / "decoder.onnx")
    write_encoder(encoder, parts / "encoder.onnx")
    write_card(parts, role="painter", files=["decoder.onnx", "encoder.onnx"], **fields("ae"))  # type: ignore[arg-type]
    statistics = {"mean": [0.0] * 8, "deviation": [1.0] * 8}
    write_flow(net, folder, load_model(parts), statistics, Taught(SEEN, 8, fields("tiny-flow")))
    return folder
