"""Why a result was made rather than found: what differs from the most similar."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from haiga.engine.cache_records import Query, Record, detail, record_named, records, records_of

MOST_NAMED = 8
"""So many changed files or libraries are named one by one."""
MOST_LETTERS = 60
DEEPEST = 20
_PIN = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s;\\]+)")


@dataclass(frozen=True)
class Why:
    """A result, the other result of the same step that is most like it, and what differs.

    Sentences lead from the one that was made earlier to the later one.
    """

    record: Record
    other: Record | None
    sentences: tuple[str, ...]


def why(query: Query, start: str) -> Why:
    """What a result differs in from the most similar one of its step; the key may be cut short.

    Raises `UserError` for a key that is not there or is not clear.
    """
    record = record_named(query, start)
    other = _nearest(query, record)
    if other is None:
        return Why(record, None, (f"it is the only result of step '{record.step}' that is kept",))
    old, new = (other, record) if other.made_at <= record.made_at else (record, other)
    return Why(record, other, tuple(_differences(query, old, new)))


def _nearest(query: Query, record: Record) -> Record | None:
    others = [other for other in records(query, record.step) if other.key != record.key]
    return min(others, key=lambda other: _distance(record, other), default=None)


def _distance(record: Record, other: Record) -> tuple[bool, bool, int, bool, float]:
    mine, theirs = record.parts, other.parts
    same = mine.get("seed") == theirs.get("seed") or (
        record.item == other.item and record.task == other.task and bool(record.item)
    )
    unlike = sum(mine.get(part) != theirs.get(part) for part in {*mine, *theirs})
    return (
        not same,
        mine.get("seed") != theirs.get("seed"),
        unlike,
        other.made_at > record.made_at,
        abs(other.made_at - record.made_at),
    )


def _differences(query: Query, old: Record, new: Record) -> Iterator[str]:
    """What led from the old result's key to the new one's."""
    yield from _own(query, old, new)
    upstream: dict[str, tuple[list[str], dict[str, None]]] = {}
    for name, told, before, after in _inputs(query, old, new):
        if before is None or after is None:
            yield f"input {told}"
            continue
        for step, reasons in _causes(query, before, after, frozenset()).items():
            inputs, because = upstream.setdefault(step, ([], {}))
            inputs.append(name)
            because.update(dict.fromkeys(reasons))
    for step, (inputs, because) in upstream.items():
        told = f"input{'s' if len(inputs) > 1 else ''} {' and '.join(inputs)} changed"
        why_made = "; ".join(f"its {reason}" for reason in list(because)[:MOST_NAMED])
        yield f"{told} because step {step} was made anew: {why_made or 'it came out otherwise'}"


def _causes(query: Query, old: Record, new: Record, passed: frozenset[str]) -> dict[str, list[str]]:
    """The steps that began it, furthest up, with what changed in each."""
    found: dict[str, list[str]] = {}
    mine = list(_own(query, old, new))
    for _, told, before, after in _inputs(query, old, new):
        if before is None or after is None:
            mine.append(f"input {told}")
        elif after.key not in passed and len(passed) < DEEPEST:
            for step, reasons in _causes(query, before, after, passed | {new.key}).items():
                found.setdefault(step, []).extend(r for r in reasons if r not in found[step])
    if mine or not found:
        found.setdefault(new.step, []).extend(mine)
    return found


def _own(query: Query, old: Record, new: Record) -> Iterator[str]:
    """What differs in the step itself, its inputs aside."""
    a, b = old.parts, new.parts
    for part in ("role", "use", "makes"):
        if a.get(part) != b.get(part):
            said = "implementation" if part == "use" else part
            yield _change(said, a.get(part), b.get(part))
    yield from _tables("what it calls: ", a.get("what"), b.get("what"))
    yield from _tables("setting ", a.get("settings"), b.get("settings"))
    if a.get("seed") != b.get("seed"):
        yield _change("seed", a.get("seed"), b.get("seed"))
    yield from _digests("model ", a.get("models"), b.get("models"))
    if a.get("source") != b.get("source"):
        yield from _source(query, str(a.get("source")), str(b.get("source")))
    if a.get("lock") != b.get("lock"):
        yield from _lock(query, str(a.get("lock")), str(b.get("lock")))
    yield from _digests("environment variable ", a.get("variables"), b.get("variables"))
    if a.get("format") != b.get("format"):
        yield "kind of key: it was kept by a haiga whose keys are made otherwise"


def _inputs(
    query: Query, old: Record, new: Record
) -> Iterator[tuple[str, str, Record | None, Record | None]]:
    """Inputs that differ: the name, what to say of it if no more is known, and the records of
    what was read then and now, where both are kept.
    """
    a, b = _table(old.parts.get("inputs")), _table(new.parts.get("inputs"))
    for name in sorted({*a, *b}):
        if name not in a or name not in b:
            yield name, f"{name} {'is new' if name in b else 'is no longer read'}", None, None
            continue
        then, now = _list(a[name]), _list(b[name])
        if then == now:
            continue
        if len(then) != len(now):
            yield name, f"{name} changed: {len(then)} -> {len(now)} of them", None, None
            continue
        unlike = [pair for pair in zip(then, now, strict=True) if pair[0] != pair[1]]
        called = name if len(now) == 1 else f"{name} ({len(unlike)} of {len(now)})"
        step = new.reads.get(name, name)
        before = _made(query, old.reads.get(name, name), unlike[0][0], old)
        after = _made(query, step, unlike[0][1], new)
        if before is not None and after is not None:
            yield called, "", before, after
        else:
            whence = "which" if step == name else f"{step}, which"
            yield called, f"{called} changed ({whence} is given, or is not kept)", None, None


def _made(query: Query, step: str, digest: str, by: Record) -> Record | None:
    """The record of an input: of the same piece if there is one, else the newest."""
    found = records_of(query, step, digest)
    return next((each for each in found if each.item == by.item), found[0] if found else None)


def _source(query: Query, old: str, new: str) -> Iterator[str]:
    a, b = (_json(detail(query, digest)) for digest in (old, new))
    if a is None or b is None:
        yield "source: changed (which file is no longer known)"
        return
    yield from _shortened(
        [
            f"source: {name} "
            + (
                "is reached now"
                if name not in a
                else "is no longer reached"
                if name not in b
                else "changed"
            )
            for name in sorted({*a, *b})
            if a.get(name) != b.get(name)
        ],
        "file",
    )


def _lock(query: Query, old: str, new: str) -> Iterator[str]:
    a, b = detail(query, old), detail(query, new)
    if a is None or b is None:
        yield "environment: another one (its lines are not known)"
        return
    pins_a, other_a = _lines(a)
    pins_b, other_b = _lines(b)
    told = []
    for name in sorted({*pins_a, *pins_b}):
        if name not in pins_a:
            told.append(f"library {name} {pins_b[name]} is new")
        elif name not in pins_b:
            told.append(f"library {name} {pins_a[name]} is gone")
        elif pins_a[name] != pins_b[name]:
            told.append(f"library {name} {pins_a[name]} -> {pins_b[name]}")
    told += [f"environment: no longer {_short(line)}" for line in sorted(other_a - other_b)]
    told += [f"environment: now {_short(line)}" for line in sorted(other_b - other_a)]
    yield from _shortened(told or ["environment: another one with the same lines"], "line")


def _lines(lock: str) -> tuple[dict[str, str], set[str]]:
    """The pinned versions of a lock, and its other lines."""
    pins, others = {}, set()
    first = lock.partition("\n")[0]
    if first.startswith("# "):  # the interpreter and the platform
        others.add(first.removeprefix("# "))
    for raw in lock.splitlines():
        line = raw.split(" #")[0].strip().rstrip("\\").strip()
        if not line or line.startswith(("#", "--hash")):
            continue
        pin = _PIN.match(line)
        if pin:
            pins[pin[1].lower().replace("_", "-")] = pin[2]
        else:
            others.add(line)
    return pins, others


def _tables(start: str, old: Any, new: Any) -> Iterator[str]:
    """What differs between two tables, value by value, inner tables under dotted names."""
    a, b = dict(_flat(_table(old))), dict(_flat(_table(new)))
    for name in sorted({*a, *b}):
        if name not in a:
            yield f"{start}{name}: is new, {_short(b[name])}"
        elif name not in b:
            yield f"{start}{name}: is gone, was {_short(a[name])}"
        elif a[name] != b[name] or type(a[name]) is not type(b[name]):
            yield _change(f"{start}{name}", a[name], b[name])


def _flat(table: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{start}{name}.")
        else:
            yield f"{start}{name}", value


def _digests(start: str, old: Any, new: Any) -> Iterator[str]:
    a, b = _table(old), _table(new)
    for name in sorted({*a, *b}):
        if name not in a or name not in b:
            yield f"{start}{name} is {'new' if name in b else 'gone'}"
        elif a[name] != b[name]:
            yield f"{start}{name} changed"


def _change(what: str, old: Any, new: Any) -> str:
    return f"{what}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and (not value or value != value.strip() or _misread(value)):
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _misread(text: str) -> bool:
    """Whether a text would be taken for a number or the like without quotes."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _shortened(sentences: list[str], thing: str) -> Iterator[str]:
    yield from sentences[:MOST_NAMED]
    more = len(sentences) - MOST_NAMED
    if more > 0:
        yield f"and {more:,} more {thing}{'' if more == 1 else 's'}"


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _json(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    try:
        return _table(json.loads(text))
    except ValueError:
        return None
