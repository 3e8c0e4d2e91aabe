"""A watch goes red for a copycat, stays green for honest pictures, and sees a collapse."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from small_eye import SmallEye, noisy, paintings

from haiga.inspection.watch import Look, Watch, best_before_copying, copying_started

TRAIN, HELD, NEW = paintings(240, 1), paintings(120, 2), paintings(150, 3)


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch(SmallEye(), np.stack(TRAIN), np.stack(HELD))


@pytest.fixture(scope="module")
def honest(watch: Watch) -> Look:
    return watch.look(NEW)


@pytest.fixture(scope="module")
def copycat(watch: Watch) -> Look:
    """What a network makes that returns its training pictures with a little noise."""
    return watch.look(np.stack(noisy(TRAIN[:150], 4)))


@pytest.fixture(scope="module")
def collapsed(watch: Watch) -> Look:
    return watch.look(noisy(NEW[:1] * 100, 5, levels=2))


def test_a_copycat_is_found_at_once(copycat: Look) -> None:
    assert copycat.copy_share.value > 0.95
    assert copycat.copied
    assert copying_started([copycat])
    assert copycat.nearer_than_new.value > 0.95
    assert copycat.near_train < copycat.usual_near_train / 2
    assert copycat.near_held > 0.8 * copycat.usual_near_train
    assert (copycat.copies.nearest == np.arange(150)).mean() > 0.95


def test_honest_new_pictures_are_not_called_copies(honest: Look) -> None:
    assert honest.copy_share.value < 0.05
    assert not honest.copied
    assert not copying_started([honest] * 10)
    assert honest.nearer_than_new.value == pytest.approx(0.5, abs=0.06)
    assert honest.near_train == pytest.approx(honest.usual_near_train, rel=0.1)


def test_a_copycat_has_the_better_training_distance_and_is_not_kept(
    honest: Look, copycat: Look
) -> None:
    assert copycat.kid_train.value < honest.kid_train.value
    assert best_before_copying([honest, copycat, copycat]) == 0
    assert best_before_copying([copycat, copycat, honest]) is None


def test_honest_pictures_are_near_the_held_out_ones(honest: Look) -> None:
    assert honest.kid.low is not None
    assert honest.kid.low <= 0.05
    assert honest.precision.value > 0.7
    assert honest.coverage.value > 0.7
    assert honest.density.value == pytest.approx(1, abs=0.25)
    assert honest.spread.ratio == pytest.approx(1, abs=0.1)


def test_a_collapse_is_far_and_has_no_spread(honest: Look, collapsed: Look) -> None:
    assert collapsed.kid.value > 10 * abs(honest.kid.value)
    assert collapsed.spread.vendi.value < 0.1 * collapsed.spread.vendi_real
    assert collapsed.recall.value < 0.1
    assert collapsed.coverage.value < 0.1
    assert not collapsed.copied


def test_a_look_is_a_row_of_plain_numbers(honest: Look, watch: Watch) -> None:
    found = honest.as_row()
    assert all(type(value) in (int, float) for value in found.values()), found
    assert found["kid"] == honest.kid.value
    assert found["copy_share_high"] == honest.copy_share.high
    assert math.isnan(found["fid"])
    assert watch.look(NEW[:40], with_fid=True).as_row()["fid"] > 0
    json.dumps(found)


def test_the_same_pictures_give_the_same_look(watch: Watch, honest: Look) -> None:
    assert watch.look(NEW) == honest


def test_the_floor_is_what_real_pictures_have(watch: Watch) -> None:
    assert abs(watch.floor.value) < 0.05


def row(kid: float, share: float) -> dict[str, float]:
    """A look's numbers with this KID, and copies whose share surely is nearly what it says."""
    return {"kid": kid, "copy_share_low": share * 0.9, "false_alarms_high": 0.02}


def test_copying_counts_when_found_twice_in_a_row_or_once_strongly() -> None:
    clean, some, much = (row(0.1, share) for share in (0.0, 0.05, 0.5))
    assert not copying_started([clean, some, clean, some])
    assert copying_started([clean, some, some])
    assert copying_started([clean, much, clean])
    assert not copying_started([])


def test_kept_is_the_smallest_held_out_kid_before_copying() -> None:
    kids, shares = (0.5, 0.3, 0.4, 0.2, 0.1), (0, 0, 0, 0.05, 0.05)
    looks = [row(k, s) for k, s in zip(kids, shares, strict=True)]
    assert best_before_copying(looks) == 1
    assert best_before_copying(looks[:4]) == 1  # one look with copies is not kept either
    assert best_before_copying(looks[:1]) == 0
    assert best_before_copying([row(math.nan, 0)]) is None
    assert best_before_copying([]) is None
    assert best_before_copying([{"kid": 0.2}, {"kid": 0.1}]) == 1  # nothing was known of copies


def test_with_few_held_out_pictures_the_rate_is_what_they_can_tell() -> None:
    watch = Watch(SmallEye(), TRAIN[:40], HELD[:6])
    look = watch.look(NEW[:60])
    assert look.copies.false_alarms == pytest.approx(1 / 7)
    assert look.copies.false_alarms_high == pytest.approx(1 - 0.05 ** (1 / 6))
    assert math.isfinite(look.kid.value)
    tiny = Watch(SmallEye(), TRAIN[:4], HELD[:3]).look(NEW[:9])
    assert math.isnan(tiny.precision.value)
    assert "needs more than" in tiny.precision.note
    with pytest.raises(ValueError, match="two held-out"):
        Watch(SmallEye(), TRAIN, HELD[:1])
