"""Tables of addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from found import all_of, read_all
from loopback import Loopback, jpeg, quick

from haiga.collection.sources.urls import AddressTable
from haiga.core.errors import UserError


def source(path: Path, text: str, **changed: object) -> AddressTable:
    path.write_text(text, encoding="utf-8")
    return AddressTable(path, quick(tries=1), **changed)  # type: ignore[arg-type]


def test_rows_become_passports_and_their_pictures_come(server: Loopback, tmp_path: Path) -> None:
    one = server.picture("/1.jpg", jpeg(1))
    text = (
        "id,artist,url,image_url,license,gender\n"
        f"7,Ada,https://x.org/7,{one},CC0,female\n"
        f"8,Bea,https://x.org/8,{server.url}/gone.jpg,,\n"
        "9,Cid,https://x.org/9,,,\n"
        f"10,Dot,https://x.org/10,{one},,\n"
        "11,Eve,https://x.org/11,no address,,\n"
    )
    table = source(tmp_path / "t.csv", text)
    found, missed = all_of(table)
    told = found[one].passport
    assert (told.maker, told.url, told.licence) == ("Ada", "https://x.org/7", "CC0")
    assert told.attributes[0].value == "female"
    assert told.columns == {"id": "7"}
    assert missed == {
        "row 4": "has nothing in 'image_url'",
        f"{one} (row 5)": "is named twice in the table",
    }
    got, not_got = read_all(found)
    assert got == {one: jpeg(1)}
    assert not_got[f"{server.url}/gone.jpg"] == "is not there (404)"
    assert "has no http://" in not_got["no address"]
    assert "addresses from 'image_url'" in table.notes


def test_nothing_is_asked_while_finding(server: Loopback, tmp_path: Path) -> None:
    all_of(source(tmp_path / "t.csv", f"url\n{server.url}/a.jpg\n"))
    assert server.asked == []


@pytest.mark.parametrize("name", ["t.tsv", "t.jsonl", "t.json", "plain.csv"])
def test_every_kind_of_table_is_read(tmp_path: Path, name: str) -> None:
    addresses = ["https://x.org/a,b.jpg", "https://x.org/2.jpg"]
    text = {
        "t.tsv": "Name\tWhere it is\n" + "".join(f"a\t{a}\n" for a in addresses),
        "t.jsonl": "".join(json.dumps({"img": a}) + "\n" for a in addresses),
        "t.json": json.dumps([{"photo": a, "title": "x"} for a in addresses]),
        "plain.csv": "".join(a.replace(",", "%2C") + "\n" for a in addresses),
    }[name]
    found, missed = all_of(source(tmp_path / name, text))
    assert len(found) == 2
    assert missed == {}


def test_conditions_choose_rows(tmp_path: Path) -> None:
    text = "url,year\nhttps://x.org/1.jpg,1850\nhttps://x.org/2.jpg,1950\n"
    assert list(all_of(source(tmp_path / "t.csv", text, where=["year>1900"]))[0]) == [
        "https://x.org/2.jpg"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "no column of picture addresses; call"),
        ("title,licence\nA,https://x.org/by\n", "no column of picture addresses"),
        (
            "file,License URL,sourcePage\na.jpg,https://x.org/by,https://x.org/1\n",
            "no column of picture addresses",
        ),
        (
            "title,rights,credit,source_url\nA,https://x.org/r,https://x.org/c,https://x.org/p\n",
            "no column of picture addresses",
        ),
        ("https://x.org/1.jpg,Ada\nhttps://x.org/2.jpg,Bea\n", "let the first row name"),
    ],
)
def test_a_table_without_addresses_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        all_of(source(tmp_path / "t.csv", text))


def test_a_column_of_another_name_counts_by_what_is_in_it(tmp_path: Path) -> None:
    text = "licence,source,where\n" + "".join(
        f"https://x.org/by,https://x.org/{n},{f'https://x.org/{n}.jpg' if n else ''}\n"
        for n in range(3)
    )
    assert len(all_of(source(tmp_path / "t.csv", text))[0]) == 2


def test_hostile_addresses_are_counted_and_nothing_is_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    rows = [
        {"image": (tmp_path / "secret.jpg").as_uri()},
        {"image": "https://me:pw@x.org/a.jpg"},
        {"image": "http://169.254.169.254/latest"},
        {"image": "https://x.org/a\u202e.jpg\u0000"},
        {"image": "https://[::1"},
        {"image": "x" * 10_000},
    ]
    found, _ = all_of(source(tmp_path / "t.jsonl", "\n".join(json.dumps(r) for r in rows)))
    got, not_got = read_all(found)
    assert got == {}
    assert len(not_got) == 6
    assert all("\n" not in reason for reason in not_got.values())
