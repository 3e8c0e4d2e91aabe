"""The ledger counts what was told, and says where nothing was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.collection.ledger import NOT_TOLD, Row, ledger, weighted_ledger
from haiga.core.collecting import Attribute

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import item_of

FEMALE = Attribute("gender", "female", "list.csv")
ITEMS = [
    item_of(1, "Berthe Morisot", "1874", attributes=(FEMALE,), fate="kept", place="Paris"),
    item_of(2, "Berthe Morisot; Édouard Manet", "c. 1870", columns={"artist_gender": "Female"}),
    item_of(3, "Marie Dupont", "Song dynasty", fate="dropped", columns={"artist_gender": "null"}),
    item_of(4, "Claude Cahun", "1921", attributes=(
        FEMALE, Attribute("gender", "nonbinary", "Wikidata", True))),
]  # fmt: skip


def test_items_are_counted_by_what_has_become_of_them() -> None:
    tables = ledger(ITEMS).tables
    assert tables["makers"][0] == Row("Berthe Morisot", "", 1, 1, 0)
    assert tables["places"] == (Row("Paris", "", 1, 0, 0), Row(NOT_TOLD, "", 0, 2, 1))
    assert tables["centuries"] == (
        Row("19th century", "", 1, 1, 0),
        Row("20th century", "", 0, 1, 0),
        Row(NOT_TOLD, "", 0, 0, 1),
    )


def test_gender_is_as_it_was_told_and_by_whom_and_never_guessed_from_a_name() -> None:
    rows = {(r.value, r.told_by): r.all for r in ledger(ITEMS).tables["gender"]}
    assert rows == {
        ("female", "list.csv"): 1,
        ("female", "the column 'artist_gender' of test"): 1,
        ("told differently", "female: list.csv; nonbinary: Wikidata, as they say of themselves"): 1,
        (NOT_TOLD, ""): 1,
    }
    assert ledger(ITEMS).tables["gender"][-1].value == NOT_TOLD


def test_weights_say_who_stands_behind_what_a_model_makes() -> None:
    found = weighted_ledger(ITEMS, {ITEMS[0].id: 3, ITEMS[3].id: 1, "elsewhere": 9})
    assert found.items == 2
    assert [(r.value, r.all) for r in found.tables["makers"]] == [
        ("Berthe Morisot", 0.75),
        ("Claude Cahun", 0.25),
    ]
    with pytest.raises(ValueError, match="above zero"):
        weighted_ledger(ITEMS, {"elsewhere": 9})
