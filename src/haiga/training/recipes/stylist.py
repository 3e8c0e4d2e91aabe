"""Train a stylist that follows any picture.

haiga train stylist --pictures FOLDER... --styles FOLDER... --teacher FILE --out DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = argparse.ArgumentParser(prog="haiga train stylist", description=__doc__)
    p.add_argument(
        "--pictures", type=Path, nargs="+", required=True, help="folders of what is restyled"
    )
    p.add_argument(
        "--styles", type=Path, nargs="+", required=True, help="folders of artworks to follow"
    )
    p.add_argument(
        "--teacher",
        type=Path,
        required=True,
        help="MobileNet v1's weights (safetensors, TensorFlow's names); no part of the model",
    )
    p.add_argument("--out", type=Path, required=True, help="folder of the model to write")
    p.add_argument("--minutes", type=float, help="how long to train (10 unless given)")
    p.add_argument("--steps", type=int, help="or how many steps in all")
    p.add_argument("--batch", type=int, default=6, help="pictures a step (6)")
    p.add_argument("--rate", type=float, help="learning rate (0.001)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, help="one a core unless given")
    p.add_argument("--looks", type=int, help="how often to stop and look")
    p.add_argument("--samples", type=int, help="pictures a look is measured on")
    p.add_argument("--device", default="auto", help="auto, cpu or cuda")
    p.add_argument("--resume", action="store_true", help="go on with the run in --out")
    p.add_argument(
        "--keep-encoder",
        action="store_true",
        help="with --resume: leave the style encoder as it is, so that banks keep their codes",
    )
    p.add_argument("--start", help="begin at this stylist's weights: its name or folder")
    p.add_argument(
        "--weights",
        nargs="+",
        default=[],
        metavar="LOSS=NUMBER",
        help="how much a loss counts: style, content, structure, same or grain",
    )
    p.add_argument("--name", help="the model's name on its card (the folder's unless given)")
    p.add_argument("--commit", default="", help="commit of the code, for the card")
    return p


def main(argv: list[str]) -> None:
    """Train, look now and then, and write the two networks and their card."""
    o = parser().parse_args(argv)
    from haiga.training.pictures.told import Live
    from haiga.training.stylists.session import train_stylist

    train_stylist(o, Live())
