"""What a poet learned from, as far as its model tells: the copying index and the split."""

from __future__ import annotations

from haiga.core.errors import BadModel
from haiga.features.copying import CopyIndex
from haiga.models.store import BUNDLED, Model, bundled_names, load_model

OWN, SHARED, SPLITS = "copies.safetensors", "index.safetensors", "splits.safetensors"


def copy_index_of(model: Model, name: str) -> tuple[CopyIndex, Model] | None:
    """The copying index that a poet's `vocabulary.json` names, and the model that lends it.

    `copies.safetensors` is a file of the poet's own folder; any other name is that of a
    bundled index, which several poets share. Where the poet has a `splits.safetensors`,
    the index tells its split and not its own. None where no index is named. Raises
    BadModel when a named one is not there.
    """
    if not name:
        return None
    if name == OWN:
        lender, index = model, CopyIndex.open(model.path(OWN))
    elif name in bundled_names():
        lender = load_model(BUNDLED / name)
        index = CopyIndex.open(lender.path(SHARED))
    else:
        raise BadModel(f"{model.folder}/vocabulary.json: there is no copying index '{name}'")
    if any(file.name == SPLITS for file in model.card.files):
        arrays = model.tensors(SPLITS)
        try:
            index = index.with_splits(arrays["digests"], arrays["splits"])
        except (KeyError, ValueError) as error:
            raise BadModel(f"{model.folder}/{SPLITS}: does not fit: {error}") from error
    return index, lender
