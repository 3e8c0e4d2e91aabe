"""Train a stylist that follows any picture.

    haiga train stylist --pictures FOLDER... --styles FOLDER... --teacher FILE --out DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path

def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = argparse.ArgumentParser(prog="haiga train stylist", description=__doc__)
    p.add_argument("--pictures", type=Path, nargs="+", required=True)
    p.add_argument("--styles", type=Path, nargs="+", required=True)
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--minutes", type=float)
    p.add_argument("--steps", type=int)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--rate", type=float)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int)
    p.add_argument("--looks", type=int)
    p.add_argument("--samples", type=int)
    p.add_argument("--device", default="auto")
    p.add_argument("--resume", action="store_true")
    return p


def main(argv: list[str]) -> None:
    o = parser().parse_args(argv)
    from haiga.training.pictures.told import Live
    from haiga.training.stylists.session import train_stylist

    train_stylist(o, Live())
