"""Export a trained painter: flow and decoder as ONNX, with layout, seen words and card.

haiga train painter_export --painter DIR --autoencoder DIR --out DIR
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import torch
from torch import Tensor, nn

from haiga.models.card import write_card
from haiga.training import checkpoints
from haiga.training.export import parity, to_onnx
from haiga.training.nets.autoencoder import Decoder, Encoder
from haiga.training.nets.flow import FlowNet
from haiga.training.picture_cache import open_cache

FILES = ["flow.onnx", "decoder.onnx", "encoder.onnx", "layout.json", "seen.json"]
CREDITS = {
    "square_paintings": "heyitsnoah/public-art: Wikidata, Wikimedia Commons and museums",
    "usda_watercolors_small": "USDA Pomological Watercolor Collection, National Agricultural "
    "Library: Passmore, Newton, Arnold, Schutt, Heiges, Lower and others",
    "usda_watercolors_large": "USDA Pomological Watercolor Collection, National Agricultural "
    "Library",
    "fsa_color_photos": "FSA-OWI colour photographs, Library of Congress",
    "chinese_landscapes": "Song and Ming landscapes, otang47/Landscape-Painting-Classification",
    "aic_paintings": "The Art Institute of Chicago",
    "met_paintings": "The Metropolitan Museum of Art",
    "museum_textures": "The Met, Smithsonian, NYPL, BHL, NASA",
    "berlin_mood_paintings": "Stadtmuseum Berlin",
    "hokusai_fuji": "Katsushika Hokusai; scans of The Metropolitan Museum of Art",
    "documerica_photos": "DOCUMERICA, US EPA and US National Archives",
}


class Mean(nn.Module):
    """The encoder without its variance: what trains a flow on pictures of one's own."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pixels: Tensor) -> Tensor:
        mean, _ = self.encoder(pixels)
        return mean  # type: ignore[no-any-return]


class Velocity(nn.Module):
    """The flow network without its teacher head's input."""

    def __init__(self, net: FlowNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor, t: Tensor, words: Tensor, present: Tensor) -> Tensor:
        velocity, _ = self.net(x, t, words, present)
        return velocity  # type: ignore[no-any-return]


def write_encoder(encoder: Encoder, path: Path) -> float:
    """Write the encoder's mean as ONNX, nearly all in int8, and return its parity with torch.

    Latents deviate by about a thousandth of their spread, which training does not notice.
    """
    mean = Mean(encoder)
    to_onnx(mean, {"pixels": torch.rand(2, 3, 128, 128)}, ["latent"], path, tight=True)
    cases = [{"pixels": 2 * torch.rand(n, 3, 128, 128) - 1} for n in (1, 2, 5)]
    return parity(mean, path, cases)


def main(argv: list[str]) -> None:
    """Write the five files and the card, and print the parity of each network."""
    parser = argparse.ArgumentParser(prog="haiga train painter_export", description=__doc__)
    parser.add_argument("--painter", type=Path, required=True, help="the painter's --out folder")
    parser.add_argument("--autoencoder", type=Path, required=True, help="its --out folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--commit", default="")
    parser.add_argument("--figures", type=Path, help="JSON of measured figures for the card")
    args = parser.parse_args(argv)

    net = FlowNet()
    meta = checkpoints.load(args.painter / "last.safetensors", {"average": net}, {})
    encoder, decoder = Encoder(), Decoder()
    average = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
    better = args.autoencoder / "decoder.safetensors"
    source = better if better.exists() else args.autoencoder / "last.safetensors"
    checkpoints.load(source, {"average": average}, {})
    args.out.mkdir(parents=True, exist_ok=True)

    velocity = Velocity(net)

    def flow_case(size: int) -> dict[str, Tensor]:
        present = (torch.rand(size, 12) < 0.5).float()
        noise = torch.randn(size, 8, 16, 16)
        return {
            "x": noise,
            "t": torch.rand(size),
            "words": torch.randn(size, 12, 128),
            "present": present,
        }

    torch.manual_seed(0)
    to_onnx(velocity, flow_case(2), ["velocity"], args.out / "flow.onnx", tight=True)
    latent = {"latent": torch.randn(2, 8, 16, 16)}
    to_onnx(decoder, latent, ["pixels"], args.out / "decoder.onnx", tight=True)
    encoder_parity = write_encoder(encoder, args.out / "encoder.onnx")
    flow_parity = parity(velocity, args.out / "flow.onnx", [flow_case(n) for n in (1, 2, 5)])
    decoder_parity = parity(
        decoder,
        args.out / "decoder.onnx",
        [{"latent": torch.randn(n, 8, 16, 16)} for n in (1, 2, 5)],
    )
    print(
        f"largest difference torch to ONNX: flow {flow_parity:.2g}, decoder {decoder_parity:.2g}, "
        f"encoder {encoder_parity:.2g}"
    )

    cache = args.autoencoder.parent / "cache"
    statistics = json.loads((cache / "latents.json").read_text(encoding="utf-8"))
    layout = {**statistics, "channels": 8, "side": [16, 16]}
    (args.out / "layout.json").write_text(json.dumps(layout), encoding="utf-8")
    seen = json.loads((args.painter / "seen.json").read_text(encoding="utf-8"))
    (args.out / "seen.json").write_text(json.dumps(seen), encoding="utf-8")

    works: dict[str, set[str]] = {}
    licences: dict[str, Counter[str]] = {}
    for item in open_cache(cache).items:
        if not item.held_out:
            works.setdefault(item.collection, set()).add(item.file)
            licences.setdefault(item.collection, Counter())[item.licence] += 1
    figures = json.loads(args.figures.read_text(encoding="utf-8")) if args.figures else {}
    write_card(
        args.out,
        name="painter",
        role="painter",
        title="Flow painter, 128 px",
        about="Turns the words of a poem into a picture of 128 by 128 pixels: a convolutional "
        "autoencoder and a latent transformer trained with rectified flow. Landscapes were also "
        "shown in other lights made by machine (snow, night, sunset, mist, autumn, spring), with "
        "the words for them.",
        licence="Apache-2.0",
        origin="Trained from nothing by the haiga project on two CPU cores.",
        recipe="runs/painter/command.sh",
        commit=args.commit,
        files=FILES,
        data=[
            {
                "name": name,
                "items": len(files),
                "licence": "; ".join(licence for licence, _ in licences[name].most_common(4)),
                "credit": CREDITS[name],
            }
            for name, files in sorted(works.items())
        ],
        quality={
            "training_steps": int(meta["step"]),
            "training_minutes": round(float(meta["seconds"]) / 60, 1),
            **figures,
        },
        parity={
            "flow_max_abs_difference": float(f"{flow_parity:.2g}"),
            "decoder_max_abs_difference": float(f"{decoder_parity:.2g}"),
            "encoder_max_abs_difference": float(f"{encoder_parity:.2g}"),
        },
        created=time.strftime("%Y-%m-%d"),
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
