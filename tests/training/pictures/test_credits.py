"""Whose pictures a model learned from."""

from __future__ import annotations

from haiga.training.pictures.credits import sources

ADA = {"Artist": "Lovelace, Ada", "source": "a museum", "licence": "CC0-1.0"}
BO = {"maker": "Bo", "source": "a museum", "licence": "CC0-1.0"}


def test_pictures_are_counted_by_source_and_licence_with_their_makers() -> None:
    other = {"source": "a library", "rights": "public domain", "title": "A hill"}
    found = sources([ADA, ADA, BO, other], "folder")
    assert found == [
        {"name": "a museum", "items": 3, "licence": "CC0-1.0", "credit": "Lovelace, Ada; Bo"},
        {"name": "a library", "items": 1, "licence": "public domain", "credit": "A hill"},
    ]


def test_pictures_of_which_nothing_is_known_are_the_folders() -> None:
    assert sources([{}, {}], "masks") == [
        {"name": "masks", "items": 2, "licence": "unstated", "credit": ""}
    ]


def test_addresses_of_single_pictures_count_as_one_source() -> None:
    each = [{"source": f"https://www.example.org/item/{n}"} for n in range(50)]
    (one,) = sources(each, "folder")
    assert (one["name"], one["items"]) == ("example.org", 50)


def test_no_picture_is_lost_among_many_sources() -> None:
    found = sources([{"source": f"album {n}"} for n in range(70)], "folder")
    assert len(found) == 21
    assert sum(source["items"] for source in found) == 70
