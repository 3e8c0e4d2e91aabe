"""Decisions by rule: "blurred.v1 < 0.3" drops what a judge gave less, all of it undone as one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from haiga.collection.decisions import PERSON, decide
from haiga.collection.store import Collection
from haiga.core.collecting import Decision, Fate
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.core.suggest import hint

_RULE = re.compile(
    r"\s*(?P<judge>[^\s<>=]+)\s*(?:(?P<sign><=|>=|<|>)\s*(?P<score>[0-9.]+)|\s(?P<says>drops|keeps))"
    r"\s*",
    re.I,
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Applied:
    """What a rule did: its decisions; the items it met that a person had decided, and those
    that had the fate already, by this rule or another, are counted and left as they were."""

    rule: str
    fate: Fate
    decisions: tuple[Decision, ...]
    by_people: int
    before: int


def apply_rule(collection: Collection, rule: str, *, fate: Fate | None = None) -> Applied:
    """Decides every item that a rule meets; `collection.decisions.undo` undoes it as one.

    A rule is "JUDGE < 0.3" (also <=, >, >=; the score of its verdict), "JUDGE drops" or "JUDGE
    keeps". It drops, and "keeps" keeps, unless `fate` says otherwise. A person's decision is
    never overruled. Raises UserError for what is no rule and for a judge that has judged nothing.
    """
    match = _RULE.fullmatch(rule)
    if match is None:
        raise UserError(
            f"rule '{rule}': is none; it looks like 'blurred.v1 < 0.3' or 'small.v1 drops'"
        )
    verdicts = collection.verdicts()
    judges = {verdict.name for every in verdicts.values() for verdict in every}
    judge = match["judge"]
    if judge not in judges:
        known = hint(judge, judges, label="judges that did") if judges else "none has yet"
        raise UserError(f"rule '{rule}': no judge '{judge}' has judged this collection; {known}")
    meets, text = _condition(match, rule)
    wanted: Fate = fate or ("kept" if (match["says"] or "").casefold() == "keeps" else "dropped")
    by = f"rule {text}"
    met = {item for item, every in verdicts.items() for v in every if v.name == judge and meets(v)}
    left, by_people, before = [], 0, 0
    for item in collection.items():
        if item.id not in met:
            continue
        if item.decided_by == PERSON:
            by_people += 1
        elif item.fate == wanted:  # by this rule or another: who decided stays
            before += 1
        else:
            left.append(item.id)
    made = decide(collection, left, wanted, by=by, reason=text)
    return Applied(text, wanted, tuple(made), by_people, before)


def _condition(match: re.Match[str], rule: str) -> tuple[Callable[[Verdict], bool], str]:
    judge = match["judge"]
    if match["says"]:
        keeps = match["says"].casefold() == "keeps"
        return lambda v: v.keep == keeps, f"{judge} {match['says'].casefold()}"
    try:
        score = float(match["score"])
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise UserError(f"rule '{rule}': scores lie from 0 to 1, and '{match['score']}' does not")
    compare = _SIGNS[match["sign"]]
    return lambda v: compare(v.score, score), f"{judge} {match['sign']} {score:g}"
