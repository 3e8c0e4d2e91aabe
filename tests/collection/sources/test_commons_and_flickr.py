"""Wikimedia Commons and Flickr, as a server of our own plays them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from found import all_of, read_all
from hypothesis import given
from hypothesis import strategies as st
from loopback import Handler, Loopback, jpeg, quick

from haiga.collection.licences import allows, read_licence
from haiga.collection.sources.asking import plain_text
from haiga.collection.sources.commons import CommonsSource
from haiga.collection.sources.flickr import FlickrSource
from haiga.core.errors import UserError


def page(server: Loopback, number: int, told: dict[str, str], **info: Any) -> dict[str, Any]:
    said = {name: {"value": value, "source": "x"} for name, value in told.items()}
    base = {
        "url": f"{server.url}/full/{number}.jpg", "thumburl": f"{server.url}/1280/{number}.jpg",
        "descriptionurl": f"https://x.org/File:{number}", "mime": "image/jpeg", "width": 800,
        "height": 600, "sha1": "ab", "extmetadata": said,
    }  # fmt: skip
    return {
        "pageid": number, "title": f"File:Mask {number}.jpg", "imageinfo": [{**base, **info}],
    }  # fmt: skip


def commons(
    server: Loopback, answers: list[dict[str, Any]], words: str = "Category:Masks"
) -> CommonsSource:
    """Commons with these answers one after the other."""
    server.answers["/w/api.php"] = lambda h: h.give(
        200, json.dumps(answers[min(h.times, len(answers)) - 1]).encode()
    )
    return CommonsSource(words, quick(tries=2), address=server.url)


SAID = {
    "LicenseShortName": "CC BY-SA 4.0",
    "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0",
    "Artist": '<a href="//commons.wikimedia.org/wiki/User:Ada" title="User:Ada">Ada &amp; <b>Bea'
    '</b></a><span style="display: none;">hidden</span>',
    "Credit": '<span class="int-own-work" lang="en">Own work</span>',
    "ImageDescription": "<p>A mask<br>of wood</p><script>evil()</script>",
    "DateTimeOriginal": "2019-05-01",
    "ObjectName": "Mask",
}


def test_a_file_of_commons_has_its_own_licence_maker_and_credit(server: Loopback) -> None:
    server.picture("/full/1.jpg", jpeg(1))
    source = commons(server, [{"batchcomplete": True, "query": {"pages": [page(server, 1, SAID)]}}])
    found, _ = all_of(source)
    told = found["File:Mask 1.jpg"].passport
    assert told.licence == "CC BY-SA 4.0"
    assert (told.maker, told.credit, told.title) == ("Ada & Bea", "Own work", "Mask")
    assert (told.caption, told.date) == ("A mask of wood", "2019-05-01")
    assert told.url == "https://x.org/File:1"
    assert told.columns["licence address"].endswith("/by-sa/4.0")
    assert read_all(found)[0] == {"File:Mask 1.jpg": jpeg(1)}
    assert source.notes == ["1 files found for 'Category:Masks'",
                            "files in its sub-categories are not followed"]  # fmt: skip
    assert "gcmtitle=Category%3AMasks" in server.paths()[0]


def test_answers_in_parts_are_put_together_before_anything_is_given(server: Loopback) -> None:
    whole, bare = page(server, 1, SAID), {"pageid": 2, "title": "File:Mask 2.jpg"}
    second = page(server, 2, SAID)
    third = page(server, 3, SAID)
    source = commons(
        server,
        [
            {"continue": {"iistart": "x"}, "query": {"pages": [whole, bare]}},
            {"batchcomplete": True, "continue": {"gcmcontinue": "y"},
             "query": {"pages": [{"pageid": 1, "title": "File:Mask 1.jpg"}, second]}},
            {"batchcomplete": True, "query": {"pages": [third]}},
        ],
    )  # fmt: skip
    found, missed = all_of(source)
    assert list(found) == ["File:Mask 1.jpg", "File:Mask 2.jpg", "File:Mask 3.jpg"]
    assert missed == {}
    assert ["iistart=x" in path for path in server.paths()] == [False, True, False]
    assert "gcmcontinue=y" in server.paths()[2]


def test_answers_that_go_round_in_a_circle_end(server: Loopback) -> None:
    again = {"batchcomplete": True, "continue": {"gcmcontinue": "y"}, "query": {"pages": []}}
    with pytest.raises(UserError, match="round in a circle"):
        all_of(commons(server, [again]))
    assert len(server.paths()) == 2


def test_large_and_redrawn_files_come_at_a_width_that_is_ready(server: Loopback) -> None:
    server.picture("/1280/1.jpg", jpeg(1))
    server.picture("/1280/2.jpg", jpeg(2))
    pages = [
        page(server, 1, SAID, width=9_000),
        page(server, 2, SAID, mime="image/svg+xml", width=100),
    ]
    found, _ = all_of(commons(server, [{"batchcomplete": True, "query": {"pages": pages}}]))
    assert len(read_all(found)[0]) == 2


def test_what_is_no_picture_there_is_missed(server: Loopback) -> None:
    pages = [
        page(server, 1, SAID, mime="application/pdf"), page(server, 2, SAID, mime="video/webm"),
        {"pageid": 3, "title": "File:Gone.jpg", "imageinfo": []},
        {"pageid": 4, "title": "File:Odd.jpg", "imageinfo": "x"},
        page(server, 5, {}, extmetadata=[]), {"title": "no id"}, "rubbish",
    ]  # fmt: skip
    found, missed = all_of(commons(server, [{"batchcomplete": True, "query": {"pages": pages}}]))
    assert missed == {
        "File:Mask 1.jpg": "is no picture but application/pdf",
        "File:Mask 2.jpg": "is no picture but video/webm",
        "File:Gone.jpg": "has no file",
        "File:Odd.jpg": "has no file",
    }
    told = found["File:Mask 5.jpg"].passport
    assert (told.title, told.licence) == ("Mask 5", "")
    assert not allows(read_licence(told.licence), "share").passes


def test_a_refusal_of_commons_is_said(server: Loopback) -> None:
    error = {"error": {"code": "invalidcategory", "info": "The category <b>x</b> is invalid."}}
    with pytest.raises(UserError, match="refuses what was asked for: The category x is invalid"):
        all_of(commons(server, [error]))


def test_the_interface_of_commons_is_asked_although_robots_txt_shuts_it_and_pictures_are_not(
    server: Loopback,
) -> None:
    server.answers["/robots.txt"] = lambda h: h.give(
        200, b"User-agent: *\nDisallow: /w/\nDisallow: /full/\n"
    )
    server.picture("/full/1.jpg", jpeg(1))
    found, _ = all_of(
        commons(server, [{"batchcomplete": True, "query": {"pages": [page(server, 1, SAID)]}}])
    )
    assert "robots.txt" in read_all(found)[1]["File:Mask 1.jpg"]


def test_words_are_searched_for_among_files(server: Loopback) -> None:
    all_of(commons(server, [{"batchcomplete": True}], "african mask"))
    assert "gsrsearch=african+mask+filetype%3Abitmap&gsrnamespace=6" in server.paths()[0]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"), ("a &lt;b&gt; c", "a <b> c"), ("<p>a</p><p>b</p>", "a b"),
        ("<style>x{}</style>a", "a"), ("<div style='display:none'><b>x</b></div>a", "a"),
        ("<![odd[", ""), ("", ""), ("<i>a</i>&nbsp;b", "a b"),
    ],
)  # fmt: skip
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.text(alphabet="<>!/[]-&;a \n\"'=?", max_size=80))
def test_plain_text_never_raises(markup: str) -> None:
    assert "\n" not in plain_text(markup)


def flickr(
    server: Loopback, photos: list[dict[str, Any]], wanted: str = "tag=mask", a_page: int = 2
) -> FlickrSource:
    """Flickr with these photographs, so many a page."""

    def answer(h: Handler) -> None:
        if h.query["api_key"] != "sesame":
            said = {"stat": "fail", "code": 100, "message": f"Invalid key {h.query['api_key']}"}
            return h.give(200, json.dumps(said).encode())
        if h.query["method"] == "flickr.photos.licenses.getInfo":
            new = {"id": "11", "name": "CC BY 4.0", "url": "https://x.org"}
            odd = {"id": 99, "name": "Something new", "url": ""}
            return h.give(
                200, json.dumps({"licenses": {"license": [new, odd]}, "stat": "ok"}).encode()
            )
        number = int(h.query["page"])
        told = {
            "page": number, "pages": -(-len(photos) // a_page), "total": str(len(photos)),
            "photo": photos[(number - 1) * a_page : number * a_page],
        }  # fmt: skip
        return h.give(200, json.dumps({"photos": told, "stat": "ok"}).encode())

    server.answers["/services/rest/"] = answer
    return FlickrSource(wanted, quick(tries=1), key="sesame", address=server.url)


def photo(server: Loopback, number: int, licence: int | str, **changed: Any) -> dict[str, Any]:
    told = {
        "id": str(number), "owner": "1@N00", "ownername": "Ada", "title": "A mask",
        "license": licence, "datetaken": "2019-05-01 10:00:00", "tags": "mask wood",
        "description": {"_content": "<b>Wood</b> &amp; paint"}, "pathalias": None,
        "url_l": f"{server.url}/{number}_l.jpg", "url_o": f"{server.url}/{number}_o.jpg",
    }  # fmt: skip
    return {**told, **changed}


def test_photographs_of_flickr_keep_the_licence_that_flickr_gives(server: Loopback) -> None:
    numbers = [0, 1, 4, "7", "9", 11, 99, "77"]
    photos = [photo(server, n, licence) for n, licence in enumerate(numbers, 1)]
    server.picture("/1_l.jpg", jpeg(1))
    source = flickr(server, photos)
    found, missed = all_of(source)
    assert missed == {}
    assert [thing.passport.licence for thing in found.values()] == [
        "All Rights Reserved", "CC-BY-NC-SA-2.0", "CC-BY-2.0", "No known copyright restrictions",
        "CC0-1.0", "CC-BY-4.0", "Something new", "",
    ]  # fmt: skip
    told = found["1"].passport
    assert told.url == "https://www.flickr.com/photos/1@N00/1"
    assert (told.maker, told.credit) == ("Ada", "Ada, Flickr")
    assert (told.caption, told.columns["tags"]) == ("Wood & paint", "mask\nwood")
    assert read_all(found)[0] == {"1": jpeg(1)}
    assert source.notes == ["8 photographs found"]


def test_by_tag_only_what_may_be_used_is_asked_for_and_of_a_user_all(server: Loopback) -> None:
    all_of(flickr(server, [], "tag=mask"))
    assert "license=1%2C2%2C3" in server.paths()[-1]
    all_of(flickr(server, [], "user=12@N34"))
    assert "user_id=12%40N34" in server.paths()[-1]
    assert "license=" not in server.paths()[-1]


def test_a_photograph_without_a_size_is_missed_and_one_that_comes_twice_comes_once(
    server: Loopback,
) -> None:
    photos = [photo(server, 1, 4), photo(server, 2, 4, url_l=None, url_o=""), photo(server, 1, 4)]
    found, missed = all_of(flickr(server, photos))
    assert list(found) == ["1"]
    assert missed == {"2": "has no size that may be downloaded"}


def test_a_wrong_key_is_said_without_the_key(server: Loopback) -> None:
    flickr(server, [])
    source = FlickrSource("tag=mask", quick(tries=1), key="wrong-key", address=server.url)
    with pytest.raises(UserError, match="refuses what was asked for: Invalid key …") as caught:
        all_of(source)
    assert "wrong-key" not in str(caught.value)
