"""Trains a generator of pictures on a folder of your own.

Reads a folder of pictures, with or without a table of what is known of them; keeps whole
works apart for validation; trains one of several recipes, looks at its samples all along
and stops before they copy; leaves a folder that `haiga generate DIR` draws from. Ctrl-C
keeps what was learned; `--resume` goes on.
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from haiga.core.errors import UserError
from haiga.media.picture_choice import GeneratorMade

if TYPE_CHECKING:
    from haiga.training.parallel import Crew

SIZES = (16, 32, 64, 128, 256)
EXAMPLES = """
examples:
  haiga train generator --pictures masks --out my-masks
  haiga train generator --pictures masks --minutes 60 --size 128 --out my-masks
  haiga train generator --recipe cgan --pictures women --label artist --out painters
  haiga train generator --pictures prints --where "year<1900" --out old-prints
  haiga train generator --pictures masks --out my-masks --resume --minutes 30
"""


class _Parser(argparse.ArgumentParser):
    """Says a fault in one sentence, as every haiga command does."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message.removeprefix('argument ')}; see '{self.prog} --help'")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = _Parser(
        prog="haiga train generator",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "--pictures",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="what to learn from: pictures, and a metadata.jsonl or .csv if there is one",
    )
    p.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="where the generator goes, and its checkpoints until it is done",
    )
    p.add_argument(
        "--recipe",
        metavar="NAME",
        help="dcgan, cgan, infogan, vaegan, fastgan or latentgan (default: fastgan, the "
        "one for small collections; with --label, cgan)",
    )
    p.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help='keep pictures by a column, such as "artist_gender=female" or "year<1900"; '
        "several must all hold",
    )
    p.add_argument(
        "--label", metavar="COLUMN", help="a column whose values the generator tells apart (cgan)"
    )
    p.add_argument(
        "--size",
        type=int,
        metavar="PX",
        help="side of the pictures (default: 64; latentgan: 128, and no other)",
    )
    length = p.add_mutually_exclusive_group()
    length.add_argument(
        "--minutes",
        type=float,
        metavar="M",
        help="plan as many steps as fit into M minutes of training here (default: 10)",
    )
    length.add_argument("--steps", type=int, metavar="N", help="plan N steps in all")
    p.add_argument(
        "--device",
        choices=["auto", "cpu", "cuda"],
        default="auto",
        help="where to compute (default: a GPU if there is one)",
    )
    p.add_argument("--resume", action="store_true", help="go on with the run in --out")
    p.add_argument(
        "--learning-curve",
        action="store_true",
        help="train on a quarter, half and all of the pictures, a third of the time each, "
        "and say what would help",
    )
    p.add_argument("--batch", type=int, metavar="N", help="pictures a step (default: the recipe's)")
    p.add_argument(
        "--rate", type=float, metavar="R", help="learning rate (default: the recipe's own)"
    )
    p.add_argument(
        "--width", type=int, metavar="N", help="channels of the network (default: the recipe's)"
    )
    p.add_argument(
        "--no-mirror",
        dest="mirror",
        action="store_false",
        help="never show a picture mirrored: for letters and whatever has a left and a right",
    )
    p.add_argument("--seed", type=int, default=1, help="of the split, the network and the order")
    p.add_argument(
        "--threads", type=int, metavar="N", help="processor threads (default: one a core)"
    )
    p.add_argument(
        "--looks", type=int, metavar="N", help="measure samples so many times (default: about 12)"
    )
    p.add_argument(
        "--samples", type=int, metavar="N", help="samples of each look (default: 64 to 256)"
    )
    p.add_argument(
        "--name", default="", help="what the card calls the generator (default: DIR's name)"
    )
    p.add_argument("--licence", default="unstated", help="of the model, for the card")
    return p


def main(argv: list[str], crew: Crew | None = None) -> GeneratorMade:
    """Trains as the arguments say, alone or with the other workers of a crew.

    Raises UserError for what the user can mend, and Stopped when they ended it.
    """
    options = parser().parse_args(argv)
    check(options)
    from haiga.training.parallel import ALONE
    from haiga.training.pictures.generator import train_generator  # torch takes seconds
    from haiga.training.pictures.refusal import nothing_left
    from haiga.training.pictures.told import Live

    crew = crew or ALONE
    with nothing_left(options.out) if crew.is_first else contextlib.nullcontext():
        return train_generator(options, Live(), crew)


def check(o: argparse.Namespace) -> None:
    """Refuses what cannot be meant, before anything is read. Sets `size` where none is given."""
    faults = []
    if o.size is None:
        o.size = 128 if o.recipe == "latentgan" else 64
    if o.size not in SIZES:
        faults.append(f"--size {o.size}: must be one of {', '.join(map(str, SIZES))}")
    if o.minutes is not None and not 0 < o.minutes <= 100_000:
        faults.append(f"--minutes {o.minutes:g}: must be above 0")
    for name, least in (("steps", 1), ("batch", 2), ("width", 4), ("threads", 1), ("looks", 1),
                        ("samples", 8)):  # fmt: skip
        value = getattr(o, name)
        if value is not None and value < least:
            faults.append(f"--{name} {value}: must be at least {least}")
    if o.rate is not None and not 0 < o.rate <= 1:
        faults.append(f"--rate {o.rate:g}: must be above 0 and at most 1")
    if not 0 <= o.seed < 2**63:
        faults.append(f"--seed {o.seed}: must be from 0 to 2^63 - 1")
    if faults:
        raise UserError("; ".join(faults))
