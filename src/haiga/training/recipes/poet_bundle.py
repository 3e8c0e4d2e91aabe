"""A trained poet as it ships: it shares a bundled copying index instead of carrying its own.

`haiga train poet_bundle --poet DIR --index poems --out DIR`. The split, which work was
trained on and which was held out, goes along in a small file of digests.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from haiga.core.errors import UserError
from haiga.features.copying import CopyIndex
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import write_card
from haiga.models.store import load_model
from haiga.roles.poets.sources import OWN, SPLITS


def main(argv: list[str]) -> None:
    """Copies a poet's folder to `--out` as the options say."""
    p = argparse.ArgumentParser(prog="haiga train poet_bundle", description=__doc__)
    p.add_argument("--poet", type=Path, required=True, help="folder that `haiga train poet` made")
    p.add_argument("--index", required=True, help="name of the bundled copying index")
    p.add_argument("--out", type=Path, required=True, help="folder for the model's files")
    p.add_argument("--name", help="what the card calls it (default: as it is)")
    p.add_argument("--title", help="a few words (default: as it is)")
    p.add_argument("--about", help="a sentence (default: as it is)")
    p.add_argument("--licence", help="of the model's files (default: as it is)")
    p.add_argument("--recipe", help="where the commands that made it stand (default: as it is)")
    p.add_argument("--figures", type=Path, help="a JSON object of figures for the card")
    o = p.parse_args(argv)
    model = load_model(o.poet)
    if OWN not in {file.name for file in model.card.files}:
        raise UserError(f"{o.poet}: has no copying index of its own to be replaced")
    make_folder(o.out)
    vocabulary = {**model.json("vocabulary.json"), "index": o.index}
    text = json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")) + "\n"
    write_durably(o.out / "vocabulary.json", text.encode())
    shutil.copyfile(model.path("step.onnx"), o.out / "step.onnx")
    own = CopyIndex.open(model.path(OWN))
    split = {name: np.array(own.arrays[name]) for name in ("digests", "splits")}
    save_file(split, o.out / SPLITS)
    card = model.card
    quality = dict(card.quality)
    if o.figures:
        quality |= json.loads(o.figures.read_text("utf-8"))
    write_card(
        o.out,
        name=o.name or card.name,
        role="poet",
        title=o.title or card.title,
        about=o.about or card.about,
        licence=o.licence or card.licence,
        origin=card.origin,
        recipe=o.recipe or card.recipe,
        files=["step.onnx", "vocabulary.json", SPLITS],
        data=[source.model_dump() for source in card.data],
        quality=quality,
        parity=dict(card.parity),
        created=card.created,
    )
