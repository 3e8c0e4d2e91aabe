"""What each picture is said to show: captions made by rule out of titles, tags and colours.

The collections that haiga learns from say little in plain words: a photograph's caption
names people and places, a painting has a title, a watercolour the sort of a fruit. Each
has its own rule here; whatever other folder of pictures is given keeps its own captions,
without names. A caption says only what a title, a tag or the pixels say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from haiga.training.captioners.look import Look
from haiga.training.captioners.wording import (
    LINKS,
    CommonWords,
    is_english,
    listed,
    plain_caption,
)
from haiga.training.captioners.words_of_art import (
    FEMALE,
    GERMAN,
    MALE,
    MYTHS,
    SACRED,
    SEEN,
    TAGS,
)

Record = Mapping[str, object]
Captions = tuple[str, ...]
PHOTOGRAPHS, FRUIT = "fsa_color_photos", ("usda_watercolors_small", "usda_watercolors_large")
PAINTINGS = ("square_paintings", "met_paintings", "aic_paintings", "berlin_mood_paintings")
PRINTS = ("chinese_landscapes", "hokusai_fuji")
A_VIEW = "a view of the country"
"""A landscape in plain words. Painters of haiga know that word best from Chinese ink, and paint
such when it is said."""
_INSIDE = frozenset("wall ceiling floor wall-wood floor-wood wall-tile wall-brick curtain".split())
_SAYS_NOTHING = frozenset("general view scene part area section".split())
_YEARS = re.compile(r"\(?\b(c\.? ?)?1\d{3}\??\s?[-–]\s?(1\d)?\d{2}\b")


def captions_of(collection: str, record: Record, common: CommonWords, look: Look) -> Captions:
    """The captions of one picture, the best first; none where nothing true can be said.

    `record` is its line of the table, `look` what its pixels are mostly of.
    """
    if collection in FRUIT:
        return _fruit(record, look)
    if collection == PHOTOGRAPHS:
        return _photograph(record, common, look)
    if collection == "chinese_landscapes":
        return (_lighted(f"a chinese ink painting of a landscape{_toned(look)}", look.light),)
    if collection == "hokusai_fuji":
        return _print(record, common, look)
    if collection in PAINTINGS:
        return _painting(record, common, look)
    return _own(record, common)


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return str(value).replace("&#32;", " ").strip() if value else ""


def _tags(record: Record) -> list[str]:
    tags = record.get("tags") or ()
    return [str(tag) for tag in tags] if isinstance(tags, list | tuple) else []


def _toned(look: Look) -> str:
    """Its colours, and the part that is light or dark: " in green and brown, light above"."""
    colours = f" in {listed(look.colours)}" if look.colours else ""
    return f"{colours}, {look.where}" if look.where else colours


def _fruit(record: Record, look: Look) -> Captions:
    fruit = (_tags(record) or [""])[0].lower()
    fruit = re.sub(r"\([^)]*\)", "", fruit).strip()
    if not fruit or fruit == "unknown" or not fruit.isascii():
        return ()
    if not fruit.endswith("s"):
        fruit = f"{fruit[:-1]}ies" if fruit.endswith("y") else f"{fruit}s"
    seen = [c for c in look.colours if not fruit.startswith(c)]
    coloured = f"{listed(seen[:2])} " if seen else ""
    alone = _one_of(fruit)
    if look.pieces and alone and not look.leaves:
        cut = ", whole and cut," if look.pieces == 2 else ""
        size = f"{look.size} " if look.size else ""
        article = "an" if (size or coloured or alone)[0] in "aeiou" else "a"
        said = f"a watercolor of {article} {size}{coloured}{alone}{cut}"
    else:
        leaves = " with green leaves" if look.leaves else ""
        said = f"a watercolor of {coloured}{fruit}{leaves}"
    return (f"{said} on {look.page} paper".strip() if look.page else said.rstrip(","),)


def _one_of(fruit: str) -> str:
    """The word for a single fruit; "" for those that grow and are painted in bunches."""
    if fruit.endswith(("berries", "grapes", "currants", "raspberries", "nuts", "cherries")):
        return ""
    for many, one in (("ies", "y"), ("oes", "o"), ("ches", "ch"), ("s", "")):
        if fruit.endswith(many):
            return fruit.removesuffix(many) + one
    return ""


def _photograph(record: Record, common: CommonWords, look: Look) -> Captions:
    said = plain_caption(_text(record, "title"), common, sentences=True)
    told = [word for word in said.split() if word not in LINKS and word not in _SAYS_NOTHING]
    found = [said] if told and len(said.split()) > 1 else []
    tagged = tag_caption(_tags(record), SKIES.get(look.top, "the"))
    toned = f", mostly {listed(look.colours)}" if look.colours else ""
    whole = _lighted(f"a photograph of {tagged}{toned}", look.light)
    return (*found, *((whole,) if tagged else ()))


SKIES = {
    "blue": "a blue",
    "grey": "a grey",
    "white": "a pale",
    "beige": "a pale",
    "black": "a dark",
}
"""The sky by the colour of a photograph's upper edge."""


def tag_caption(tags: Sequence[str], sky: str = "the") -> str:
    """Up to three things that scene tags name, and whether under the sky or indoors."""
    inside = bool(_INSIDE.intersection(tags)) and "sky" not in tags
    things = []
    for tag in tags:
        if tag == "train" and (_INSIDE.intersection(tags) or "railroad" not in tags):
            continue  # machines and planes of the time are taken for trains
        name = TAGS.get(tag)
        if name and name not in things:
            things.append(name)
    where = f" under {sky} sky" if "sky" in tags else " indoors" if inside else ""
    return f"{listed(things[:3])}{where}" if things else ""


def _print(record: Record, common: CommonWords, look: Look) -> Captions:
    title = _text(record, "title")
    scene = plain_caption(title, common) if is_english(title) else ""
    subject = scene if _is_seen(scene) else "a landscape"
    return (f"a japanese woodblock print of {subject}{_toned(look)}",)


def _painting(record: Record, common: CommonWords, look: Look) -> Captions:
    """By what the title says is seen, by the tags of what is depicted, else by its genre."""
    title = _text(record, "title")
    found = [subject for subject in (_titled(record, title, common), _depicted(record)) if subject]
    genre = [str(g) for g in record.get("genre_guess") or ()]  # type: ignore[attr-defined]
    if not found and "portrait" in genre:
        found = ["a portrait"]
    elif not found and "landscape" in genre:
        found = ["a landscape"]
    elif not found and "still life" in genre:
        found = ["a still life"]
    found = [re.sub(r"^a landscape\b", A_VIEW, subject) for subject in found]
    named = ("a portrait", "a self-portrait", A_VIEW, "a still life", "a sketch", "a study")
    whole = (s if s.startswith(named) else f"a painting of {s}" for s in dict.fromkeys(found))
    return tuple(f"{_lighted(subject, look.light)}{_toned(look)}" for subject in whole)


def _lighted(subject: str, light: str) -> str:
    """A subject with an adjective for its light: "a dark portrait of a man"."""
    return re.sub(r"^a ", f"a {light} ", subject) if light else subject


def _titled(record: Record, title: str, common: CommonWords) -> str:
    """What a title says is seen, or ""."""
    low = f" {title.lower()} "
    for pattern, subject in SACRED:
        if re.search(pattern, low):
            if subject == "a saint" and _named(low) in FEMALE:
                subject = "a holy woman"
            also = [w for w in ("saints", "angels", "shepherds") if f" {w}" in low]
            return f"{subject} with {listed(also)}" if also and "with" in low else subject
    if _is_portrait(record, title, low):
        return _portrait(record, title)
    mythical = [MYTHS[word] for word in re.findall(r"[^\W\d_]+", low) if word in MYTHS]
    if mythical:
        return listed(list(dict.fromkeys(mythical))[:2])
    if not is_english(title):
        return ""
    said = plain_caption(title, common)
    said = re.sub(r"^still life", "a still life", said)
    words = re.findall(r"[^\W\d_]+", title.lower())
    whole = bool(words) and words[0] in (*said.split()[:2], *said.replace("-", " ").split()[:2])
    content = [word for word in said.split() if word not in LINKS]
    return said if whole and _is_seen(said) and len(set(content)) == len(content) else ""


def _named(low: str) -> str:
    """The name behind the first word for a saint, or ""."""
    found = re.search(r"\b(?:saint|st\.?|santa|sainte|sint)\s+([^\W\d_]+)", low)
    return found[1] if found else ""


def _is_seen(said: str) -> bool:
    return any(word in SEEN or word.removesuffix("s") in SEEN for word in said.split())


def _is_portrait(record: Record, title: str, low: str) -> bool:
    guessed = "portrait" in (record.get("genre_guess") or ())  # type: ignore[operator]
    words = " portrait", "portret ", "bildnis ", "retrato ", "ritratto ", "self-portrait"
    return guessed or any(word in low for word in words) or bool(_YEARS.search(title))


def _portrait(record: Record, title: str) -> str:
    """Of whom, as far as titles and first names tell: "a portrait of a young woman"."""
    words = re.findall(r"[^\W\d_]+", title.lower())
    own = "self" in words or "selbstbildnis" in words or "selfportrait" in words
    if own:
        who = {"female": "a woman", "male": "a man"}.get(str(record.get("artist_gender")), "")
        return f"a self-portrait of {who}" if who else "a self-portrait"
    for many, who in (("family", "a family"), ("famille", "a family"), ("children", "children"),
                      ("couple", "a couple"), ("sisters", "two women"), ("brothers", "two men"),
                      ("group", "a group of people"), ("regents", "a group of men"),
                      ("guard", "a group of men"), ("boy", "a boy"), ("girl", "a girl"),
                      ("child", "a child")):  # fmt: skip
        if many in words:
            return f"a portrait of {who}"
    young = "young " if "young" in words or "jeune" in words or "youth" in words else ""
    old = "old " if not young and ("old" in words or "elderly" in words) else ""
    whose = [words.index(w) for w in words if w in FEMALE]
    his = [words.index(w) for w in words if w in MALE]
    a_man, a_woman = f"a {young or old}man", f"a {young or old}woman"
    if old:
        a_man, a_woman = "an old man", "an old woman"
    if whose and (not his or min(whose) < min(his)):
        return f"a portrait of {a_woman}"
    return f"a portrait of {a_man}" if his else "a portrait"


def _depicted(record: Record) -> str:
    """Up to three things that tags say are depicted, English or German."""
    names = []
    for tag in _tags(record):
        name = GERMAN.get(tag) or SEEN.get(tag.lower(), "")
        if name and name not in names:
            names.append(name)
    return listed(names[:3])


def objects_of(collection: str, record: Record) -> tuple[str, ...]:
    """The things that a picture's tags say are in it, in plain words."""
    tags = _tags(record)
    if collection in FRUIT:
        return (re.sub(r"\([^)]*\)", "", tags[0]).strip().lower(),) if tags else ()
    if collection == PHOTOGRAPHS:
        names = [TAGS.get(tag, "sky" if tag == "sky" else "") for tag in tags]
    elif collection in PAINTINGS:
        names = [GERMAN.get(tag) or SEEN.get(tag.lower(), "") for tag in tags]
    else:
        names = [tag.lower() for tag in tags]
    bare = [re.sub(r"^(an?|the) ", "", name) for name in names if name]
    return tuple(dict.fromkeys(bare))


def _own(record: Record, common: CommonWords) -> Captions:
    """The captions a picture came with, without names."""
    said = record.get("captions") or record.get("caption") or record.get("text")
    texts = [said] if isinstance(said, str) else list(said or ())  # type: ignore[call-overload]
    found = (plain_caption(str(text), common, sentences=True) for text in texts)
    return tuple(dict.fromkeys(text for text in found if len(text.split()) > 1))
