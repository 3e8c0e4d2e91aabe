"""From a table's columns to a passport: which column says what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from haiga.core.collecting import Attribute, Passport
from haiga.media.text_columns import guess

_FIELDS = {
    "title": "title object_title work_title name object_name work titel titre titulo",
    "maker": (
        "artist maker creator author photographer painter artist_name artist_display_name "
        "maker_name creator_name author_name artists creators by kuenstler künstler artiste"
    ),
    "date": (
        "date year object_date date_display display_date date_created created creation_date "
        "date_taken dated jahr datierung annee année"
    ),
    "place": "place place_of_origin origin country culture region location city ort pays",
    "credit": "credit credit_line creditline credits attribution courtesy",
    "consent": "consent",
}
"""A passport's fields by the names that columns have, the likeliest first."""

_LICENCE = frozenset(
    "licence license rights copyright usage_rights licence_url license_url licence_name "
    "license_name rights_statement rights_url rights_and_reproduction usage_terms lizenz "
    "licencia".split()
)
_LINKS = (
    "source_url page_url page object_url link_resource description_url url source link "
    "website web_page homepage href uri"
).split()  # fmt: skip

_ATTRIBUTES = {
    "gender": "gender", "artist_gender": "gender", "maker_gender": "gender", "sex": "gender",
    "author_gender": "gender", "creator_gender": "gender", "photographer_gender": "gender",
    "nationality": "nationality", "artist_nationality": "nationality",
    "place_of_birth": "place of birth", "birthplace": "place of birth",
    "birth_place": "place of birth", "ethnicity": "ethnicity", "artist_ethnicity": "ethnicity",
    "pronouns": "pronouns",
}  # fmt: skip
_SELF = ("self_identified", "gender_self_identified", "self_identification")
_NAMES = (
    *(name for names in _FIELDS.values() for name in names.split()),
    *sorted(_LICENCE), *_LINKS, *_ATTRIBUTES, *_SELF,
)  # fmt: skip
_YES, _NO = frozenset("yes y true 1 self ja oui sí si".split()), frozenset("no n false 0".split())


def passport_of(
    source: str,
    source_id: str,
    columns: Mapping[str, str],
    *,
    caption: str = "",
    url: str = "",
    told_by: str = "the table",
) -> Passport:
    """A passport from a table's row: known columns become its fields, the rest `columns`.

    Of several columns for one field the likeliest that is not empty is taken, the others stay
    in `columns`; every column that speaks of rights counts, since the strictest must. `url`
    is what leads to the thing where no column does.
    """
    plain = {column: _plain(column) for column in columns}
    by_name: dict[str, str] = {}
    for column, name in plain.items():
        if name and columns[column].strip():
            by_name.setdefault(name, column)
    used: set[str] = set()
    fields: dict[str, str] = {}
    for field, names in _FIELDS.items():
        likeliest = next((by_name[name] for name in names.split() if name in by_name), None)
        if likeliest is not None:
            used.add(likeliest)
            fields[field] = _one_line(columns[likeliest])
    rights = [column for column, name in plain.items() if name in _LICENCE]
    said = dict.fromkeys(_one_line(columns[c]) for c in rights if columns[c].strip())
    used.update(rights)
    for name in _LINKS:
        link = by_name.get(name)
        if link is not None and re.match(r"https?://", columns[link].strip(), re.I):
            url = columns[link].strip()
            used.add(link)
            break
    attributes, of_attributes = _attributes(columns, by_name, told_by)
    used |= of_attributes
    rest = {column: value for column, value in columns.items() if column not in used}
    return Passport(
        source, source_id, url=url, licence="; ".join(said), caption=caption,
        attributes=attributes, columns=rest, **fields,
    )  # fmt: skip


def _attributes(
    columns: Mapping[str, str], by_name: Mapping[str, str], told_by: str
) -> tuple[tuple[Attribute, ...], set[str]]:
    used: set[str] = set()
    self_column = next((by_name[name] for name in _SELF if name in by_name), None)
    answer = columns[self_column].strip().casefold() if self_column else ""
    themselves = True if answer in _YES else False if answer in _NO else None
    found: dict[str, Attribute] = {}
    for name, attribute in _ATTRIBUTES.items():
        column = by_name.get(name)
        if column is not None and attribute not in found:
            used.add(column)
            self_said = themselves if attribute == "gender" else None
            value = _one_line(columns[column])
            found[attribute] = Attribute(attribute, value, told_by, self_said)
    if self_column and themselves is not None and "gender" in found:
        used.add(self_column)
    return tuple(found.values()), used


@lru_cache(maxsize=4_096)
def _plain(column: str) -> str:
    """Which of the names above a column has: `Artist Name` is `artist_name`; "" for none."""
    return next((name for name in _NAMES if guess((column,), (name,))), "")


def _one_line(text: str) -> str:
    """A cell on one line, the entries of a list with commas."""
    return ", ".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
