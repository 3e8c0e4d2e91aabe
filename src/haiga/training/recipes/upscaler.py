"""Trains a network that enlarges pictures, on a folder of your own.

Reads a folder of pictures, with or without a table of what is known of them; keeps whole
works apart; cuts the rest into tiles, makes them small and learns to undo it. Two
trainings: for fidelity (nearest to what was there), and from there for texture (strokes
and grain drawn anew), with `--fidelity` of `haiga enlarge` as the dial between them.
Ctrl-C keeps what was learned; `--resume` goes on.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from haiga.core.errors import UserError

if TYPE_CHECKING:
    from haiga.training.parallel import Crew

EXAMPLES = """
examples:
  haiga train upscaler --pictures prints --out large
  haiga train upscaler --pictures prints --scale 2 --start large --out large-2
  haiga train upscaler --pictures prints --training texture --start large-2 --out large-3
  haiga train upscaler --pictures scans --blur 0.7 --jpeg 60 --noise 4 --out mended
  haiga train upscaler --pictures prints --out large --resume --minutes 30
"""


class _Parser(argparse.ArgumentParser):
    """Says a fault in one sentence, as every haiga command does."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message.removeprefix('argument ')}; see '{self.prog} --help'")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = _Parser(
        prog="haiga train upscaler",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "--pictures",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="what to learn from: sharp pictures of 100 px or more a side",
    )
    p.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="where the upscaler goes, and its checkpoints until it is done",
    )
    p.add_argument(
        "--training",
        choices=["fidelity", "texture"],
        default="fidelity",
        help="for fidelity (default), or for texture, which needs --start",
    )
    p.add_argument("--scale", type=int, choices=[2, 4], default=4, help="(default: 4)")
    p.add_argument(
        "--start",
        type=Path,
        metavar="DIR",
        help="an upscaler trained here, to begin with its weights; what it has and this "
        "training does not make comes along",
    )
    p.add_argument(
        "--teacher",
        type=Path,
        metavar="FILE",
        help="weights of MobileNet v1 (safetensors) whose features judge texture (default: "
        "those of the critic that is trained beside)",
    )
    p.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help='keep pictures by a column, such as "year<1900"; several must all hold',
    )
    p.add_argument(
        "--repeat",
        nargs=2,
        action="append",
        default=[],
        metavar=("CONDITION", "N"),
        help='show pictures by a column N times as often, such as "folder=photos" 5',
    )
    p.add_argument(
        "--blur",
        type=float,
        default=0.0,
        metavar="PX",
        help="small pictures are blurred too, by up to so many pixels (default: 0)",
    )
    p.add_argument(
        "--noise",
        type=float,
        default=0.0,
        metavar="LEVELS",
        help="…and noisy, by up to so many levels of 255 (default: 0)",
    )
    p.add_argument(
        "--jpeg",
        type=int,
        default=0,
        metavar="QUALITY",
        help="…and JPEG files of this quality or better (default: 0, never)",
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
    p.add_argument("--batch", type=int, metavar="N", help="patches a step (default: 16)")
    p.add_argument("--rate", type=float, metavar="R", help="learning rate (default: its own)")
    p.add_argument(
        "--channels", type=int, default=48, metavar="N", help="of the network (default: 48)"
    )
    p.add_argument("--blocks", type=int, metavar="N", help="of the network (default: 8, at ×2 4)")
    p.add_argument("--seed", type=int, default=1, help="of the split, the network and the order")
    p.add_argument(
        "--threads", type=int, metavar="N", help="processor threads (default: one a core)"
    )
    p.add_argument(
        "--looks", type=int, metavar="N", help="measure it so many times (default: about 12)"
    )
    p.add_argument(
        "--samples", type=int, metavar="N", help="held-out tiles of each look (default: 64 to 256)"
    )
    p.add_argument(
        "--name", default="", help="what the card calls the upscaler (default: DIR's name)"
    )
    p.add_argument("--licence", default="unstated", help="of the model, for the card")
    return p


def main(argv: list[str], crew: Crew | None = None) -> None:
    """Trains as the arguments say, alone or with the other workers of a crew.

    Raises UserError for what the user can mend, and Stopped when they ended it.
    """
    options = parser().parse_args(argv)
    check(options)
    from haiga.training.parallel import ALONE
    from haiga.training.pictures.told import Live
    from haiga.training.upscalers.study import train_upscaler  # torch takes seconds

    train_upscaler(options, Live(), crew or ALONE)


def check(o: argparse.Namespace) -> None:
    """Refuses what cannot be meant, before anything is read."""
    faults = []
    if o.minutes is not None and not 0 < o.minutes <= 100_000:
        faults.append(f"--minutes {o.minutes:g}: must be above 0")
    for name, least in (("steps", 1), ("batch", 1), ("channels", 4), ("blocks", 1),
                        ("threads", 1), ("looks", 1), ("samples", 8)):  # fmt: skip
        value = getattr(o, name)
        if value is not None and value < least:
            faults.append(f"--{name} {value}: must be at least {least}")
    if o.rate is not None and not 0 < o.rate <= 1:
        faults.append(f"--rate {o.rate:g}: must be above 0 and at most 1")
    for name, most in (("blur", 4), ("noise", 64), ("jpeg", 100)):
        if not 0 <= getattr(o, name) <= most:
            faults.append(f"--{name} {getattr(o, name):g}: must be from 0 to {most}")
    if not 0 <= o.seed < 2**63:
        faults.append(f"--seed {o.seed}: must be from 0 to 2^63 - 1")
    for condition, count in o.repeat:
        if not (count.isdecimal() and 1 <= int(count) <= 100):
            faults.append(f"--repeat '{condition}' {count}: must be from 1 to 100 times")
    if faults:
        raise UserError("; ".join(faults))
