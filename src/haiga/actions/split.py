"""Part a collection into what is learnt from and what is measured on, once and for good."""

from __future__ import annotations

from haiga.actions.judge import groups_of
from haiga.collection.split import TRAIN, Split, freeze_split, part_items
from haiga.collection.store import Collection
from haiga.core.errors import UserError


def split_collection(
    collection: Collection,
    name: str,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    by_maker: bool = False,
    seed: int = 0,
) -> Split:
    """Parts the items that are not dropped, and freezes the parts under a name.

    Near duplicates that the judge `duplicates.v1` found lie together. Raises UserError for
    shares that leave nothing to learn from, and where the name is frozen with other parts.
    """
    if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
        raise UserError(
            f"split: {validation:g} for validation and {test:g} for test leave nothing to learn "
            "from; give shares from 0 to 1 that sum to less than 1"
        )
    shares = {TRAIN: 1 - validation - test, "validation": validation, "test": test}
    items = collection.items(("kept", "undecided"))
    if not items:
        raise UserError(f"'{collection.name}' has no item to split")
    split = part_items(
        items, seed=seed, shares=shares, by_maker=by_maker, groups=groups_of(collection)
    )
    return freeze_split(collection, name, split)
