"""Going through a collection: the order, the answers, and what is never lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haiga.actions.curate import Triage, queue
from haiga.collection.decisions import decide, decisions
from haiga.collection.rules import apply_rule
from haiga.collection.store import Collection
from haiga.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from small_collections import collected, judge


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    made = collected(tmp_path, 7)
    judge(made, "blurred.v1", {1: 0.9, 2: 0.4, 3: 0.9, 4: 0.9, 5: 0.05, 6: 0.9, 7: 0.9})
    judge(made, "small.v1", {3: 0.2})
    return made


def numbers(collection: Collection) -> list[int]:
    return [item.number for item in queue(collection)]


def test_the_worst_proposals_come_first_and_the_rest_by_number(collection: Collection) -> None:
    assert numbers(collection) == [5, 3, 2, 1, 4, 6, 7]


def test_the_rest_comes_as_the_learned_judge_is_unsure(collection: Collection) -> None:
    judge(collection, "learned.v1", {1: 0.95, 4: 0.55, 6: 0.5, 7: 0.8})
    assert numbers(collection) == [5, 3, 2, 6, 4, 7, 1]


def test_every_answer_is_kept_at_once_and_can_be_undone(collection: Collection) -> None:
    triage = Triage(collection)
    first = triage.current()
    assert first is not None
    assert (first.item.number, [v.name for v in first.proposals]) == (5, ["blurred.v1"])
    triage.answer("dropped", " too dark ")
    assert collection.item("5").reason == "too dark"
    triage.answer("kept")
    assert (triage.place, triage.left) == ((3, 7), 5)
    gone = triage.undo()
    assert (gone.fate, gone.undone) == ("kept", True)
    now = triage.current()
    assert now is not None
    assert now.item.number == 3
    assert len(triage.answered) == 1
    assert Triage(collection).left == 6


def test_what_was_skipped_comes_again_on_the_next_walk(collection: Collection) -> None:
    triage = Triage(collection)
    while triage.current():
        triage.skip()
    with pytest.raises(UserError, match="nothing left to decide"):
        triage.answer("kept")
    assert Triage(collection).left == 7
    assert decisions(collection) == []


def test_what_another_decides_meanwhile_is_passed_over(collection: Collection) -> None:
    triage = Triage(collection)
    decide(collection, [collection.item("5").id], "dropped")
    question = triage.current()
    assert question is not None
    assert question.item.number == 3


def test_a_rule_is_not_undone_by_one_key(collection: Collection) -> None:
    apply_rule(collection, "blurred.v1 < 0.5")
    with pytest.raises(UserError, match="the last decision is of the rule blurred.v1 < 0.5"):
        Triage(collection).undo()
    assert len(decisions(collection)) == 2


def test_what_a_person_kept_comes_again_only_where_a_judge_says_something_new(
    collection: Collection,
) -> None:
    triage = Triage(collection)
    for _ in range(7):
        triage.answer("kept")
    assert Triage(collection).current() is None
    judge(collection, "blurred.v1", {5: 0.05})
    assert Triage(collection).current() is None
    judge(collection, "copies.v1", {4: 0.1})
    question = Triage(collection).current()
    assert question is not None
    assert (question.item.number, question.again) == (4, True)
