"""Which source is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from found import all_of
from loopback import jpeg

from haiga.collection.sources.aic import AicSource
from haiga.collection.sources.archives import ArchiveSource
from haiga.collection.sources.choose import source_of
from haiga.collection.sources.commons import CommonsSource
from haiga.collection.sources.flickr import FlickrSource
from haiga.collection.sources.folder import FolderSource
from haiga.collection.sources.hub import HubSource
from haiga.collection.sources.met import MetSource
from haiga.collection.sources.urls import AddressTable
from haiga.core.errors import UserError


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        (".", FolderSource, "folder "),
        ("pictures.csv", AddressTable, "addresses "),
        ("pictures.TSV", AddressTable, "addresses "),
        ("pictures.jsonl", AddressTable, "addresses "),
        ("a.zip", ArchiveSource, "archive "),
        ("a.tar", ArchiveSource, "archive "),
        ("a.tgz", ArchiveSource, "archive "),
        ("a.tar.gz", ArchiveSource, "archive "),
        ("a.tar.xz", ArchiveSource, "archive "),
        ("met:african mask", MetSource, "met"),
        ("MET: african mask", MetSource, "met"),
        ("aic:mask", AicSource, "aic"),
        ("commons:Category:African masks", CommonsSource, "commons"),
        ("commons:mask", CommonsSource, "commons"),
        ("flickr:tag=mask", FlickrSource, "flickr"),
        ("flickr:user=12345678@N00", FlickrSource, "flickr"),
        ("hf:owner/name", HubSource, "hf owner/name"),
    ],
)
def test_words_mean_a_source(words: str, kind: type, name: str) -> None:
    source = source_of(words, key="k")
    assert isinstance(source, kind)
    assert source.name.startswith(name)


@pytest.mark.parametrize(
    ("words", "asked", "said"),
    [
        ("nowhere", {}, "there is no such folder or file; give a folder"),
        ("met:", {}, "says nothing to look for"),
        ("mett:mask", {}, "did you mean 'met'"),
        ("", {}, "no source is named; give a folder"),
        ("https://example.org/a.jpg", {}, "put addresses into a table"),
        ("flickr:mask", {"key": "k"}, "say flickr:tag=mask"),
        ("flickr:tag=", {"key": "k"}, "say flickr:tag=mask"),
        ("flickr:user=Bob", {"key": "k"}, "looks like 12345678@N00"),
        ("flickr:tag=mask", {}, "a key of your own"),
        ("flickr:tag=mask", {"key": "  "}, "a key of your own"),
        ("hf:../../etc", {}, "is no dataset's name"),
        ("hf:a/b/c", {}, "is no dataset's name"),
        ("met:mask", {"limit": 0}, "at least 1"),
        ("met:mask", {"where": ["year<1900"]}, "told what to look for in words"),
        ("met:mask", {"address": "ftp://x.org"}, "only http and https"),
        (".", {"address": "http://x.org"}, "is for services"),
        ("a\0b", {}, "there is no such|cannot be read"),
    ],
)
def test_everything_else_is_one_sentence(words: str, asked: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        all_of(source_of(words, **asked))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    with pytest.raises(UserError, match="of no kind that pictures are taken from"):
        source_of(str(tmp_path / "a.jpg"))


def test_a_folder_that_is_called_as_a_service_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        Path("met:mask").mkdir()
    except OSError:
        pytest.skip("no colon in names here")
    assert isinstance(source_of("met:mask"), FolderSource)


def test_a_limit_ends_it_and_says_so(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.jpg").write_bytes(jpeg(number))
    source = source_of(str(tmp_path), limit=2)
    assert list(all_of(source)[0]) == ["0.jpg", "1.jpg"]
    assert source.notes[-1] == "stopped after 2, as was asked"
    unreached = source_of(str(tmp_path), limit=9)
    assert len(all_of(unreached)[0]) == 5
    assert not any("stopped" in note for note in unreached.notes)
