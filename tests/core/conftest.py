"""A real plug-in: a package with entry points, installed for one test."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from haiga.core import registry

MODULE = """
from typing import Annotated, Literal
from pydantic import BaseModel, Field

class PlainPoet:
    models = {}
    def __init__(self, *, warmth: float = 1.0, words: tuple[str, ...] = ("snow",),
                 tone: Literal["dry", "wet"] = "dry", steps: int = 5):
        self.warmth, self.words, self.tone, self.steps = warmth, words, tone, steps
    def write(self, abouts, *, form, seeds):
        return []

class Demanding(PlainPoet):
    def __init__(self, *, corpus: str):
        self.corpus = corpus

class Failing(PlainPoet):
    def __init__(self):
        raise ValueError("no ink")

class NotAPoet:
    pass

class Painter:
    models = {}
    def paint(self, poems, *, seeds): return []
    def unseen_words(self, poem): return []

class Reader:
    models = {}
    def read(self, poems, *, seeds): return []

class Stylist:
    models = {}
    def styles(self): return []
    def read_style(self, picture): return None
    def restyle(self, pictures, *, styles, strength, seeds): return list(pictures)

class Upscaler:
    models = {}
    def enlarge(self, pictures, *, size_px): return list(pictures)

class Page(BaseModel):
    margin: float = Field(0.1, ge=0.0, le=0.2)
"""

ENTRY_POINTS = """
[haiga.poets]
plain.v1 = plain_makers:PlainPoet
demanding.v1 = plain_makers:Demanding
failing.v1 = plain_makers:Failing
notapoet.v1 = plain_makers:NotAPoet
gone.v1 = plain_makers:Gone
[haiga.painters]
plain.v1 = plain_makers:Painter
[haiga.moods]
plain.v1 = plain_makers:Reader
[haiga.stylists]
plain.v1 = plain_makers:Stylist
[haiga.upscalers]
plain.v1 = plain_makers:Upscaler
[haiga.sheets]
plain.v1 = plain_makers:Page
"""

ARTIST = """
name = "plain"
about = "an artist for tests"

[poet]
use = "plain.v1"
steps = 7

[painter]
use = "plain.v1"

[mood]
use = "plain.v1"
moods = ["love", "sadness"]

[stylist]
use = "plain.v1"
strength = 0.5
rest = 3

[upscaler]
use = "plain.v1"
size_px = 512

[sheet]
use = "plain.v1"
margin = 0.15
seal = "印"
"""


@pytest.fixture
def plain_makers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution with a `plain.v1` for every role, and poets with something wrong."""
    site = tmp_path / "site"
    info = site / "plain_makers-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "plain_makers.py").write_text(textwrap.dedent(MODULE))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-makers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(site))
    registry._group.cache_clear()
    yield
    registry._group.cache_clear()


@pytest.fixture
def artist_file(plain_makers: None, tmp_path: Path) -> Callable[..., Path]:
    """Writes an artist's file: the good one, with texts of it replaced."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = ARTIST.lstrip()
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "plain.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
