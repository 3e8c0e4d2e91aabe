"""Train a captioner, which says in a few words what a picture shows and where it looked.

    haiga train captioner --pictures FOLDER --out DIR

FOLDER holds pictures and `metadata.jsonl` with a `file` and a `caption` (or `captions`) a line, or
sub-folders that do. The bundled eye sees every picture once; then a small LSTM with attention
learns the captions. Works are held out whole; the card has the figures on them. Ctrl-C keeps
what was learned; --resume goes on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from haiga.core.errors import UserError
from haiga.training.captioners.session import DEFAULT_STEPS, train_captioner


def main(argv: list[str]) -> None:
    """Gather, see, train and measure; write the captioner and its card."""
    o = _parse(argv)
    train_captioner(o, lambda text: print(text, flush=True))
    print(f"the captioner is in {o.out}\ntry it   haiga caption IMAGE --with {o.out}", flush=True)


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="haiga train captioner", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--texts", type=Path, action="append", default=[], metavar="FILE",
                        help="English texts, from which names are told from common words; may be "
                        "repeated")  # fmt: skip
    parser.add_argument("--steps", type=int, help=f"steps in all (default: {DEFAULT_STEPS})")
    parser.add_argument(
        "--rewarded", type=int, metavar="STEPS",
        help="further steps, which reward captions that fit their own picture better than others: "
        "slower ones (default: a tenth of --steps)",
    )  # fmt: skip
    parser.add_argument("--minutes", type=float, help="stop after so long; --resume goes on")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument(
        "--views", type=int, default=3, help="views of each picture, the first whole"
    )
    parser.add_argument("--held-share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0, help="of the split and of the training")
    parser.add_argument("--seen", type=Path, metavar="DIR", help="where the eye's maps are kept")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--name", default="captioner")
    parser.add_argument("--recipe", default="haiga train captioner")
    parser.add_argument("--commit", default="")
    parser.add_argument("--resume", action="store_true")
    o = parser.parse_args(argv)
    for name, least in (("views", 1), ("batch", 2)):
        if getattr(o, name) < least:
            raise UserError(f"--{name}: must be {least} or more, not {getattr(o, name)}")
    for name in ("steps", "minutes", "threads"):
        if getattr(o, name) is not None and getattr(o, name) <= 0:
            raise UserError(f"--{name}: must be more than 0, not {getattr(o, name)}")
    if o.rewarded is not None and o.rewarded < 0:
        raise UserError(f"--rewarded: must be 0 or more, not {o.rewarded}")
    if not 0 <= o.seed < 2**31:
        raise UserError(f"--seed: must be from 0 to 2^31 - 1, not {o.seed}")
    if o.threads is not None and o.threads > 64:
        raise UserError(f"--threads: must be 64 or fewer, not {o.threads}")
    if not o.pictures.is_dir():
        raise UserError(f"--pictures {o.pictures}: there is no such folder")
    if not 0 < o.held_share < 0.4:
        raise UserError(f"--held-share: {o.held_share} is outside 0 to 0.4")
    if not 0 < o.rate < 1:
        raise UserError(f"--rate: {o.rate} is outside 0 to 1")
    return o
