"""What a training saw: every picture of every epoch, each label, each caption's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from haiga.core.counted import counted
from haiga.core.errors import JobError
from haiga.features.words import words
from haiga.training.pictures.feed import FeedBatch
from haiga.training.pictures.store import Indexes, PictureStore

EXAMPLES = 8
_LEVEL = 1 / 127.5
_COMPARED_FIRST, _COMPARED_EVERY = 10, 50  # batches; a GPU is not waited for more often


@dataclass(frozen=True)
class LostWords:
    """What a vocabulary loses of the captions: words are counted as often as they stand there."""

    words: int
    lost: int
    examples: tuple[tuple[str, int], ...] = ()
    """The words lost most often, each with how often."""
    without_caption: int = 0
    wholly_lost: int = 0
    """Captions of which no word is known."""

    def told(self) -> str:
        """`captions: 12 of 3,400 words unknown (0.4%): saccharinum 3, …`."""
        share = f" ({self.lost / self.words:.1%})" if self.words else ""
        line = f"captions: {self.lost:,} of {self.words:,} words unknown{share}"
        if self.examples:
            line += ": " + ", ".join(f"{word} {count:,}" for word, count in self.examples)
        if self.wholly_lost:
            line += f"; nothing known in {counted(self.wholly_lost, 'caption')}"
        if self.without_caption:
            line += f"; no caption for {counted(self.without_caption, 'picture')}"
        return line


@dataclass(frozen=True)
class EpochCoverage:
    """What the epochs so far have drawn of the pictures there are to learn from."""

    epoch: int
    pictures: int
    seen: int
    """How many pictures were drawn as often as there were epochs, or more."""
    least: int
    most: int
    """How often the picture drawn least, and most, was drawn so far."""
    labels: Mapping[str, int] = field(default_factory=dict)
    """Draws of each label so far."""

    def told(self) -> str:
        """`epoch 3: 500 of 500 pictures seen`, and how often each label was."""
        line = f"epoch {self.epoch:,}: {self.seen:,} of {self.pictures:,} pictures seen"
        if not self.labels:
            return line
        ranked = sorted(self.labels.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = ", ".join(f"{name} {count:,}" for name, count in ranked[:6])
        return f"{line}; {shown}" + (f" and {len(ranked) - 6:,} more" if len(ranked) > 6 else "")


class PictureSource(Protocol):
    """What is watched: batches without end, and its place."""

    @property
    def epoch(self) -> int: ...
    def next(self) -> FeedBatch: ...
    def state(self) -> dict[str, Any]: ...
    def restore(self, state: Mapping[str, Any]) -> None: ...
    def close(self) -> None: ...


class Audit:
    """Watches what a training draws, from outside the feed that draws it.

    It counts for itself, and compares pixels with the store's, so that a feed that is wrong
    about what it gives is found out. With a `label_column` it counts each label's draws;
    `known_words` are those that have a number or a vector; `augmentations` are told of.
    """

    def __init__(
        self,
        store: PictureStore,
        indexes: Indexes,
        *,
        label_column: str | None = None,
        known_words: Container[str] | None = None,
        augmentations: Sequence[str] = (),
    ) -> None:
        self.store, self.augmentations = store, tuple(augmentations)
        self.indexes = np.asarray(indexes, np.int64)
        self.drawn: Indexes = np.zeros(len(store.items), np.int64)
        """How often each crop of the store was given to the network, (N,) int64."""
        self.coverage: list[EpochCoverage] = []
        """One for each epoch that has ended in this sitting, in order."""
        names, labels = store.labels(label_column) if label_column is not None else ((), None)
        self._names, self._labels = names, labels
        self._learnt = np.zeros(len(store.items), bool)
        self._learnt[self.indexes] = True
        self._batches = 0
        self.lost: LostWords | None = None
        if known_words is not None:
            self.lost = lost_words([store.items[i].caption for i in self.indexes], known_words)

    def watch(self, source: PictureSource) -> AuditedFeed:
        """The same feed, each batch of which is audited as it goes to the network."""
        return AuditedFeed(source, self)

    def saw(self, batch: FeedBatch) -> None:
        """Counts a batch, and now and then compares one of its pictures with the store's.

        Raises JobError when a picture is not one to learn from, or is another than its
        index says.
        """
        stray = batch.indexes[~self._learnt[batch.indexes]]
        if len(stray):
            key = self.store.items[int(stray[0])].key
            raise JobError(f"{key} was drawn and is not one to learn from: the feed is at fault")
        np.add.at(self.drawn, batch.indexes, 1)
        if self._batches < _COMPARED_FIRST or self._batches % _COMPARED_EVERY == 0:
            self._compare(batch, self._batches % len(batch.indexes))
        self._batches += 1

    def check(self, epoch: int) -> EpochCoverage:
        """What was seen when an epoch (counted from 1) has ended.

        Raises JobError when part of the pictures was never drawn, or not in every epoch.
        """
        drawn = self.drawn[self.indexes]
        never, missed = int((drawn == 0).sum()), int((drawn < epoch).sum())
        if never or missed:
            first = self.store.items[int(self.indexes[int(np.argmin(drawn))])].key
            how = "never drawn" if never else "not drawn in every epoch"
            raise JobError(
                f"epoch {epoch:,} ended and {never or missed:,} of {len(drawn):,} pictures were "
                f"{how}, {first} among them: the training does not see all of its data"
            )
        labels: dict[str, int] = {}
        if self._labels is not None:
            labels = {
                name: int(self.drawn[self._labels == number].sum())
                for number, name in enumerate(self._names)
            }
        found = EpochCoverage(
            epoch, len(drawn), len(drawn) - missed, int(drawn.min()), int(drawn.max()), labels
        )
        self.coverage.append(found)
        return found

    def told(self) -> list[str]:
        """Sentences for a report: what there is to see, words lost, augmentations, coverage."""
        lines = [f"{counted(len(self.indexes), 'picture')} to learn from"]
        if self._labels is not None:
            counts = Counter(int(n) for n in self._labels[self.indexes])
            shown = ", ".join(f"{name} {counts[n]:,}" for n, name in enumerate(self._names))
            lines.append(f"{counted(len(self._names), 'label')}: {shown}")
        if self.lost is not None:
            lines.append(self.lost.told())
        lines.append("augmentations: " + (", ".join(self.augmentations) or "none"))
        if self.coverage:
            lines.append(self.coverage[-1].told())
        return lines

    def _compare(self, batch: FeedBatch, place: int) -> None:
        given = batch.pixels[place].permute(1, 2, 0).float().cpu().numpy()  # (S, S, 3)
        kept = self.store.pixels[batch.indexes[place]].astype(np.float32) * _LEVEL - 1
        apart = min(
            float(np.abs(given - k).max()) if given.shape == k.shape else np.inf
            for k in (kept, kept[:, ::-1])
        )
        if apart > 2 * _LEVEL:
            key = self.store.items[int(batch.indexes[place])].key
            raise JobError(f"the network was given another picture than {key}, which its index "
                           "names: the feed is at fault")  # fmt: skip


class AuditedFeed:
    """A feed under audit; its state holds the audit's counts too, so that a resumed run
    goes on counting.
    """

    def __init__(self, source: PictureSource, audit: Audit) -> None:
        self.source, self.audit = source, audit

    @property
    def epoch(self) -> int:
        """How many epochs are complete."""
        return self.source.epoch

    @property
    def seen(self) -> Indexes:
        """How often each crop of the store was given to the network, as the audit counted."""
        return self.audit.drawn

    def next(self) -> FeedBatch:
        """The next batch, counted. Raises JobError as `Audit.saw` does."""
        batch = self.source.next()
        self.audit.saw(batch)
        return batch

    def state(self) -> dict[str, Any]:
        """The feed's state and the audit's counts."""
        return {**self.source.state(), "drawn": self.audit.drawn.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where `state()` was taken."""
        self.source.restore({k: v for k, v in state.items() if k != "drawn"})
        self.audit.drawn = np.array(state["drawn"], np.int64)

    def close(self) -> None:
        """Ends the feed's thread."""
        self.source.close()


def lost_words(captions: Sequence[str], known: Container[str]) -> LostWords:
    """What of these captions a model that knows only the `known` words cannot read."""
    lost: Counter[str] = Counter()
    total = wholly = 0
    for caption in captions:
        found = words(caption)
        unknown = [word for word in found if word not in known]
        total += len(found)
        lost.update(unknown)
        wholly += bool(found) and len(unknown) == len(found)
    ranked = sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))
    without = sum(not words(caption) for caption in captions)
    return LostWords(total, lost.total(), tuple(ranked[:EXAMPLES]), without, wholly)
