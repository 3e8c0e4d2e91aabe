"""Makers by a list of names, items by columns and by date."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.collection.lists import match_makers, read_name_list
from haiga.collection.picking import by_column, by_date
from haiga.core.collecting import Attribute
from haiga.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import collected, item_of, passports

LINES = """# painters
Berthe Morisot | B. Morisot | Morisot, Berthe Marie
Mary Cassatt   # American
Élisabeth Vigée Le Brun
Judith Leyster
"""
MAKERS = ["Morisot, Berthe (French, 1841–1895)", "B. Morisot", "After Berthe Morisot",
          "Mary Casatt", "M. Cassatt", "Vigee-Le Brun, Elisabeth", "Claude Monet", "Unknown",
          "Claude Monet; Mary Cassatt", "Mary Smith"]  # fmt: skip


def listed(tmp_path: Path, text: str, name: str = "women.txt") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_names_are_matched_and_it_is_said_by_which_alias(tmp_path: Path) -> None:
    items = [item_of(i, maker) for i, maker in enumerate(MAKERS)]
    found = match_makers(items, read_name_list(listed(tmp_path, LINES)))
    taken = {(int(m.item, 16), m.name, m.alias) for m in found.matches}
    assert taken == {
        (0, "Berthe Morisot", "Berthe Morisot"),
        (1, "Berthe Morisot", "B. Morisot"),
        (5, "Élisabeth Vigée Le Brun", "Élisabeth Vigée Le Brun"),
        (8, "Mary Cassatt", "Mary Cassatt"),
    }
    assert [(int(m.item, 16), m.attributed) for m in found.attributed] == [(2, "after")]
    assert found.passed[items[2].id] == "is only after Berthe Morisot"
    assert found.passed[items[6].id] == "is by Claude Monet, who is not on the list"
    assert found.passed[items[7].id] == "names no maker"
    assert found.never_met == ("Judith Leyster",)
    assert set(found.kept) | set(found.passed) == {item.id for item in items}


def test_what_only_looks_like_a_name_is_shown_and_never_taken(tmp_path: Path) -> None:
    items = [item_of(i, maker) for i, maker in enumerate(MAKERS)]
    found = match_makers(items, read_name_list(listed(tmp_path, LINES)))
    near = {n.maker: (n.name, n.why) for n in found.near}
    assert near["Mary Casatt"][0] == "Mary Cassatt"
    assert near["M. Cassatt"] == ("Mary Cassatt", "the same by initials")
    assert "Mary Smith" not in near
    assert "Claude Monet" not in near
    assert {items[3].id, items[4].id} <= set(found.passed)


def test_attributed_works_count_where_that_is_asked_for(tmp_path: Path) -> None:
    items = [item_of(0, "Workshop of Judith Leyster")]
    names = read_name_list(listed(tmp_path, LINES))
    assert match_makers(items, names).kept == ()
    (match,) = match_makers(items, names, attributed=True).matches
    assert (match.name, match.attributed) == ("Judith Leyster", "workshop of")


def test_a_table_tells_of_its_names_and_who_told_it(tmp_path: Path) -> None:
    table = (
        "name,aliases,gender,self_identified,born\n"
        "Berthe Morisot,B. Morisot|Madame Manet,female,,1841\n"
        "Claude Cahun,,nonbinary,yes,1894\n"
        "Claude Monet,,male,no,1840\n"
    )
    names = read_name_list(listed(tmp_path, table, "people.csv"))
    told = {one.name: one.attributes for one in names.names}
    assert told["Claude Cahun"] == (
        Attribute("gender", "nonbinary", "people.csv", True),
        Attribute("born", "1894", "people.csv", None),
    )
    assert told["Berthe Morisot"][0].self_identified is None
    assert told["Claude Monet"][0].self_identified is False
    found = match_makers([item_of(3, "Madame Manet")], names)
    assert found.attributes == {item_of(3).id: told["Berthe Morisot"]}


def test_what_a_list_tells_stands_in_the_passports_from_then_on(tmp_path: Path) -> None:
    collection = collected(tmp_path, passports(2, maker="Berthe Morisot"))
    table = "name,gender\nBerthe Morisot,female\n"
    names = read_name_list(listed(tmp_path, table, "people.csv"))
    for _ in range(2):
        found = match_makers(collection.items(), names)
        collection.keep_attributes(found.attributes)
    expected = (Attribute("gender", "female", "people.csv"),)
    assert [item.passport.attributes for item in collection.items()] == [expected] * 2
    assert collection.item("1").passport.attributes == expected


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "a.txt", "holds no name"),
        ("# only this\n", "a.txt", "holds no name"),
        ("A Bee | C Dee\nE Eff | C Dee\n", "a.txt", "stands for both 'A Bee' (line 1) and 'E Eff'"),
        ("wer,was\nA,b\n", "a.csv", "no column looks like the names"),
        ("| |\n 12 \n", "a.txt", "holds no name"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(
    tmp_path: Path, text: str, name: str, says: str
) -> None:
    with pytest.raises(UserError) as caught:
        read_name_list(listed(tmp_path, text, name))
    assert says in str(caught.value).replace(str(tmp_path), "")
    with pytest.raises(UserError):
        read_name_list(tmp_path / "not there")


def test_a_name_that_stands_twice_is_one_and_it_is_said(tmp_path: Path) -> None:
    names = read_name_list(listed(tmp_path, "A Bee\nBee, A\n"))
    assert len(names.names) == 1
    assert names.notes == ("women.txt: line 2: 'Bee, A' is on the list already (line 1)",)


def test_items_are_picked_by_what_any_column_tells() -> None:
    items = [
        item_of(0, date="1874", columns={"medium": "Oil"}),
        item_of(1, date="c. 1920", columns={"medium": "oil"}),
        item_of(
            2, date="", columns={"medium": "photograph"}, attributes=(Attribute("gender", "f"),)
        ),
    ]
    picked = by_column(items, ["medium=oil", "year<1900"])
    assert picked.kept == (items[0].id,)
    assert picked.passed[items[1].id] == "does not meet 'year<1900'"
    assert picked.passed[items[2].id] == "does not meet 'medium=oil'"
    assert by_column(items, ["gender=f"]).kept == (items[2].id,)
    with pytest.raises(UserError, match="did you mean 'medium'"):
        by_column(items, ["mediun=oil"])


def test_items_are_picked_by_date_and_the_others_say_why() -> None:
    dates = ["1874", "1890–1910", "19th century", "Song dynasty", "", "after 1860", "1901"]
    items = [item_of(i, date=date) for i, date in enumerate(dates)]
    picked = by_date(items, 1801, 1900)
    assert picked.kept == (items[0].id, items[2].id)
    assert [picked.passed[items[i].id] for i in (1, 3, 4, 5, 6)] == [
        "may or may not be of those years: 1890–1910",
        "has a date without a year: 'Song dynasty'",
        "has no date",
        "may or may not be of those years: after 1860",
        "is of 1901",
    ]
    unknown = by_date(items, 1801, 1900, unknown=True)
    assert list(unknown.passed) == [items[6].id]
    with pytest.raises(UserError, match="comes after"):
        by_date(items, 1900, 1800)
