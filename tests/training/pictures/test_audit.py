"""An audit says what was seen, and stops a training that does not see all of its data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.core.errors import JobError
from haiga.training.pictures.audit import Audit, AuditedFeed, lost_words
from haiga.training.pictures.feed import Feed, FeedBatch
from haiga.training.pictures.store import PictureStore

from .stored import stored


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PictureStore:
    columns = [{"kind": "mask" if n % 4 else "bowl"} for n in range(40)]
    return stored(tmp_path_factory.mktemp("audit"), 40, label="kind", columns=columns)


def watched(store: PictureStore, **options: object) -> AuditedFeed:
    feed = Feed(store, store.train, batch=4, seed=1)
    return Audit(store, store.train, **options).watch(feed)  # type: ignore[arg-type]


class WrongAxisFeed:
    """The mistake of a GAN on 4,000 paintings: its index was drawn from the pictures' height,
    `pixels.shape[1]`, so that only the first few were ever seen.
    """

    def __init__(self, store: PictureStore, axis: int) -> None:
        self.store, self.axis = store, axis
        self.draw = np.random.default_rng(0)
        self.batches = 0

    @property
    def epoch(self) -> int:
        return self.batches * 4 // len(self.store.train)

    def next(self) -> FeedBatch:
        self.batches += 1
        places = self.draw.integers(0, self.store.pixels.shape[self.axis], 4)
        indexes = self.store.train[places]
        pixels = torch.from_numpy(self.store.pixels[indexes]).permute(0, 3, 1, 2) / 127.5 - 1
        return FeedBatch(pixels, indexes, np.zeros(4, bool))

    def state(self) -> dict[str, object]:
        return {}

    def restore(self, state: object) -> None: ...

    def close(self) -> None: ...


def test_an_index_drawn_from_the_wrong_axis_stops_the_training(store: PictureStore) -> None:
    feed = Audit(store, store.train).watch(WrongAxisFeed(store, axis=1))
    while feed.epoch < 1:
        feed.next()
    with pytest.raises(JobError) as caught:
        feed.audit.check(1)
    never = int((feed.seen[store.train] == 0).sum())
    assert never >= len(store.train) - 16 > 0  # the pictures are 16 px high
    assert f"epoch 1 ended and {never} of {len(store.train)} pictures were never drawn" in str(
        caught.value
    )
    for _ in range(200):  # and however long it goes on
        feed.next()
    with pytest.raises(JobError, match="20 of 36 pictures were never drawn"):
        feed.audit.check(feed.epoch)


def test_every_epoch_of_a_sound_feed_sees_all_pictures(store: PictureStore) -> None:
    feed = watched(store, label_column="kind", augmentations=("mirror",))
    try:
        for epoch in (1, 2, 3):
            while feed.epoch < epoch:
                feed.next()
            found = feed.audit.check(epoch)
            assert (found.pictures, found.seen, found.least) == (36, 36, epoch)
            assert found.told().startswith(f"epoch {epoch}: 36 of 36 pictures seen; mask ")
            assert sum(found.labels.values()) == feed.seen.sum()
    finally:
        feed.close()
    assert len(feed.audit.coverage) == 3
    said = feed.audit.told()
    assert said[0] == "36 pictures to learn from"
    masks = sum(store.items[i].columns["kind"] == "mask" for i in store.train)
    assert said[1] == f"2 labels: bowl {36 - masks}, mask {masks}"
    assert said[2] == "augmentations: mirror"


def test_a_picture_missed_in_a_later_epoch_is_found_too(store: PictureStore) -> None:
    audit = Audit(store, store.train)
    audit.drawn[store.train] = 2
    audit.drawn[store.train[:7]] = 1
    with pytest.raises(JobError, match="epoch 2 ended and 7 of 36 pictures were not drawn in ev"):
        audit.check(2)
    assert audit.coverage == []


def test_a_held_out_picture_in_a_batch_stops_the_training(store: PictureStore) -> None:
    with Feed(store, np.arange(40), batch=40, seed=0) as feed:
        key = store.items[int(store.held_out[0])].key
        with pytest.raises(JobError, match=r"was drawn and is not one to learn from") as caught:
            Audit(store, store.train).saw(feed.next())
        assert key.partition(".")[2] in str(caught.value)


def test_pixels_that_are_not_those_of_their_index_stop_the_training(store: PictureStore) -> None:
    with Feed(store, store.train, batch=4, seed=0) as feed:
        batch = feed.next()
    audit = Audit(store, store.train)
    audit.saw(batch)
    with pytest.raises(JobError, match="was given another picture than .*png"):
        audit.saw(replace(batch, pixels=batch.pixels.roll(1, 0)))
    with pytest.raises(JobError, match="was given another picture"):
        audit.saw(replace(batch, pixels=batch.pixels / 2))


def test_a_resumed_run_goes_on_counting(store: PictureStore) -> None:
    broken, resumed = watched(store), watched(store)
    try:
        for _ in range(5):
            broken.next()
        resumed.restore(broken.state())
        while resumed.epoch < 2:
            resumed.next()
        assert resumed.audit.check(2).seen == 36
    finally:
        broken.close()
        resumed.close()


def test_words_of_captions_that_are_not_known_are_counted_with_examples() -> None:
    captions = ["A red apple", "Acer saccharinum", "acer, the RED one", "", "123"]
    lost = lost_words(captions, {"a", "red", "apple", "the", "one"})
    assert (lost.words, lost.lost) == (9, 3)
    assert lost.examples == (("acer", 2), ("saccharinum", 1))
    assert (lost.wholly_lost, lost.without_caption) == (1, 2)
    assert lost.told() == (
        "captions: 3 of 9 words unknown (33.3%): acer 2, saccharinum 1; "
        "nothing known in 1 caption; no caption for 2 pictures"
    )
    assert lost_words([], set()).told() == "captions: 0 of 0 words unknown"


def test_the_audit_reads_the_captions_it_learns_from(store: PictureStore) -> None:
    lost = Audit(store, store.train, known_words={"picture": 1}).lost
    assert lost is not None
    assert (lost.words, lost.lost) == (36, 0)


def test_a_fault_is_found_whatever_the_folder(tmp_path: Path) -> None:
    small = stored(tmp_path, 12)
    feed = Audit(small, small.train).watch(WrongAxisFeed(small, axis=3))  # three channels
    for _ in range(40):
        feed.next()
    with pytest.raises(JobError, match="6 of 9 pictures were never drawn, "):
        feed.audit.check(feed.epoch)
