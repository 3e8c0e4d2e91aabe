"""The Met and the Art Institute, as a server of our own plays them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from found import all_of, read_all
from loopback import Handler, Loopback, jpeg, quick

from haiga.collection.licences import allows, read_licence
from haiga.collection.sources.aic import AicSource
from haiga.collection.sources.choose import source_of
from haiga.collection.sources.met import MetSource
from haiga.core.collecting import Attribute
from haiga.core.errors import UserError


def give(server: Loopback, path: str, answer: Any) -> None:
    server.answers[path] = lambda h: h.give(200, json.dumps(answer).encode())


def met(server: Loopback, objects: dict[int, dict[str, Any] | None]) -> MetSource:
    """The museum with these works; None is one that its search names and that is not there."""
    api = "/public/collection/v1"
    give(server, f"{api}/search", {"total": len(objects), "objectIDs": list(objects) or None})
    for number, told in objects.items():
        if told is not None:
            base = {"objectID": number, "isPublicDomain": True, "primaryImage": ""}
            give(server, f"{api}/objects/{number}", {**base, **told})
    return MetSource("african mask", quick(), address=server.url)


MASK = {
    "title": "Mask", "artistDisplayName": "Edna Lewis", "artistGender": "Female",
    "artistNationality": "American", "objectDate": "19th century", "country": "Liberia",
    "region": "Guinea Coast", "creditLine": "Gift of nobody, 1979", "medium": "Wood",
    "objectURL": "https://www.metmuseum.org/art/collection/search/1", "culture": "Dan peoples",
    "tags": [{"term": "Masks", "AAT_URL": "x"}, {"term": "Faces"}],
}  # fmt: skip


def test_a_work_of_the_met_comes_with_its_passport(server: Loopback) -> None:
    image = server.picture("/images/1.jpg", jpeg(1))
    source = met(server, {1: {**MASK, "primaryImage": image}})
    found, _ = all_of(source)
    told = found["1"].passport
    assert (told.title, told.maker, told.date) == ("Mask", "Edna Lewis", "19th century")
    assert told.place == "Liberia, Guinea Coast"
    assert told.attributes == (
        Attribute("gender", "Female", "The Metropolitan Museum of Art"),
        Attribute("nationality", "American", "The Metropolitan Museum of Art"),
    )
    assert told.columns == {"medium": "Wood", "culture": "Dan peoples", "tags": "Masks\nFaces"}
    assert allows(read_licence(told.licence), "commercial").passes
    assert server.asked[1][0].endswith("/search?hasImages=true&q=african+mask")
    assert "/images/1.jpg" not in server.paths()
    assert read_all(found)[0] == {"1": jpeg(1)}


def test_works_of_the_met_that_give_no_picture_are_missed(server: Loopback) -> None:
    image = server.picture("/images/1.jpg", jpeg(1))
    source = met(
        server,
        {
            1: {"isPublicDomain": False, "primaryImage": image},
            2: None,
            3: {},
            4: {"primaryImage": image},
            5: {"isPublicDomain": "yes", "primaryImage": image},
        },
    )
    found, missed = all_of(source)
    assert list(found) == ["4"]
    private = "is not in the public domain, so the museum gives no picture"
    assert missed == {"1": private, "2": "is not there (404)", "3": "has no picture", "5": private}
    assert source.notes == ["5 works found for 'african mask'"]


def test_a_search_of_the_met_without_a_find_is_no_fault(server: Loopback) -> None:
    source = met(server, {})
    assert all_of(source) == ({}, {})
    assert source.notes == ["0 works found for 'african mask'"]


def test_the_met_is_not_asked_beyond_the_limit(server: Loopback) -> None:
    image = server.picture("/images/1.jpg", jpeg(1))
    met(server, {n: {"primaryImage": image} for n in range(1, 50)})
    source = source_of("met:mask", address=server.url, limit=3, fetcher=quick())
    assert len(all_of(source)[0]) == 3
    assert len(server.paths()) == 4


def test_the_met_is_left_alone_after_ten_failures_in_a_row(server: Loopback) -> None:
    met(server, dict.fromkeys(range(1, 60)))
    for number in range(1, 60):
        path = f"/public/collection/v1/objects/{number}"
        server.answers[path] = lambda h: h.give(403, b"<html>are you a robot?</html>")
    source = MetSource("mask", quick(), address=server.url)
    missed = []
    with pytest.raises(UserError, match=r"10 works in a row .* may not be had \(403\)"):
        missed.extend(source.find())
    assert len(server.paths()) == 11


@pytest.mark.parametrize(
    "answer",
    [
        lambda h: h.give(500, b""),
        lambda h: h.give(200, b"{"),
        lambda h: h.give(200, b"[1, 2]"),
        lambda h: h.give(200, b"<html><title>Maintenance</title></html>"),
        lambda h: h.reset(),
        lambda h: h.give(404, b""),
    ],
)
def test_a_search_that_fails_is_one_sentence(server: Loopback, answer: Any) -> None:
    server.answers["/public/collection/v1/search"] = answer
    server.answers["/api/v1/artworks/search"] = answer
    for source in (
        MetSource("mask", quick(tries=2), address=server.url),
        AicSource("mask", quick(tries=2), address=server.url),
    ):
        with pytest.raises(UserError, match=r"(met|aic) http") as caught:
            all_of(source)
        assert "\n" not in str(caught.value)


def test_robots_txt_of_a_museum_counts(server: Loopback) -> None:
    source = met(server, {1: MASK})
    server.answers["/robots.txt"] = lambda h: h.give(200, b"User-agent: *\nDisallow: /public")
    with pytest.raises(UserError, match="robots.txt of .* forbids it"):
        all_of(source)
    assert server.paths() == []


def test_a_run_that_is_done_again_asks_only_for_the_search(
    server: Loopback, tmp_path: Path
) -> None:
    image = server.picture("/images/1.jpg", jpeg(1))
    met(server, {n: {"primaryImage": image} for n in range(1, 5)})
    for asked in (5, 6):
        source = MetSource("mask", quick(scratch=tmp_path), address=server.url)
        assert len(all_of(source)[0]) == 4
        assert len(server.paths()) == asked
    for kept in tmp_path.iterdir():
        os.utime(kept, (time.time() - 100_000,) * 2)  # more than a day ago
    all_of(MetSource("mask", quick(scratch=tmp_path), address=server.url))
    assert len(server.paths()) == 11


@pytest.mark.parametrize("garbage", [{}, {"objectIDs": "x"}, {"objectIDs": [None, "a", {}]}])
def test_answers_that_make_no_sense_find_nothing(server: Loopback, garbage: Any) -> None:
    give(server, "/public/collection/v1/search", garbage)
    assert all_of(MetSource("mask", quick(), address=server.url)) == ({}, {})


def work(number: int, **changed: Any) -> dict[str, Any]:
    told = {
        "id": number, "title": f"Work {number}", "artist_title": "Edna Lewis",
        "date_display": "c. 1900", "place_of_origin": "Liberia", "credit_line": "Gift",
        "image_id": f"img-{number}", "is_public_domain": True, "medium_display": "Wood",
        "thumbnail": {"alt_text": "A wooden mask", "width": 3000}, "subject_titles": ["masks", "x"],
    }  # fmt: skip
    return {**told, **changed}


def aic(server: Loopback, works: list[dict[str, Any]], a_page: int = 2) -> AicSource:
    """The museum with these works, so many a page."""

    def answer(h: Handler) -> None:
        page = int(h.query["page"])
        listed = works[(page - 1) * a_page : page * a_page]
        pages = {"total": len(works), "total_pages": -(-len(works) // a_page)}
        config = {"iiif_url": server.url + "/iiif/2"}
        h.give(200, json.dumps({"pagination": pages, "data": listed, "config": config}).encode())

    server.answers["/api/v1/artworks/search"] = answer
    return AicSource("mask", quick(), address=server.url)


def test_works_of_the_art_institute_come_page_by_page(server: Loopback) -> None:
    source = aic(server, [work(n) for n in range(1, 6)])
    for number in range(1, 6):
        server.picture(f"/iiif/2/img-{number}/full/843,/0/default.jpg", jpeg(number))
    found, missed = all_of(source)
    assert missed == {}
    told = found["3"].passport
    assert (told.title, told.maker, told.place) == ("Work 3", "Edna Lewis", "Liberia")
    assert (told.caption, told.licence) == ("A wooden mask", "CC0-1.0")
    assert told.columns == {"medium_display": "Wood", "subject_titles": "masks\nx"}
    assert read_all(found)[0] == {str(n): jpeg(n) for n in range(1, 6)}
    searches = [path for path in server.paths() if "search" in path]
    assert len(searches) == 3
    assert "query%5Bterm%5D%5Bis_public_domain%5D=true" in searches[0]


def test_works_of_the_art_institute_that_give_no_picture_are_missed(server: Loopback) -> None:
    source = aic(
        server,
        [
            work(1, is_public_domain=False), work(2, image_id=None), work(3), work(3),
            work(4, thumbnail=None), work(5, copyright_notice="© 2020 Somebody"),
        ],
        a_page=10,
    )  # fmt: skip
    found, missed = all_of(source)
    assert list(found) == ["3", "4", "5"]
    assert missed == {"1": "is not in the public domain", "2": "has no picture"}
    assert not allows(read_licence(found["5"].passport.licence), "commercial").passes


def test_a_small_picture_of_the_art_institute_is_not_enlarged(server: Loopback) -> None:
    source = aic(server, [work(1, thumbnail={"width": 500})])
    server.picture("/iiif/2/img-1/full/full/0/default.jpg", jpeg(1))
    assert read_all(all_of(source)[0])[0] == {"1": jpeg(1)}


def test_an_image_address_from_outside_never_leads_into_this_machine(server: Loopback) -> None:
    image = server.picture("/images/1.jpg", jpeg(1))
    found, _ = all_of(met(server, {1: {"primaryImage": image.replace("127.0.0.1", "10.1.2.3")}}))
    assert "private network" in read_all(found)[1]["1"]
