"""Whose pictures a model learned from: sources, licences and makers, for its card."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any

SOURCES = ("source", "collection", "museum", "dataset", "origin")
LICENCES = ("licence", "license", "rights")
MAKERS = ("artist", "maker", "creator", "author", "photographer", "painter")
MOST_SOURCES, MOST_MAKERS = 20, 12


def sources(columns: Sequence[Mapping[str, str]], folder: str) -> list[dict[str, Any]]:
    """Where pictures come from, by source and licence, most first, with whom to credit.

    `columns` is what is known of each picture. A picture without a source is credited to the
    `folder`'s name, without a licence as "unstated". Makers are named by how many there are
    of each; a source whose makers are unknown and whose pictures have titles names those.
    """
    grouped: dict[tuple[str, str], list[Mapping[str, str]]] = collections.defaultdict(list)
    for each in columns:
        source = _first(each, SOURCES) or folder
        grouped[_origin(source, folder), _first(each, LICENCES) or "unstated"].append(each)
    ranked = sorted(grouped.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    out = [
        {"name": source, "items": len(some), "licence": licence, "credit": _credit(some)}
        for (source, licence), some in ranked[:MOST_SOURCES]
    ]
    rest = sum(len(some) for _, some in ranked[MOST_SOURCES:])
    if rest:
        count = len(ranked) - MOST_SOURCES
        out.append({"name": f"{count} more sources", "items": rest, "licence": "various"})
    return out


def _origin(source: str, folder: str) -> str:
    """A source as it is named; of an address of one picture, only whose it is."""
    if "://" in source:
        return source.split("://", 1)[1].split("/", 1)[0].removeprefix("www.") or folder
    return source


def _credit(some: Sequence[Mapping[str, str]]) -> str:
    makers = collections.Counter(filter(None, (_first(each, MAKERS) for each in some)))
    names = [name for name, _ in makers.most_common()]
    if not names:
        names = list(dict.fromkeys(filter(None, (_first(each, ("title",)) for each in some))))
    shown = "; ".join(names[:MOST_MAKERS])  # names may hold commas themselves
    return shown + (f" and {len(names) - MOST_MAKERS} more" if len(names) > MOST_MAKERS else "")


def _first(columns: Mapping[str, str], names: Sequence[str]) -> str:
    lower = {name.casefold(): value for name, value in columns.items()}
    found = (" ".join(lower.get(name, "").split()) for name in names)
    return next((value for value in found if value), "")
