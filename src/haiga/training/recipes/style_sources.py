"""Which artworks enter the style bank, and why others do not.

A good reference has colour, light and a visible hand. Black-and-white
reproductions, pages of text, frames, discoloured slides and near-black
portraits are left out by measurement; what measurement cannot see, by name.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, oklab

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A set of pictures.

    `wanted` looks at a record; `limit` keeps that many, the most colourful and
    well lit first, at most `by_one_hand` of one artist and `of_one_kind` (the
    title before a colon). Works whose OKLab means and deviations lie nearer
    than `alike` teach the same style: one stays. `trim` is the share of each
    side that is cut off (frames, mounts, film borders); mean lightness and
    chroma must lie within `light` and `chroma`.
    """

    name: str
    prefix: str
    medium: str
    licence: str
    credit: str
    wanted: Callable[[Record], bool]
    limit: int
    trim: float = 0.05
    by_one_hand: int = 16
    of_one_kind: int = 1000
    alike: float = 0.022
    light: tuple[float, float] = (0.40, 0.93)
    chroma: tuple[float, float] = (0.018, 0.16)


@dataclass(frozen=True)
class Work:
    """One artwork with its credit; `picture` reads the file."""

    source: Source
    path: Path
    id: str
    title: str
    artist: str
    date: str
    credit: str
    licence: str
    medium: str
    url: str

    def picture(self) -> Picture:
        """The artwork without its margins, (h, w, 3)."""
        return _opened(self.path, self.source.trim)


@lru_cache(maxsize=4)
def _opened(path: Path, trim: float) -> Picture:
    image = Image.open(path).convert("RGB")
    dx, dy = round(image.width * trim), round(image.height * trim)
    return np.asarray(image.crop((dx, dy, image.width - dx, image.height - dy))).copy()


def read_works(source: Source, pictures: Path) -> list[Work]:
    """The chosen works of a source, in the order of their ids."""
    folder = pictures / source.name
    with (folder / "metadata.jsonl").open(encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if source.wanted(record)]
    ranked = []
    for record in records:
        work = _work(source, folder, record)
        merit, look = _judged(source, work.picture())
        if merit is not None:
            ranked.append((merit, look, work))
    ranked.sort(key=lambda item: (-item[0], item[2].id))
    hands: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    looks: list[Floats] = []
    chosen: list[Work] = []
    for _, look, work in ranked:
        kind = work.title.partition(":")[0]
        crowded = (
            (work.artist and hands[work.artist] >= source.by_one_hand)
            or kinds[kind] >= source.of_one_kind
            or any(float(np.linalg.norm(look - other)) < source.alike for other in looks)
        )
        if not crowded:
            hands[work.artist] += 1
            kinds[kind] += 1
            looks.append(look)
            chosen.append(work)
    return sorted(chosen[: source.limit], key=lambda work: work.id)


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
    merit = 6 * variety + 2 * chroma + min(contrast, 0.2) - 0.3 * abs(light - 0.62)
    return merit, look


def _work(source: Source, folder: Path, record: Record) -> Work:
    title = _clean(record.get("title")) or _untitled(record)
    artist = _clean(record.get("artist"))
    date = _clean(record.get("date"))
    stem = Path(record["file"]).stem
    holder = _holder(source, record)
    by = ", ".join(part for part in (artist, title, date) if part)
    return Work(
        source=source,
        path=folder / record["file"],
        id=f"{source.prefix}-{re.sub(r'[^a-z0-9]+', '-', stem.lower()).strip('-')[:40]}",
        title=title,
        artist=artist,
        date=date,
        credit=f"{by}. {holder}",
        licence=str(record["licence"]),
        medium=_medium(source, record),
        url=_clean(record.get("url")),
    )


def _holder(source: Source, record: Record) -> str:
    if source.name == "museum_textures":
        return ", ".join(record["tags"])
    museum = _clean(record.get("museum"))
    return museum if museum and museum != "Unknown" else source.credit


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
        "The Metropolitan Museum of Art", _any, 36, trim=0.04, by_one_hand=36, alike=0.0,
    ),
    Source(
        "museum_textures", "texture", "woodblock", "CC0 and public domain",
        "The Met, Smithsonian, New York Public Library, Biodiversity Heritage Library",
        _texture, 130, trim=0.0, light=(0.36, 0.93), chroma=(0.012, 0.2),
    ),
    Source(
        "chinese_landscapes", "chinese", "ink", "Public domain (made before 1644)",
        "Song and Ming landscapes, painter not recorded", _any, 90, trim=0.07,
        light=(0.45, 0.95), chroma=(0.004, 0.075),
    ),
    Source(
        "usda_watercolors_large", "usda", "watercolour", "Public domain (US Government work)",
        "U.S. Department of Agriculture Pomological Watercolor Collection", _watercolour, 60,
        trim=0.05, of_one_kind=7, light=(0.5, 0.97),
    ),
    Source(
        "met_paintings", "met", "oil", "CC0", "The Metropolitan Museum of Art", _any, 70,
        trim=0.06,
    ),
    Source(
        "aic_paintings", "aic", "oil", "CC0", "Art Institute of Chicago", _any, 80, trim=0.05,
    ),
    Source(
        "berlin_mood_paintings", "berlin", "oil", "Public domain", "Stadtmuseum Berlin", _any, 40,
        trim=0.05,
    ),
    Source(
        "square_paintings", "landscape", "oil", "Public domain",
        "museum not recorded; listed on Wikidata", _landscape, 120, trim=0.02,
    ),
)  # fmt: skip
