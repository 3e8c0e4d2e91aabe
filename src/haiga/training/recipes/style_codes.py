"""Add a network's codes to a style bank.

    haiga train style_codes --bank DIR --pictures FOLDER [--stylist MODEL]

For the bundled bank, or another of the same picture sets: FOLDER holds those. A bank that
`haiga styles make` makes of your own pictures has the codes already. Needs no torch.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.roles.stylists.bank import StyleBank
from haiga.roles.stylists.network import CODE, CodeReader, NetworkStylist
from haiga.training.recipes.style_sources import SOURCES, read_works


def main(argv: Sequence[str]) -> None:
    """Read every artwork of the bank with the network, and write the codes into it."""
    parser = argparse.ArgumentParser(prog="haiga train style_codes", description=__doc__)
    parser.add_argument("--bank", type=Path, required=True, help="folder of the bank")
    parser.add_argument("--pictures", type=Path, required=True, help="what it was made of")
    parser.add_argument("--stylist", default="stylist", help="the network, by name or folder")
    options = parser.parse_args(argv)
    stylist = NetworkStylist(model=options.stylist)
    ids = [style.id for style in StyleBank(str(options.bank)).styles()]
    pictures = pictures_of(options.pictures)
    missing = [i for i in ids if i not in pictures]
    if missing:
        raise UserError(
            f"{options.pictures}: lacks the pictures of {len(missing):,} of the bank's "
            f"{len(ids):,} artworks, such as {missing[0]}"
        )
    reader = CodeReader(stylist)
    for number, style_id in enumerate(ids, 1):
        reader.read(pictures[style_id]())
        if sys.stderr.isatty():
            print(f"\r{number}/{len(ids)}", end="", file=sys.stderr)
    reader.write(options.bank)
    size = (options.bank / f"{CODE}.safetensors").stat().st_size
    print(f"{len(ids):,} codes of {CODE} in {options.bank} ({size:,} bytes)")


def pictures_of(folder: Path) -> dict[str, Callable[[], Picture]]:
    """How to open each artwork, by its id, of the sets that the bundled bank is made of."""
    left_out: Counter[tuple[str, str]] = Counter()
    works = [work for source in SOURCES for work in read_works(source, folder, left_out)]
    return {work.entry.id: work.picture for work in works}
