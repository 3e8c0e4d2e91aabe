"""A collection as a folder for anyone: a table of passports, and whom to thank."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from haiga.collection.store import Collection
from haiga.core.collecting import Item

UNSTATED = "no licence stated"


def write_metadata(collection: Collection, items: Sequence[Item], out: Path) -> None:
    """`metadata.jsonl`: a row an item with its whole passport, and its part in every split.

    The columns are those that `haiga train` reads: `file`, `title`, `artist`, `caption`,
    `licence`, `source` …; a maker's attributes become columns of their names.
    """
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    with collection.read() as db:
        for row in db.execute("SELECT split, item, part FROM parts"):
            parts[row["item"]][row["split"]] = row["part"]
    with (out / "metadata.jsonl").open("w", encoding="utf-8") as file:
        for item in items:
            p = item.passport
            told = {
                "title": p.title,
                "artist": p.maker,
                "date": p.date,
                "place": p.place,
                "caption": p.caption,
                "licence": p.licence,
                "credit": p.credit,
                "consent": p.consent,
                "source": p.source,
                "source_id": p.source_id,
                "url": p.url,
                "sha256": item.id,
                "fate": item.fate,
            }
            row = {"file": f"{item.number:06d}{item.suffix}"}
            row |= {name: value for name, value in told.items() if value}
            row |= {
                name: value
                for name, value in {
                    **{a.name: a.value for a in p.attributes},
                    **{"split" if n == "split" else f"split_{n}": v
                       for n, v in parts[item.id].items()},
                    **p.columns,
                }.items()
                if value and name not in row
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def credits_text(name: str, items: Sequence[Item]) -> str:
    """Whom to thank: makers by source and licence, and every credit line once."""
    grouped: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        grouped[item.passport.source, item.passport.licence or UNSTATED].append(item)
    lines = [f"Credits of the collection '{name}' ({len(items):,} pictures)", ""]
    for (source, licence), some in sorted(grouped.items()):
        lines += [f"{source}: {len(some):,} pictures, {licence}"]
        told = sorted({_credit(item) for item in some} - {""}, key=str.casefold)
        lines += [f"  {one}" for one in told] + [""]
    return "\n".join(lines)


def _credit(item: Item) -> str:
    p = item.passport
    by = f"{p.title} – {p.maker}" if p.title and p.maker else p.title or p.maker
    return " ".join(" ".join(part.split()) for part in (by, f"({p.credit})" if p.credit else "")
                    if part)  # fmt: skip
