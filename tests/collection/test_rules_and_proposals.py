"""Rules decide many items as one; people's answers to judges are remembered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.collection.adding import add_from
from haiga.collection.decisions import decide, decisions, undo
from haiga.collection.proposals import open_proposals, standings, told
from haiga.collection.rules import apply_rule
from haiga.collection.store import Collection
from haiga.core.collecting import Passport
from haiga.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import Painted, collected, judge


def fates(collection: Collection) -> list[str]:
    return [item.fate for item in collection.items()]


@pytest.fixture
def judged(tmp_path: Path) -> Collection:
    """Six pictures, judged by two; the second was kept by a person."""
    collection = collected(tmp_path, 6)
    judge(collection, "blurred.v1", {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4, 5: 0.9, 6: 1.0})
    judge(collection, "small.v1", {1: 1, 2: 1, 3: 1, 4: 1, 5: 0.0, 6: 1})
    decide(collection, [collection.item("2").id], "kept")
    return collection


def test_a_rule_passes_over_what_a_person_decided_and_is_undone_as_one(judged: Collection) -> None:
    applied = apply_rule(judged, "blurred.v1<0.35")
    assert (len(applied.decisions), applied.by_people, applied.before) == (2, 1, 0)
    assert fates(judged) == ["dropped", "kept", "dropped", "undecided", "undecided", "undecided"]
    assert judged.item("1").decided_by == "rule blurred.v1 < 0.35"
    again = apply_rule(judged, "blurred.v1 < 0.35")
    assert (len(again.decisions), again.before) == (0, 2)
    assert len(undo(judged)) == 2
    assert fates(judged) == ["undecided", "kept", *["undecided"] * 4]


def test_what_another_rule_did_is_counted_as_before_and_stays_that_rules(
    judged: Collection,
) -> None:
    judge(judged, "dull.v1", {1: 0.1, 2: 0.1, 5: 0.1})
    apply_rule(judged, "blurred.v1 < 0.35")
    log = decisions(judged)
    applied = apply_rule(judged, "dull.v1 drops")
    assert (len(applied.decisions), applied.by_people, applied.before) == (1, 1, 1)
    assert judged.item("1").decided_by == "rule blurred.v1 < 0.35"
    assert decisions(judged)[:-1] == log
    assert apply_rule(judged, "dull.v1 drops", fate="kept").before == 0


def test_a_rule_follows_what_a_judge_proposes(judged: Collection) -> None:
    apply_rule(judged, "small.v1 drops")
    apply_rule(judged, "blurred.v1 keeps")
    assert fates(judged)[4:] == ["kept", "kept"]
    apply_rule(judged, "blurred.v1 >= 0.9", fate="dropped")
    assert fates(judged)[4:] == ["dropped", "dropped"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [("", "is none; it looks like"), ("blurred.v1", "is none"), ("blurred.v1 < 3", "from 0 to 1"),
     ("blurred.v1 < .", "from 0 to 1"), ("blured.v1 < 0.3", "did you mean 'blurred.v1'"),
     ("blurred.v1 drops it", "is none"), ("blurred.v1 = 0.3", "is none")],
)  # fmt: skip
def test_what_is_no_rule_changes_nothing(judged: Collection, rule: str, says: str) -> None:
    before = decisions(judged)
    with pytest.raises(UserError, match=says):
        apply_rule(judged, rule)
    assert decisions(judged) == before


def test_a_false_alarm_is_not_raised_again_by_the_same_settings(judged: Collection) -> None:
    two = judged.item("2").id
    assert two not in open_proposals(judged)
    judge(judged, "blurred.v1", {2: 0.15})
    assert two not in open_proposals(judged)
    judge(judged, "blurred.v1", {2: 0.15}, settings='{"blur": 2}')
    assert [v.score for v in open_proposals(judged)[two]] == [0.15]
    judge(judged, "dull.v1", {2: 0.1})
    assert len(open_proposals(judged, two)[two]) == 2
    decide(judged, [two], "kept")
    assert two not in open_proposals(judged)
    undo(judged, 2)
    assert [v.name for v in open_proposals(judged)[two]] == ["dull.v1", "blurred.v1"]


def test_it_is_told_how_often_a_judge_was_wrong(judged: Collection) -> None:
    decide(judged, [judged.item("1").id], "dropped")
    (blurred, small) = standings(judged)
    assert (blurred.judged, blurred.proposed) == (6, 4)
    assert (blurred.open, blurred.followed, blurred.rejected) == (2, 1, 1)
    assert blurred.answered_no == 0.5
    assert told(blurred) == ("blurred.v1: 4 proposals, 2 open; of 2 answered, people kept 1 (50%)")
    assert told(small) == "small.v1: 1 proposal, 1 open; none answered yet"


def test_a_museums_number_is_no_wrong_format(tmp_path: Path) -> None:
    collection = Collection.new(tmp_path, "small")
    names = ("436535", "1984.123", "a.png", "b.jpg")
    add_from(collection, Painted([Passport("test", name) for name in names]))
    remarks = [item.remarks for item in collection.items()]
    assert remarks == [(), (), (), ("named as another format",)]
