"""Which artworks enter the style bank, why others do not, and which are offered for moods.

Every readable picture enters once. Offered are good references: with colour, light
and a visible hand. Black-and-white reproductions, pages of text, frames, discoloured
slides and near-black portraits are told by measurement; what measurement cannot see,
by name. Whoever asks for one of those by its id gets it.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, oklab
from haiga.features.hashes import dhash, differing_bits
from haiga.roles.stylists.making import Entry

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A set of pictures.

    Every picture that can be read enters the bank once: of those whose OKLab means and
    deviations lie nearer than `twins` one stays. `limit` of them are offered for moods,
    the most colourful and well lit first: those `wanted` by their record, with mean
    lightness and chroma within `light` and `chroma`, at most `by_one_hand` of one artist
    and `of_one_kind` (the title before a colon), none nearer to another than `alike`.
    `trim` is the share of each side that is cut off (frames, mounts, film borders).
    `padded` pictures may have white bars, which are cut off too.
    `museum` keeps the works whose record names none; `credit` stands where that is not known.
    """

    name: str
    prefix: str
    medium: str
    licence: str
    credit: str
    wanted: Callable[[Record], bool]
    limit: int
    museum: str = ""
    trim: float = 0.05
    padded: bool = False
    by_one_hand: int = 16
    of_one_kind: int = 1000
    twins: float = 0.006
    alike: float = 0.022
    light: tuple[float, float] = (0.40, 0.93)
    chroma: tuple[float, float] = (0.018, 0.16)


@dataclass(frozen=True)
class Work:
    """One artwork: where its picture is, what is known of it, and how it looks.

    `look` is (6,): means and deviations in OKLab; `fingerprint` the 64-bit difference hash.
    """

    source: Source
    path: Path
    entry: Entry
    number: str
    merit: float | None
    look: Floats
    fingerprint: int

    def picture(self) -> Picture:
        """The artwork without its margins, (h, w, 3)."""
        return _opened(self.path, self.source.trim, self.source.padded)


@lru_cache(maxsize=4)
def _opened(path: Path, trim: float, padded: bool) -> Picture:
    image = Image.open(path).convert("RGB")
    dx, dy = round(image.width * trim), round(image.height * trim)
    picture = np.asarray(image.crop((dx, dy, image.width - dx, image.height - dy))).copy()
    return without_bars(picture) if padded else picture


def without_bars(picture: Picture) -> Picture:
    """The picture without bars of plain white or black that pad it to a square.

    Left as it is where less than a quarter of a side would stay.
    """
    low, high = picture.min(axis=2), picture.max(axis=2)
    blank = (low >= 246) | (high <= 6)
    rows = np.flatnonzero(blank.mean(axis=1) < 0.97)
    columns = np.flatnonzero(blank.mean(axis=0) < 0.97)
    height, width = picture.shape[:2]
    if len(rows) < height / 4 or len(columns) < width / 4:
        return picture
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()


@dataclass
class Selection:
    """The works that enter a bank, and how many of each source do not, by reason."""

    works: list[Work] = field(default_factory=list)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)


SAME = "the same picture as a work of another set"
TWIN = "looks like another work of its set"
BROKEN = "cannot be read"


def select_works(pictures: Path, sources: Sequence[Source]) -> Selection:
    """The works of every source, each source's in the order of their ids."""
    chosen = Selection()
    numbers: set[str] = set()
    hashes = np.zeros(0, np.uint64)
    named: defaultdict[tuple[str, str], list[Work]] = defaultdict(list)
    for source in sources:
        kept: list[Work] = []
        read = read_works(source, pictures, chosen.left_out)
        for work in sorted(read, key=lambda work: (-(work.merit or -9.0), work.entry.id)):
            mine = np.array([work.fingerprint], np.uint64)
            known = work.number in numbers or (differing_bits(mine, hashes) <= SAME_BITS).any()
            if known or any(_same_work(work, other) for other in named[_name(work)]):
                chosen.left_out[source.name, SAME] += 1
            elif any(float(np.linalg.norm(work.look - w.look)) < source.twins for w in kept):
                chosen.left_out[source.name, TWIN] += 1
            else:
                kept.append(work)
        for work in kept:
            named[_name(work)].append(work)
        numbers |= {work.number for work in read if work.number}
        hashes = np.concatenate([hashes, np.array([w.fingerprint for w in kept], np.uint64)])
        chosen.works += sorted(_offered(source, kept), key=lambda work: work.entry.id)
    return chosen


SAME_BITS = 3
"""Hashes that differ in so few bits of 64 are taken for one picture."""


def _name(work: Work) -> tuple[str, str]:
    return work.entry.title.casefold(), work.entry.artist.casefold()


def _same_work(work: Work, other: Work) -> bool:
    """Whether two works of one title and maker are one: they look alike, whatever the crop."""
    known = bool(work.entry.artist) and work.source is not other.source
    return known and float(np.linalg.norm(work.look - other.look)) < 0.04


def read_works(source: Source, pictures: Path, left_out: Counter[tuple[str, str]]) -> list[Work]:
    """Every work of a source that can be read; those that cannot are counted in `left_out`."""
    folder = pictures / source.name
    works = []
    with (folder / "metadata.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            try:
                whole = _opened(folder / record["file"], 0.0, False)
                picture = _opened(folder / record["file"], source.trim, source.padded)
            except OSError:
                left_out[source.name, BROKEN] += 1
                continue
            merit, look = _judged(source, picture)
            works.append(
                Work(
                    source=source,
                    path=folder / record["file"],
                    entry=_entry(source, record),
                    number=str(record.get("id") or ""),
                    merit=merit if source.wanted(record) else None,
                    look=look,
                    fingerprint=int(dhash([whole])[0]),
                )
            )
    return works


def _offered(source: Source, works: Sequence[Work]) -> list[Work]:
    """The works, given the best first, of which `limit` remain offered for moods."""
    hands: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    looks: list[Floats] = []
    marked = []
    for work in works:
        artist, kind = work.entry.artist, work.entry.title.partition(":")[0]
        good = (
            work.merit is not None
            and len(looks) < source.limit
            and not (artist and hands[artist] >= source.by_one_hand)
            and kinds[kind] < source.of_one_kind
            and all(float(np.linalg.norm(work.look - other)) >= source.alike for other in looks)
        )
        if good:
            hands[artist] += 1
            kinds[kind] += 1
            looks.append(work.look)
        marked.append(replace(work, entry=replace(work.entry, offered=good)))
    return marked


def _judged(source: Source, picture: Picture) -> tuple[float | None, Floats]:
    """How well a picture serves as a reference, None where it does not; and how it looks (6,)."""
    image = Image.fromarray(picture)
    image.thumbnail((96, 96), Image.Resampling.BOX)
    lab = oklab(np.asarray(image)).reshape(-1, 3)
    look: Floats = np.concatenate([lab.mean(axis=0), lab.std(axis=0)])
    light = float(lab[:, 0].mean())
    chroma = float(np.hypot(lab[:, 1], lab[:, 2]).mean())
    variety = float(np.sqrt(lab[:, 1].var() + lab[:, 2].var()))
    contrast = float(lab[:, 0].std())
    green = float(lab[:, 1].mean())
    if not source.light[0] <= light <= source.light[1]:
        return None, look
    if not source.chroma[0] <= chroma <= source.chroma[1] or contrast < 0.05:
        return None, look
    if source.medium == "ink" and (green < -0.022 or lab[:, 2].mean() < -0.02 or chroma > 0.075):
        return None, look  # slides that have turned green, violet or bright yellow
    if source.medium == "oil" and _on_white(picture):
        return None, look
    merit = 6 * variety + 2 * chroma + min(contrast, 0.2) - 0.3 * abs(light - 0.62)
    return merit, look


def _on_white(picture: Picture) -> bool:
    """Whether two corners or more are bare white: a round or shaped picture, cut out."""
    side = max(2, min(picture.shape[:2]) // 20)
    corners = [picture[y, x] for y in (slice(side), slice(-side, None))
               for x in (slice(side), slice(-side, None))]  # fmt: skip
    return sum(bool(corner.min() >= 240) for corner in corners) >= 2


def _entry(source: Source, record: Record) -> Entry:
    title = _clean(record.get("title")) or _untitled(record)
    stem = re.sub(r"[^a-z0-9]+", "-", Path(record["file"]).stem.lower()).strip("-")[:40]
    prefix = source.prefix
    if source.name == "square_paintings" and not _landscape(record):
        prefix = "painting"
    museum = _clean(record.get("museum")) or source.museum
    if source.name == "museum_textures":
        museum = ", ".join(record["tags"])
    known = museum and museum != "Unknown"
    return Entry(
        id=f"{prefix}-{stem}",
        title=title,
        artist=_clean(record.get("artist")),
        date=_clean(record.get("date")),
        museum=museum if known else "",
        credit="" if known else source.credit,
        url=_clean(record.get("url")),
        about=_about(source, record, title),
        licence=str(record["licence"]),
        medium=_medium(source, record),
    )


def _about(source: Source, record: Record, title: str) -> str:
    """What a record says of the picture besides its title: captions, tags, kinds; each word once"""
    tags = [] if source.name == "museum_textures" else list(record.get("tags") or [])
    said = [*(record.get("captions") or []), *tags, *(record.get("genre_guess") or [])]
    parts: list[str] = []
    for part in (re.sub(r"[^\w\s'’,-]+", "", _clean(part)).strip() for part in said):
        told = " ".join([title, *parts]).lower()
        if part and part.lower() not in told and part.lower() not in _SAID_OF_ALL:
            parts.append(part)
    return "; ".join(parts)[:MOST_ABOUT]


MOST_ABOUT = 120  # characters: more would make the bank heavy
_SAID_OF_ALL = frozenset(
    ["ink painting", "chinese painting", "ukiyo-e", "woodblock print", "oil painting",
     "thirty-six views of mount fuji", "mount fuji", "oil on canvas"]
)  # fmt: skip


def _medium(source: Source, record: Record) -> str:
    said = f"{record.get('medium') or ''} {' '.join(record.get('tags', []))}".lower()
    if "watercolo" in said or "gouache" in said:
        return "watercolour"
    if source.name == "museum_textures":
        if any(name in str(record.get("title")) for name in _PAINTED):
            return "oil"
        if "Biodiversity Heritage Library" in record.get("tags", []):
            return "watercolour"
    return source.medium


def _clean(value: object) -> str:
    return " ".join(str(value).split()) if value else ""


def _untitled(record: Record) -> str:
    captions = record.get("captions") or []
    text = _clean(captions[0]) if captions else "Untitled"
    return text[:1].upper() + text[1:]


_PAINTED = (
    "Moonlight Bay", "Battle of New Orleans", "Sunset on the Sea", "Sunflowers", "Circus Sideshow",
    "Northeaster", "Dance", "Dancers", "Landscape", "Garden",
)  # fmt: skip
_NOT_ART = re.compile(
    r"letter|autograph|manuscript|population|floor plan|geological map|map of|poet|horae|fol\.|"
    r"title page|endpaper|masonic|library|^f-6$|jesse|ruhh|photograph|portrait|census|mugam|"
    r"kerovah|panorama of the seat|africa|^no\. 94$|muscl|anatom|punch|computer|wall\. ruins|"
    r"kahlo|kennedy|edison|stein|duesenberg|tonometer|copybook|^virginia$|ernst meyer|lew 88516|"
    r"alioto|douglass|baryte|westminster|huge horizontal|looking at you|haustrum|branchages|"
    r"caldera|kartiny|characters and|lace designs|^the city$|tughra|^basin$|stump|i\.o\.o\.f|"
    r"fishes of the world|tumbling blocks|end windows|fringe",
    re.IGNORECASE,
)


_USDA = "U.S. Department of Agriculture Pomological Watercolor Collection"


def _any(_: Record) -> bool:
    return True


def _texture(record: Record) -> bool:
    years = [int(year) for year in re.findall(r"\d{4}", str(record.get("date")))]
    old = not years or max(years) < 1930
    return old and "NASA" not in record["tags"] and not _NOT_ART.search(str(record["title"]))


def _landscape(record: Record) -> bool:
    return record.get("genre_guess") == ["landscape"]


def _watercolour(record: Record) -> bool:
    return bool(record.get("artist"))


SOURCES: tuple[Source, ...] = (
    Source(
        "hokusai_fuji", "hokusai", "woodblock", "Public domain",
        "The Metropolitan Museum of Art", _any, 36, museum="The Metropolitan Museum of Art",
        trim=0.04, by_one_hand=36, twins=0.0, alike=0.0,
    ),
    Source(
        "museum_textures", "texture", "woodblock", "CC0 and public domain",
        "The Met, Smithsonian, New York Public Library, Biodiversity Heritage Library, NASA",
        _texture, 130, trim=0.0, light=(0.36, 0.93), chroma=(0.012, 0.2),
    ),
    Source(
        "chinese_landscapes", "chinese", "ink", "Public domain (made before 1644)",
        "Song and Ming landscapes, painter not recorded", _any, 90, trim=0.07,
        light=(0.45, 0.95), chroma=(0.004, 0.075),
    ),
    Source(
        "usda_watercolors_large", "usda", "watercolour", "Public domain (US Government work)",
        _USDA, _watercolour, 60, museum=_USDA,
        trim=0.05, of_one_kind=7, twins=0.012, light=(0.5, 0.97),
    ),
    Source(
        "met_paintings", "met", "oil", "CC0", "The Metropolitan Museum of Art", _any, 100,
        museum="The Metropolitan Museum of Art", trim=0.06,
    ),
    Source(
        "aic_paintings", "aic", "oil", "CC0", "Art Institute of Chicago", _any, 110,
        museum="Art Institute of Chicago", trim=0.05,
    ),
    Source(
        "berlin_mood_paintings", "berlin", "oil", "Public domain", "Stadtmuseum Berlin", _any, 60,
        museum="Stadtmuseum Berlin", trim=0.05,
    ),
    Source(
        "square_paintings", "landscape", "oil", "Public domain",
        "museum not recorded; listed on Wikidata", _any, 700, trim=0.02,
        padded=True,
    ),
    Source(
        "usda_watercolors_small", "usda", "watercolour", "Public domain (US Government work)",
        _USDA, _watercolour, 40, museum=_USDA,
        trim=0.05, of_one_kind=4, twins=0.022, light=(0.5, 0.97),
    ),
)  # fmt: skip
