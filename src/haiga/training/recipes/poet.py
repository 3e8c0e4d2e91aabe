"""Trains a poet on texts of your own.

Reads text files, a folder of them, CSV or JSONL; keeps works apart for validation and
test; trains a small LSTM on words or characters; leaves a folder that every haiga
command takes by its path: `haiga write --with DIR`. Ctrl-C keeps what was learned;
`--resume` goes on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from haiga.core.errors import UserError
from haiga.media.text_choice import PoetMade

if TYPE_CHECKING:
    from haiga.training.parallel import Crew

EXAMPLES = """
examples:
  haiga train poet --texts poems.txt --out my-poet
  haiga train poet --texts lyrics.csv --where "artist=ABBA" --minutes 20 --out abba
  haiga train poet --texts poems.jsonl.gz --where "gender=female" --by author --out women
  haiga train poet --texts poems.txt --out my-poet --resume
"""


class _Parser(argparse.ArgumentParser):
    """Says a fault in one sentence, as every haiga command does."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message.removeprefix('argument ')}; see '{self.prog} --help'")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = _Parser(
        prog="haiga train poet",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "--texts",
        type=Path,
        required=True,
        metavar="FILE-OR-FOLDER",
        help="what to learn from: .txt, .csv, .jsonl, a folder of them, or .gz of each",
    )
    p.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="where the poet goes, and its checkpoints until it is done",
    )
    p.add_argument("--text-column", metavar="NAME", help="of a table: where the text stands")
    p.add_argument("--author-column", metavar="NAME", help="of a table: who wrote it")
    p.add_argument("--title-column", metavar="NAME", help="of a table: what it is called")
    p.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help='keep texts by a column, such as "gender=female" or "year<1900"; '
        "several must all hold",
    )
    p.add_argument(
        "--min-works", type=int, default=0, metavar="N", help="only authors with at least N works"
    )
    p.add_argument(
        "--level", choices=["word", "char"], default="word", help="what a token is (default: word)"
    )
    p.add_argument(
        "--by",
        choices=["work", "author"],
        default="work",
        help="keep whole works apart for validation and test, or whole authors",
    )
    p.add_argument(
        "--context",
        default="none",
        metavar="N|none",
        help="predict from a window of the last N tokens, such as 14, or carry a state "
        "over the whole text (default: none)",
    )
    p.add_argument(
        "--size",
        choices=["auto", "small", "medium", "large"],
        default="auto",
        help="how large the network is (default: by how much text there is)",
    )
    p.add_argument("--words", type=int, metavar="N", help="at most so many words in the vocabulary")
    p.add_argument(
        "--dropout", type=float, metavar="P", help="share of features left out, 0 to 0.9"
    )
    p.add_argument("--rate", type=float, default=2e-3, help="learning rate (default: 0.002)")
    length = p.add_mutually_exclusive_group()
    length.add_argument(
        "--minutes",
        type=float,
        metavar="M",
        help="plan as many steps as fit into M minutes here (default: 10)",
    )
    length.add_argument("--steps", type=int, metavar="N", help="plan N steps")
    p.add_argument(
        "--epochs",
        type=int,
        default=25,
        metavar="N",
        help="plan no more than N rounds over the text (default: 25)",
    )
    p.add_argument(
        "--patience",
        type=int,
        default=6,
        metavar="N",
        help="end after N measurements without a better validation loss; 0: never (default: 6)",
    )
    p.add_argument("--seed", type=int, default=1, help="of the split, the network and the order")
    p.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="processor threads (default: one a core)",
    )
    p.add_argument("--resume", action="store_true", help="go on with the run in --out")
    p.add_argument("--name", default="", help="what the card calls the poet (default: DIR's name)")
    p.add_argument("--licence", default="unstated", help="of the texts, for the card")
    return p  # fmt: skip


def main(argv: list[str], crew: Crew | None = None) -> PoetMade:
    """Trains as the arguments say, alone or with the other workers of a crew.

    Raises UserError for what the user can mend, and Stopped when they ended it.
    """
    options = parser().parse_args(argv)
    check(options)
    from haiga.training.parallel import ALONE  # torch takes seconds to import
    from haiga.training.poet.session import train_poet

    crew = crew or ALONE
    return train_poet(options, _say if crew.is_first else _say_nothing, crew)


def _say_nothing(line: str) -> None:
    """Of a worker that is not the first."""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def check(o: argparse.Namespace) -> None:
    """Refuses what cannot be meant, before anything is read. Sets `context` to int or None."""
    faults = []
    try:
        o.context = None if str(o.context).lower() == "none" else int(o.context)
        if o.context is not None and not 2 <= o.context <= 512:
            faults.append(f"--context {o.context}: must be from 2 to 512, or none")
    except ValueError:
        faults.append(f"--context {o.context}: must be a number of tokens, or none")
    if o.minutes is not None and not 0 < o.minutes <= 100_000:
        faults.append(f"--minutes {o.minutes:g}: must be above 0")
    for name, least in (("steps", 1), ("epochs", 1), ("words", 50), ("min_works", 0),
                        ("patience", 0), ("threads", 1)):  # fmt: skip
        value = getattr(o, name)
        if value is not None and value < least:
            faults.append(f"--{name.replace('_', '-')} {value}: must be at least {least}")
    if o.dropout is not None and not 0 <= o.dropout <= 0.9:
        faults.append(f"--dropout {o.dropout:g}: must be from 0 to 0.9")
    if not 0 < o.rate <= 1:
        faults.append(f"--rate {o.rate:g}: must be above 0 and at most 1")
    if not 0 <= o.seed < 2**63:
        faults.append(f"--seed {o.seed}: must be from 0 to 2^63 - 1")
    if faults:
        raise UserError("; ".join(faults))
