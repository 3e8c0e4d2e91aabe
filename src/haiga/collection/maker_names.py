"""Makers as sources write them, taken apart: names, attributions, dates left out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_WORD = re.compile(r"[^\W\d_]+")

_OF_SOMEONE = (
    r"(?:circle|follower|followers|school|workshop|studio|atelier|manner|style|imitator|imitators|"
    r"pupil|pupils|assistant|assistants|copyist|copy|entourage|umkreis|werkstatt|schule|nachfolger|"
    r"école|ecole)"
)
_ATTRIBUTION = (
    rf"(?:(?:a |an |the |in the )?{_OF_SOMEONE} (?:of|after|de|d'|d’|von|des)|"
    r"(?:formerly |traditionally )?(?:attributed|attrib\.?|att\.|ascribed|attribuée?) (?:to|à)|"
    r"by or after|engraved after|copied after|"
    r"copy after|(?:possibly|probably|perhaps|maybe)(?: by)?|after|d['’]après|nach)"
)
_BEFORE = re.compile(rf"\s*(?P<how>{_ATTRIBUTION})(?:\s+|(?<=['’]))(?P<rest>.+)", re.I | re.S)
_BEHIND = re.compile(
    rf"(?P<rest>.+?)[\s,;:(\[]+(?P<how>{_OF_SOMEONE}(?: (?:of|after|de|von))?|attributed(?: to)?|"
    r"attrib\.?|attr\.|(?<=[,;:(\[] )after|copy|zugeschrieben|attribué(?: à)?)[\s)\]]*",
    re.I | re.S,
)
_WITH_WORKSHOP = re.compile(
    r"(?P<rest>.+?)\s+(?:and|&|with)\s+(?:his |her |their )?"
    r"(?P<how>workshop|studio|assistants?)\s*",
    re.I | re.S,
)
_SEVERAL = re.compile(
    rf"\s*[;|\n•]\s*|\s+/\s+|\s*&\s*|\s*[,;]?\s+\b(?:and|und|et|with)\b\s+"
    rf"|\s*[,;]?\s+(?=(?:{_ATTRIBUTION})\s+[^\s,])",
    re.I,
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_ROLE = re.compile(r"^\s*(?:[^\W\d]+ ){0,2}[^\W\d]+:\s+(?=\S)|^\s*(?:painted |drawn )?by\s+", re.I)
_LIFE = re.compile(
    r"[,\s]*\b(?:born|b\.|died|d\.|active|fl\.|flourished|ca?\.|circa|about)?\s*"
    r"\d[\d\s./–—−?-]*(?:ad|bce?|ce|s\b|st century|nd century|rd century|th century)?",
    re.I,
)  # fmt: skip
UNKNOWN = frozenset(
    "unknown,anonymous,unidentified,anon,unknown artist,unknown maker,unknown author,"
    "artist unknown,"
    "maker unknown,unidentified artist,unidentified maker,anonymous artist,not known,none,null,nan,"
    "unbekannt,inconnu,anonyme,artist not recorded,various,various artists,n a".split(",")
)


@dataclass(frozen=True)
class Maker:
    """One of the makers that a source names: `written` as it stands there.

    `attributed` says how loosely the work is given to them ("after", "workshop of"), "" for
    their own hand. `keys` are the ways in which the name can be read, the likeliest first:
    its words folded and sorted, so that the order of first and last name does not matter.
    """

    written: str
    attributed: str
    keys: tuple[tuple[str, ...], ...]


def read_makers(text: str) -> list[Maker]:
    """The makers that a field names, in order; none where it is empty or says "unknown".

    Brackets, life dates and roles ("Artist: …") are left out of names; parted are makers by
    ";", "|", "/", "&", "and" and new lines, and by commas where three or more whole names
    stand between them; two are one maker with several readings ("Vigée-Le Brun,
    Elisabeth-Louise" may be one name or two).
    """
    found: list[Maker] = []
    whole = _spaced(text)
    workshop = _WITH_WORKSHOP.fullmatch(whole)
    if workshop:
        whole, loose = workshop["rest"], f"and {workshop['how'].casefold()}"
    else:
        loose = ""
    for part in _parted(whole):
        maker = _maker(part, loose)
        if maker and (maker.written, maker.attributed) not in {
            (m.written, m.attributed) for m in found
        }:
            found.append(maker)
    return found


def name_key(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: without case, accents, marks and order."""
    return tuple(sorted(_words(name)))


def folded_name(text: str) -> str:
    """A name without case and accents, its order kept: "Vigée-Le Brun" is "vigee le brun"."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    plain = unicodedata.normalize("NFC", _MARKS.sub("", plain)).translate(_LETTERS)
    return [word for word in _WORD.findall(plain) if word not in ("and", "und", "et")]


def _parted(text: str) -> list[str]:
    """The field's parts that may each be a maker; brackets are never torn apart."""
    kept: list[str] = []

    def put_by(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x01"

    closed = _BRACKETS.sub(put_by, text.replace("\x00", "").replace("\x01", ""))
    parts = [p for p in _SEVERAL.split(closed) if p and p.strip(" ,")]
    out: list[str] = []
    for part in parts:
        names = [piece.strip() for piece in part.split(",")]
        sides = [n for n in (_bare(re.sub("\x00\\d+\x01", " ", n)) for n in names) if n]
        both = len(sides) > 2 and all(len(_words(n)) > 1 for n in sides)
        out += names if both else [part]
    return [re.sub("\x00(\\d+)\x01", lambda m: kept[int(m[1])], part) for part in out]


def _maker(part: str, loose: str) -> Maker | None:
    written = _spaced(part).strip(" ,;.")
    rest, how = written, loose
    for bracket in _BRACKETS.findall(written):
        inside = bracket[1:-1].strip()
        if re.fullmatch(rf"{_ATTRIBUTION}|{_OF_SOMEONE}|attributed|copy|attr\.?", inside, re.I):
            how, rest = how or inside.casefold(), rest.replace(bracket, " ")
    for form in (_BEFORE, _BEHIND):
        match = form.fullmatch(rest)
        if match:
            how, rest = how or _spaced(match["how"]).casefold(), match["rest"]
            break
    rest = _ROLE.sub("", rest)
    bare = _bare(_BRACKETS.sub(" ", rest))
    inlined = _bare(re.sub(r"[()\[\]{}]", " ", rest))
    sides = [side.strip() for side in bare.split(",") if side.strip()]
    readings = [bare, inlined]
    if len(sides) > 1 and len(_words(sides[0])) > 1:
        # "Berthe Morisot, French" or two makers; in "Morisot, Berthe Marie" it is one name
        readings += [side for side in sides if len(_words(side)) > 1]
    if len(sides) > 3 and len(sides) % 2 == 0:  # "Passmore, Deborah, Heiges, Bertha"
        readings += [f"{a} {b}" for a, b in zip(sides[::2], sides[1::2], strict=True)]
    keys = dict.fromkeys(key for key in map(name_key, readings) if key)
    if not keys or folded_name(bare) in UNKNOWN or folded_name(inlined) in UNKNOWN:
        return None
    return Maker(written, how, tuple(keys))


def _bare(text: str) -> str:
    """A name without years and what stands around them."""
    return _spaced(_LIFE.sub(" ", text)).strip(" ,;.-–—")


def _spaced(text: str) -> str:
    return re.sub(r"[^\S\n]+", " ", text).strip()
