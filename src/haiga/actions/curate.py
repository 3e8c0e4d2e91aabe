"""Going through a collection by hand, one picture at a time, the likeliest mistakes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from haiga.collection.decisions import PERSON, decide, decisions, undo
from haiga.collection.proposals import open_proposals, uncertainty, verdicts_on
from haiga.collection.store import Collection
from haiga.core.collecting import Decision, Fate, Item
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict


@dataclass(frozen=True)
class Question:
    """An item to decide: what judges propose against it, and everything they say of it.

    `again` is true where a person kept it before these judges said so.
    """

    item: Item
    proposals: tuple[Verdict, ...]
    verdicts: tuple[Verdict, ...]
    again: bool = False


class Triage:
    """A walk through what is not decided; every answer is on disk before it returns.

    Several may run at once, on a page and in terminals: an item that was decided meanwhile is
    passed over.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._queue = [item.id for item in queue(collection)]
        self._all = len(self._queue)
        self.answered: list[Decision] = []
        """What was decided on this walk and stands."""

    @property
    def left(self) -> int:
        """How many are still to come, the current one among them."""
        return len(self._queue)

    @property
    def place(self) -> tuple[int, int]:
        """Which of how many the current one is, counted from 1."""
        return self._all - len(self._queue) + 1, self._all

    def current(self) -> Question | None:
        """The item to decide now; None at the end."""
        while self._queue:
            item = self.collection.item(self._queue[0])
            mine = open_proposals(self.collection, item.id).get(item.id, [])
            if is_open(item, mine):
                every = verdicts_on(self.collection, item.id)
                again = item.fate == "kept" and item.decided_by == PERSON
                return Question(item, tuple(mine), tuple(every), again)
            self._queue.pop(0)
        return None

    def answer(self, fate: Fate, reason: str = "", *, item: str | None = None) -> Decision:
        """Decides the current item, or the one of this id; the next one comes.

        Raises UserError where there is none left.
        """
        id_ = item or (self._queue[0] if self._queue else "")
        if not id_:
            raise UserError("there is nothing left to decide")
        (made,) = decide(self.collection, [id_], fate, by=PERSON, reason=reason.strip())
        self.answered.append(made)
        if id_ in self._queue:
            self._queue.remove(id_)
        return made

    def skip(self) -> None:
        """Leaves the current item undecided; it comes again on the next walk."""
        if self._queue:
            self._queue.pop(0)

    def undo(self) -> Decision:
        """Undoes the last decision, also of an earlier walk; its item comes now.

        Raises UserError where there is none, or the last one is a rule's.
        """
        standing = decisions(self.collection)
        if standing and standing[-1].by != PERSON:
            raise UserError(
                f"the last decision is of the {standing[-1].by}; "
                f"`haiga collection undo {self.collection.name}` undoes all of it"
            )
        (gone,) = undo(self.collection)
        self.answered = [one for one in self.answered if one.number != gone.number]
        if gone.item in self._queue:
            self._queue.remove(gone.item)
        self._queue.insert(0, gone.item)
        self._all = max(self._all, len(self._queue))
        return replace(gone, undone=True)


def queue(collection: Collection) -> list[Item]:
    """What is to be decided, in the order in which it is best looked at.

    First what judges propose to drop, the lowest score first; then what a person kept before
    a judge spoke against it; then the rest, what the learned judge is least sure of first, or
    by number where it has not judged.
    """
    proposals, verdicts = open_proposals(collection), collection.verdicts()
    unsure = uncertainty(verdicts)
    ranked = [
        (_rank(item, proposals.get(item.id, []), unsure), item)
        for item in collection.items(("kept", "undecided"))
        if is_open(item, proposals.get(item.id, []))
    ]
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def is_open(item: Item, proposals: Sequence[Verdict]) -> bool:
    """Whether a person is to be asked: nobody decided it, or a judge spoke since it was kept."""
    return item.fate == "undecided" or (item.fate == "kept" and bool(proposals))


def _rank(
    item: Item, proposals: Sequence[Verdict], unsure: Mapping[str, float]
) -> tuple[int, float, int]:
    if proposals:
        worst = min(verdict.score for verdict in proposals)
        return (0 if item.fate == "undecided" else 1), worst, item.number
    return 2, -unsure.get(item.id, 0.0), item.number
