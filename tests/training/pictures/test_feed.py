"""The feed gives every picture once an epoch, exactly where it left off, and ends its thread."""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import pytest
import torch

from haiga.core.errors import JobError, UserError
from haiga.training.pictures.feed import Feed, FeedBatch
from haiga.training.pictures.store import PictureStore

from .stored import stored


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PictureStore:
    return stored(tmp_path_factory.mktemp("feed"), 25)


def feed_of(store: PictureStore, batch: int = 4, seed: int = 3, mirror: bool = True) -> Feed:
    return Feed(store, store.train, batch=batch, seed=seed, mirror=mirror)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "picture feed"]


def same(one: FeedBatch, two: FeedBatch) -> bool:
    return bool(np.array_equal(one.indexes, two.indexes) and torch.equal(one.pixels, two.pixels))


def test_a_batch_holds_the_pictures_its_indexes_name(store: PictureStore) -> None:
    with feed_of(store) as feed:
        for _ in range(20):
            batch = feed.next()
            assert batch.pixels.shape == (4, 3, 16, 16)
            assert batch.pixels.dtype == torch.float32
            assert batch.pixels.is_contiguous(memory_format=torch.channels_last)
            assert batch.indexes.dtype == np.int64
            for pixels, index, flip in zip(batch.pixels, batch.indexes, batch.flips, strict=True):
                kept = store.pixels[index][:, ::-1] if flip else store.pixels[index]
                expected = torch.from_numpy(kept.astype(np.float32)).permute(2, 0, 1) / 127.5 - 1
                torch.testing.assert_close(pixels, expected)


def test_black_and_white_are_the_ends_of_the_range(store: PictureStore) -> None:
    pixels = np.zeros((25, 16, 16, 3), np.uint8)
    pixels[:, 0] = 255
    flat = PictureStore(pixels, store.items, (), 16, "x")
    with feed_of(flat) as feed:
        batch = feed.next().pixels
    assert batch.min() == -1
    assert batch.max() == 1


@pytest.mark.parametrize("batch", [1, 4, 5, 21])
def test_every_picture_is_given_once_an_epoch(store: PictureStore, batch: int) -> None:
    count = len(store.train)
    with feed_of(store, batch) as feed:
        given = np.concatenate([feed.next().indexes for _ in range(4 * count // batch + 1)])
        for epoch in range(4):
            assert sorted(given[epoch * count : (epoch + 1) * count]) == store.train.tolist()
        assert not np.array_equal(given[:count], given[count : 2 * count])
        assert np.array_equal(feed.seen, np.bincount(given, minlength=25))
        assert feed.seen[store.held_out].sum() == 0
        assert feed.epoch == len(given) // count


def test_the_order_is_a_function_of_the_seed(store: PictureStore) -> None:
    with feed_of(store) as one, feed_of(store) as two, feed_of(store, seed=4) as other:
        ones = [one.next() for _ in range(12)]
        assert all(same(batch, two.next()) for batch in ones)
        assert not all(same(batch, other.next()) for batch in ones)


def test_half_of_the_pictures_are_mirrored_or_none(store: PictureStore) -> None:
    with feed_of(store) as feed, feed_of(store, mirror=False) as plain:
        flips = np.concatenate([feed.next().flips for _ in range(100)])
        assert 0.4 < flips.mean() < 0.6
        batches = [plain.next() for _ in range(10)]
        assert not any(batch.flips.any() for batch in batches)


@pytest.mark.parametrize("steps", [0, 1, 5, 6, 23])
def test_a_broken_run_goes_on_with_the_very_next_batch(store: PictureStore, steps: int) -> None:
    with feed_of(store) as whole, feed_of(store) as broken, feed_of(store) as resumed:
        for _ in range(steps):
            whole.next()
            broken.next()
        resumed.next()  # a feed that has moved can be put back too
        resumed.restore(broken.state())
        assert np.array_equal(resumed.seen, whole.seen)
        for _ in range(15):
            assert same(whole.next(), resumed.next())
        assert whole.epoch == resumed.epoch
        assert np.array_equal(whole.seen, resumed.seen)


def test_a_state_does_not_change_as_the_feed_goes_on(store: PictureStore) -> None:
    with feed_of(store) as feed:
        feed.next()
        state = feed.state()
        before = {k: np.array(v) for k, v in state.items()}
        feed.next()
        assert all(np.array_equal(before[k], state[k]) for k in state)


def test_a_state_of_other_pictures_or_another_seed_is_refused(store: PictureStore) -> None:
    other = PictureStore(store.pixels, store.items, (), 16, "other")
    with feed_of(store) as feed:
        with pytest.raises(UserError, match="pictures of this run are not those it began with"):
            feed.restore(feed_of(other).state())
        with pytest.raises(UserError, match="the seed of this run is not the one it began with"):
            feed.restore(feed_of(store, seed=9).state())


def test_fewer_pictures_than_a_batch_are_refused_with_both_numbers(store: PictureStore) -> None:
    with pytest.raises(UserError, match="21 pictures to learn from, and a batch takes 24; give"):
        feed_of(store, 24)
    with pytest.raises(UserError, match="batch 0: must be 1 or more"):
        feed_of(store, 0)


def drain(feed: Feed) -> None:
    for _ in range(10):
        feed.next()


def test_the_thread_ends_when_the_feed_is_closed_or_forgotten(store: PictureStore) -> None:
    assert threads() == []
    feed = feed_of(store)
    assert threads() == []  # none before it is needed
    feed.next()
    assert len(threads()) == 1
    feed.close()
    assert threads() == []
    feed.close()
    assert same(feed.next(), _second(store))  # goes on where it was
    del feed
    gc.collect()
    until = time.monotonic() + 5
    while threads() and time.monotonic() < until:
        time.sleep(0.01)
    assert threads() == []


def _second(store: PictureStore) -> FeedBatch:
    with feed_of(store) as feed:
        feed.next()
        return feed.next()


def test_it_works_ahead_and_no_further_than_a_few_batches(store: PictureStore) -> None:
    class Counted(np.ndarray):  # type: ignore[type-arg]
        reads = 0

        def __getitem__(self, key: object) -> object:
            Counted.reads += 1
            return np.asarray(self)[key]  # type: ignore[index]

    watched = PictureStore(np.array(store.pixels).view(Counted), store.items, (), 16, "x")
    with feed_of(watched) as feed:
        feed.next()
        until = time.monotonic() + 5
        while Counted.reads < 4 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.1)
        assert 4 <= Counted.reads <= 6


def test_pictures_that_cannot_be_read_any_more_are_said(store: PictureStore) -> None:
    short = PictureStore(store.pixels[:5], store.items, (), 16, "x")
    with feed_of(short) as feed:
        for _ in range(2):
            with pytest.raises(JobError, match="the pictures cannot be read any more"):
                drain(feed)
