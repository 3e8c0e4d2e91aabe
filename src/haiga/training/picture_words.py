"""The words each picture is trained with: its own, and weak ones seen in it.

Titles alone say little ("Untitled", "Mrs. Brown"), and scrolls have none. Three
sources are joined, and a picture's words stay apart by source:

- its own title, captions and tags;
- scene words (sea, mountain, portrait, ...) given by a ridge probe on the
  teacher's features, learned from the pictures whose text has the word, and
  given only where the probe is at least as sure as for half of those;
- colour, season and hour words by rule from the picture's colours;
- the medium of its collection (ink, oil, watercolor, woodblock, photograph).

Scenes and colours are guesses by machine and are used in training only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.features.words import words as split_words
from haiga.training.picture_cache import Item, PictureCache

SCENES: dict[str, str] = {
    "landscape": r"landscape|paysage|landschaft|view of|valley|paesaggio",
    "sea": r"\bsea\b|coast|marine|\bocean|seascape|shore|beach|bay\b",
    "waves": r"waves?\b|surf|breakers",
    "river": r"river|stream|brook|seine|thames|ferry",
    "lake": r"\blake|pond|lagoon",
    "waterfall": r"waterfall|cascade|\bfalls\b",
    "mountain": r"mountain|mount\b|alps|peak|\bhill|fuji|cliffs?",
    "tree": r"\btree|\boak|\bpines?\b|willow|birch|orchard|baum",
    "forest": r"forest|\bwoods?\b|grove|thicket|glade",
    "snow": r"\bsnow|winter|\bice\b|frost",
    "night": r"\bnight|moonlight|\bmoon\b|nocturne|nacht",
    "sunset": r"sunset|evening|twilight|dusk|abend|sundown",
    "morning": r"morning|sunrise|dawn",
    "storm": r"storm|tempest|gale|shipwreck",
    "cloud": r"cloud|wolke",
    "flower": r"flower|\broses?\b|bouquet|blossom|tulip|lil(y|ies)|blumen|poppies|chrysanthemum",
    "garden": r"garden|\bpark\b",
    "field": r"fields?\b|meadow|pasture|harvest|haystack|wheat|grass",
    "boat": r"boat|ship|sail|vessel|harbou?r|canoe|fishing",
    "village": r"village|cottage|farm|barn|\bmill\b",
    "house": r"house|street|town|city|gebäude|building",
    "bridge": r"bridge|brücke",
    "church": r"church|cathedral|chapel|temple|kirche",
    "horse": r"horse|rider|equestrian",
    "cattle": r"\bcows?\b|cattle|sheep|shepherd|goats?\b",
    "bird": r"\bbirds?\b|swan|duck|heron|crane|goose|peacock|rooster|eagle",
    "portrait": r"portrait|self-portrait|bildnis|retrato|\blady\b|countess|mrs\.?|duchess",
    "woman": r"\bwom[ae]n\b|\bgirl|\blady\b|mother|madonna|virgin",
    "child": r"child|infant|\bboy\b|kind\b",
    "fruit": r"apples|pears|plums|peaches|cherries|grapes|still life|fruit|oranges",
    "sky": r"\bsky\b|himmel",
    "rock": r"\brocks?\b|stones?\b|gravel",
    "road": r"\broad|path\b|weg\b",
    "person": r"\bperson\b|peasant|farmer|worker|\bman\b",
    "rain": r"\brain",
}
MEDIUM = {
    "aic_paintings": ("oil",),
    "berlin_mood_paintings": ("oil",),
    "chinese_landscapes": ("ink",),
    "documerica_photos": ("photograph",),
    "fsa_color_photos": ("photograph",),
    "hokusai_fuji": ("woodblock", "print"),
    "met_paintings": ("oil",),
    "square_paintings": ("oil",),
    "usda_watercolors_large": ("watercolor",),
    "usda_watercolors_small": ("watercolor",),
}
STOP = frozenset(
    """
    the a an of and in on at with to by for from his her their its as is de la le les du des et
    der die das und mit von van en av di del el al au aux un une y i ii iii iv painting
    watercolor near no or who into after before st left right part one two three four study
    photograph documerica public library museum metropolitan art new york smithsonian nasa
    biodiversity heritage dynasty century mrs mr sir
    """.split()
)

INK_WORDS = frozenset(
    """
    dark shadow bright light grey pale black mist fog
    """.split()
)


SAID_ONLY = frozenset(["snow", "sunset", "morning"])
"""Guesses at these mistook pale rooms and brown varnish for them; `lights` teaches them instead."""


@dataclass(frozen=True)
class PictureWords:
    """The words of one crop by where they come from."""

    own: tuple[str, ...]
    scene: tuple[str, ...]
    colour: tuple[str, ...]
    medium: tuple[str, ...]


def _colour_words(pixels: npt.NDArray[np.uint8], outdoors: bool) -> list[str]:
    """Colour, season and hour words by rule for one (H, W, 3) crop."""
    rgb = pixels[::4, ::4].astype(np.float32) / 255
    high, low = rgb.max(-1), rgb.min(-1)
    light, chroma = (high + low) / 2, high - low
    upper, _lower = rgb[: len(rgb) // 2], rgb[len(rgb) // 2 :]
    mean, spread = float(light.mean()), float(light.std())
    colourful = float(chroma.mean())
    red, green, blue = rgb.reshape(-1, 3).mean(0)
    top = upper.reshape(-1, 3).mean(0)
    said: list[str] = []
    if mean < 0.26:
        said += ["dark", "shadow"]
    elif mean > 0.66:
        said += ["bright", "light"]
    if colourful < 0.09:
        said += ["grey", "pale"] if mean > 0.4 else ["grey", "black"]
    if spread < 0.12 and outdoors and mean > 0.35:
        said += ["mist", "fog"]
    if red > blue + 0.16 and red > green + 0.05 and colourful > 0.18:
        said += ["red", "warm"] if red > green + 0.13 else ["golden", "warm"]
    if blue > red + 0.06 and colourful > 0.1:
        said += ["blue", "cold"]
    if green > red + 0.015 and green > blue + 0.04:
        said += ["green"]
    if not outdoors:
        return said
    if mean < 0.27 and red < blue + 0.12:
        said += ["night", "moonlight", "midnight"]
    if top[2] > top[0] + 0.08 and mean > 0.4:
        said += ["sky", "day", "clear"]
    if green > red + 0.015 and green > blue + 0.05 and mean > 0.3:
        said += ["spring", "summer", "leaves", "grass"]
    if red > green + 0.06 and green > blue + 0.06 and 0.25 < mean < 0.62:
        said += ["autumn", "fall", "leaves"]
    return said


def _probe_scenes(
    items: Sequence[Item], features: npt.NDArray[np.float32]
) -> tuple[list[list[str]], npt.NDArray[np.float32]]:
    """Scene words the probes give, and their standardised scores (N, scenes)."""
    texts = [" ".join((item.text, *item.tags)).lower() for item in items]
    named = np.array([[bool(re.search(p, t)) for p in SCENES.values()] for t in texts])
    x = (features - features.mean(0)) / (features.std(0) + 1e-3)
    x = np.concatenate([x, np.ones((len(x), 1), np.float32)], axis=1)
    fold = np.array([hash_fold(item.file) for item in items])
    scores = np.zeros(named.shape, np.float32)
    for k in range(4):
        train, test = fold != k, fold == k
        gram = x[train].T @ x[train] + 3000.0 * np.eye(x.shape[1], dtype=np.float32)
        scores[test] = x[test] @ np.linalg.solve(gram, x[train].T @ named[train].astype(np.float32))
    found: list[list[str]] = [[] for _ in items]
    for column, word in enumerate(SCENES):
        known = scores[named[:, column], column]
        if len(known) < 12 or word in SAID_ONLY:
            continue
        share = min(0.1, 2.5 * len(known) / len(items))
        sure = max(float(np.median(known)), float(np.quantile(scores[:, column], 1 - share)))
        for i in np.flatnonzero(scores[:, column] >= sure):
            found[i].append(word)
    return found, scores


def hash_fold(name: str, folds: int = 4) -> int:
    """A stable fold for a file name, so that crops of one work stay together."""
    return sum(ord(c) * (i + 1) for i, c in enumerate(name)) % folds


def picture_words(cache: PictureCache, features: npt.NDArray[np.float32]) -> list[PictureWords]:
    """The words of every cached crop, from the (N, 1024) pooled teacher features."""
    scenes, _ = _probe_scenes(cache.items, features)
    outdoor_words = frozenset(
        """
        landscape sea waves river lake waterfall mountain tree forest snow sunset morning storm
        cloud field boat village bridge sky rock road rain
        """.split()
    )
    found = []
    for i, item in enumerate(cache.items):
        own = [w for w in split_words(" ".join((item.text, *item.tags))) if w not in STOP]
        scene = scenes[i]
        fruit = item.collection.startswith("usda")
        texture = item.collection == "museum_textures"
        if item.collection == "chinese_landscapes":
            scene = sorted({*scene, "mountain", "landscape", "tree"} - {"fruit", "portrait"})
        if fruit:
            scene = ["fruit"]
        said_outdoors = bool(outdoor_words.intersection((*own, *scene)))
        outdoors = said_outdoors and not fruit and not texture and "portrait" not in scene
        colour = [] if fruit else _colour_words(cache.pixels[i], outdoors)
        if item.collection == "chinese_landscapes":  # old silk is brown in every season
            colour = [w for w in colour if w in INK_WORDS]
        found.append(
            PictureWords(
                own=tuple(dict.fromkeys(own)),
                scene=tuple(scene),
                colour=tuple(dict.fromkeys(colour)),
                medium=MEDIUM.get(item.collection, ()),
            )
        )
    return found
