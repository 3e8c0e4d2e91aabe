"""Trains a painter on a folder of captioned pictures of your own.

Reads a folder of pictures and what its tables or texts say of them; keeps whole works
apart for validation; teaches a painter their words and leaves a folder that paints:
`haiga paint "red barn" --painter DIR`. `flow` learns on from the bundled painter (128 px);
`attngan` begins from nothing. Ctrl-C keeps what was learned; `--resume` goes on.
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from haiga.core.errors import UserError
from haiga.media.picture_choice import PainterMade

if TYPE_CHECKING:
    from haiga.training.parallel import Crew

SIZES = {"flow": (128,), "attngan": (16, 32, 64, 128, 256)}
DEFAULT_SIZES = {"flow": 128, "attngan": 64}
WHOLE = "--autoencoder"
"""Who gives this trains the whole design, as the bundled painter was: `painter_flow`."""
EXAMPLES = """
examples:
  haiga train painter --pictures garden --out my-painter
  haiga train painter --pictures garden --minutes 60 --out my-painter
  haiga train painter --recipe attngan --pictures fruit --size 64 --out fruit-painter
  haiga train painter --pictures prints --caption-column title --where "year<1900" --out prints
  haiga train painter --pictures garden --out my-painter --resume --minutes 30
"""


class _Parser(argparse.ArgumentParser):
    """Says a fault in one sentence, as every haiga command does."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message.removeprefix('argument ')}; see '{self.prog} --help'")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = _Parser(
        prog="haiga train painter",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "--pictures",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="what to learn from: pictures with captions in metadata.jsonl, .csv or .txt",
    )
    p.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="where the painter goes, and its checkpoints until it is done",
    )
    p.add_argument(
        "--recipe",
        choices=list(SIZES),
        default="flow",
        help="flow: the bundled painter's design; attngan: word attention, from nothing "
        "(default: flow)",
    )
    p.add_argument(
        "--from",
        dest="start",
        default="bundled",
        metavar="bundled|scratch|DIR",
        help="flow: whose weights to begin with; scratch takes only the bundled encoder "
        "(default: bundled)",
    )
    p.add_argument("--teacher", type=Path, metavar="FILE",
                   help="flow: MobileNet weights whose features help it to learn")  # fmt: skip
    p.add_argument("--caption-column", metavar="NAME", help="of a table: where the captions stand")
    p.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help='keep pictures by a column, such as "artist_gender=female" or "year<1900"; '
        "several must all hold",
    )
    p.add_argument(
        "--size",
        type=int,
        metavar="PX",
        help="side of the pictures (default: 128 for flow, its only one; 64 for attngan)",
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
    p.add_argument("--batch", type=int, metavar="N", help="pictures a step (default: 32)")
    p.add_argument(
        "--rate", type=float, metavar="R", help="learning rate (default: the recipe's own)"
    )
    p.add_argument("--width", type=int, metavar="N", help="attngan: channels (default: 32)")
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
        "--looks", type=int, metavar="N", help="measure samples so many times (default: 3 to 12)"
    )
    p.add_argument(
        "--samples", type=int, metavar="N", help="samples of each look (default: 64 to 256)"
    )
    p.add_argument(
        "--name", default="", help="what the card calls the painter (default: DIR's name)"
    )
    p.add_argument("--licence", default="unstated", help="of the model, for the card")
    return p


def main(argv: list[str], crew: Crew | None = None) -> PainterMade | None:
    """Trains as the arguments say, alone or with the other workers of a crew.

    Raises UserError for what the user can mend, and Stopped when they ended it.
    """
    if any(argument.partition("=")[0] == WHOLE for argument in argv):
        from haiga.training.recipes import painter_flow

        if crew is not None and crew.size > 1:
            raise UserError(f"{WHOLE}: is trained in one process; leave out --workers")
        painter_flow.main(argv)
        return None
    options = parser().parse_args(argv)
    check(options)
    from haiga.training.painters.study import train_painter  # torch takes seconds to import
    from haiga.training.parallel import ALONE
    from haiga.training.pictures.refusal import nothing_left
    from haiga.training.pictures.told import Live

    crew = crew or ALONE
    with nothing_left(options.out) if crew.is_first else contextlib.nullcontext():
        return train_painter(options, Live(), crew)


def check(o: argparse.Namespace) -> None:
    """Refuses what cannot be meant, before anything is read. Sets `size` where none is given."""
    faults = []
    o.size = o.size if o.size is not None else DEFAULT_SIZES[o.recipe]
    if o.size not in SIZES[o.recipe]:
        told = ", ".join(map(str, SIZES[o.recipe]))
        faults.append(f"--size {o.size}: {o.recipe} paints {told} px")
    if o.recipe != "flow" and o.start != "bundled":
        faults.append(f"--from {o.start}: is for flow; attngan begins from nothing")
    if o.recipe != "flow" and o.teacher is not None:
        faults.append("--teacher: is for flow")
    if o.recipe == "flow" and o.width is not None:
        faults.append(f"--width {o.width}: is for attngan; a flow has the width it begins with")
    if o.teacher is not None and not o.teacher.is_file():
        faults.append(f"--teacher {o.teacher}: there is no such file")
    if o.minutes is not None and not 0 < o.minutes <= 100_000:
        faults.append(f"--minutes {o.minutes:g}: must be above 0")
    for name, least in (("steps", 1), ("batch", 2), ("width", 8), ("threads", 1), ("looks", 1),
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
