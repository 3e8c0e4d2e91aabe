"""Trains a classifier of pictures on folders of your own, one a class.

Reads a folder with a folder for each class (or a table with a column of classes); keeps near
duplicates and series on one side; learns in seconds from what haiga's eye sees, or trains a
small network from nothing; calibrates its probabilities; and learns what belongs to none of
the classes. Leaves a folder for `haiga classify --with DIR` and a report on pictures it was
never trained on.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from haiga.core.errors import UserError
from haiga.media.picture_choice import ClassifierMade
from haiga.media.picture_listing import SUFFIXES

NETS = ("eye", "small", "mobilenet")
EXAMPLES = """
examples:
  haiga train classifier --pictures pets --out my-pets
  haiga train classifier --pictures pets --probe other-animals --out my-pets
  haiga train classifier --pictures prints --label artist --out whose-print
  haiga train classifier --pictures pets --net small --epochs 60 --out from-nothing
"""


class _Parser(argparse.ArgumentParser):
    """Says a fault in one sentence, as every haiga command does."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message.removeprefix('argument ')}; see '{self.prog} --help'")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    p = _Parser(
        prog="haiga train classifier",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "--pictures", type=Path, required=True, metavar="FOLDER",
        help="what to learn from: a folder for each class, or pictures and a table",
    )  # fmt: skip
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the classifier goes"
    )
    p.add_argument(
        "--label", metavar="COLUMN",
        help="a table's column whose values are the classes (default: the folders' names)",
    )  # fmt: skip
    p.add_argument(
        "--where", action="append", default=[], metavar="CONDITION",
        help='keep pictures by a column, such as "year<1900"; several must all hold',
    )  # fmt: skip
    p.add_argument(
        "--probe", type=Path, metavar="FOLDER",
        help="pictures of other things: the report lists those it takes for a class most surely",
    )  # fmt: skip
    p.add_argument(
        "--net", choices=NETS, default="eye",
        help="what sees: haiga's eye as it is (default), a small network trained from nothing, "
        "or a MobileNet v1 from a local file",
    )  # fmt: skip
    p.add_argument(
        "--fine-tune", action="store_true", help="train the eye's last blocks too: minutes"
    )
    p.add_argument(
        "--epochs", type=int, metavar="N",
        help="rounds of training (default: 40 of the small network, 6 of fine-tuning)",
    )  # fmt: skip
    p.add_argument(
        "--weights", metavar="FILE.safetensors",
        help="of --net mobilenet: a file with TensorFlow's tensor names, or hf:OWNER/NAME/FILE of "
        "the Hugging Face Hub",
    )  # fmt: skip
    p.add_argument("--sha256", metavar="HEX", help="the digest that --weights must have")
    p.add_argument(
        "--reject", type=float, default=0.1, metavar="SHARE",
        help="the share of pictures of the classes that may be called none of them (default: 0.1)",
    )  # fmt: skip
    p.add_argument(
        "--no-mirror", dest="mirror", action="store_false",
        help="never show a picture mirrored: for letters and whatever has a left and a right",
    )  # fmt: skip
    p.add_argument("--seed", type=int, default=1, help="of the split, the network and the order")
    p.add_argument(
        "--threads", type=int, metavar="N", help="processor threads (default: one a core)"
    )
    p.add_argument(
        "--name", default="", help="what the card calls the classifier (default: DIR's name)"
    )
    p.add_argument("--licence", default="unstated", help="of the model, for the card")
    return p


def main(argv: list[str]) -> ClassifierMade:
    """Trains as the arguments say.

    Raises UserError for what the user can mend, and Stopped when they ended it.
    """
    options = parser().parse_args(argv)
    check(options)
    from haiga.training.classifiers.session import default_threads, train_classifier
    from haiga.training.pictures.told import Live

    options.threads = options.threads or default_threads()
    return train_classifier(options, Live())


def check(o: argparse.Namespace) -> None:
    """Refuses what cannot be meant, before anything is read."""
    faults = []
    if not 0 <= o.reject <= 0.9:
        faults.append(f"--reject {o.reject:g}: must be from 0 to 0.9")
    for name, least in (("epochs", 1), ("threads", 1)):
        value = getattr(o, name)
        if value is not None and value < least:
            faults.append(f"--{name} {value}: must be at least {least}")
    if o.threads is not None and o.threads > 64:
        faults.append(f"--threads {o.threads}: must be at most 64")
    if not 0 <= o.seed < 2**31:
        faults.append(f"--seed {o.seed}: must be from 0 to 2^31 - 1")
    if o.fine_tune and o.net != "eye":
        faults.append("--fine-tune: trains the eye's last blocks, so it is for --net eye")
    if o.epochs is not None and o.net != "small" and not o.fine_tune:
        faults.append("--epochs: is for --net small and --fine-tune; a head alone has none")
    if o.net != "mobilenet" and (o.weights or o.sha256):
        faults.append("--weights and --sha256: are for --net mobilenet")
    if o.probe is not None and not o.probe.is_dir():
        faults.append(f"--probe {o.probe}: there is no such folder")
    elif o.probe is not None and not any(p.suffix.lower() in SUFFIXES for p in o.probe.rglob("*")):
        faults.append(f"--probe {o.probe}: holds no picture")
    if faults:
        raise UserError("; ".join(faults))
