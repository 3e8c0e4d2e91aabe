"""Index the pictures a model was trained on, so that what it makes can be told from them.

    haiga train picture_index --pictures FOLDER … --model DIR [--where COND] [--size PX]

Writes `picture_index/` into the model's folder: whitened views in 8 bits and the works'
names, no pictures. `haiga train painter` and `haiga train generator` write one by themselves;
this is for models without, and to index more pictures than those in one folder.
"""

from __future__ import annotations

import argparse
import shlex
import tempfile
import time
from pathlib import Path
from typing import NoReturn

import numpy as np

from haiga.core.errors import UserError
from haiga.features.picture_index import FOLDER
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.models.store import load_model
from haiga.training.picture_cache import CROP_PX, build, read_collections
from haiga.training.pictures.indexing import Trained, trained_on, works_of, write_index
from haiga.training.pictures.store import build_store
from haiga.training.pictures.store_groups import group_pictures, look_at

PAINTER_PX = 128
COLUMNS = ("id", "title", "artist")


class _Parser(argparse.ArgumentParser):
    """Says a fault in one sentence, as every haiga command does."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message.removeprefix('argument ')}; see '{self.prog} --help'")


def main(argv: list[str]) -> None:
    """Reads the pictures as the model's training did, and writes their index beside the model.

    Raises UserError for what the user can mend.
    """
    parser = _Parser(prog="haiga train picture_index", description=__doc__,
                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, metavar="FOLDER")
    parser.add_argument("--model", required=True, metavar="DIR", help="the model's folder or name")
    parser.add_argument("--out", type=Path, help="where it goes (default: into the model's folder)")
    parser.add_argument("--where", action="append", default=[], metavar="CONDITION",
                        help="keep pictures by a column, as the training did")  # fmt: skip
    parser.add_argument("--size", type=int, default=PAINTER_PX, help="side of the crops, in pixels")
    parser.add_argument("--seed", type=int, default=1, help="of the training's split")
    parser.add_argument(
        "--cut", choices=["centre", "ends", "bundled"], default="centre",
        help="the squares the model saw: the middle of each picture, each end of a long one, or "
        "as the bundled painter's training cut them",
    )  # fmt: skip
    parser.add_argument("--licence", default="unstated", help="of the index, for its card")
    parser.add_argument("--threads", type=int, default=2)
    o = parser.parse_args(argv)
    if not 8 <= o.size <= 1024:
        raise UserError(f"--size {o.size}: pictures can be 8 to 1024 px")
    if not 1 <= o.threads <= 64:
        raise UserError(f"--threads {o.threads}: is outside 1 to 64")
    began = time.monotonic()
    model = load_model(o.model)
    with tempfile.TemporaryDirectory() as folder:
        parts = [
            _cut_as_bundled(path, Path(folder) / str(n)) if o.cut == "bundled"
            else _stored(o, path, Path(folder) / str(n))
            for n, path in enumerate(o.pictures)
        ]  # fmt: skip
        trained = parts[0]
        for part in parts[1:]:
            trained += part
        out = o.out or model.folder / FOLDER
        index = write_index(
            trained,
            out,
            model=model.card.name,
            command=_command(o),
            threads=o.threads,
            licence=o.licence,
            say=lambda line: print(line, flush=True),
        )
    if index is None:
        raise UserError("--pictures: they are all of one work; give pictures of several")
    print(f"{time.monotonic() - began:.0f} s: {out}", flush=True)


def _stored(o: argparse.Namespace, path: Path, folder: Path) -> Trained:
    read = read_pictures(PictureChoice(path, tuple(o.where)))
    store = build_store(read, folder, size_px=o.size, seed=o.seed, crops=o.cut)
    return trained_on(store, store.train)


def _cut_as_bundled(root: Path, folder: Path) -> Trained:
    """The middle of the crops that the bundled painter's flow drew, of every collection."""
    cache = build(root, folder)
    if not cache.items:
        raise UserError(f"{root}: holds no collection (folders with a metadata.jsonl)")
    known = {
        (name, str(row["file"])): {key: str(row[key]) for key in COLUMNS if row.get(key)}
        for name, row in read_collections(root)
    }
    drawn, first = [], set()
    for place, item in enumerate(cache.items):
        work = (item.collection, item.file)
        if not (item.collection.startswith("usda") and work in first):
            drawn.append(place)
        first.add(work)
    edge = (CROP_PX - PAINTER_PX) // 2
    inner = slice(edge, edge + PAINTER_PX)
    pictures = [np.ascontiguousarray(cache.pixels[i, inner, inner]) for i in drawn]
    files = [f"{cache.items[i].collection}/{cache.items[i].file}" for i in drawn]
    columns = [known[cache.items[i].collection, cache.items[i].file] for i in drawn]
    keys = [f"{file} {n}" for n, file in enumerate(files)]
    groups = group_pictures(keys, columns, [look_at(p) for p in pictures], files)
    works = works_of(files, columns)
    out = [cache.items[i].held_out for i in drawn]
    train = [n for n, held in enumerate(out) if not held]
    seen = {groups[n] for n in train}
    held = {groups[n]: n for n in reversed(range(len(drawn))) if out[n] and groups[n] not in seen}
    return Trained(
        [pictures[n] for n in train],
        [works[n] for n in train],
        [groups[n] for n in train],
        [pictures[n] for n in held.values()],
    )


def _command(o: argparse.Namespace) -> str:
    """The command, paths by their last names."""
    parts = ["haiga", "train", "picture_index", "--pictures"]
    parts += [path.resolve().name for path in o.pictures]
    for condition in o.where:
        parts += ["--where", condition]
    parts += ["--size", str(o.size), "--seed", str(o.seed), "--cut", o.cut]
    return shlex.join([*parts, "--model", Path(o.model).name])


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
