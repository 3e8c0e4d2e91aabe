"""Wishes of `haiga cache prune` as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from haiga.actions.cache import duration_s, prune_cache, size_bytes, told_size
from haiga.core.errors import UserError


def test_lengths_of_time_and_sizes_are_read_as_people_write_them() -> None:
    assert [duration_s(text, "x") for text in ("12h", "30d", "2 W", "0.5d")] == [
        43200, 2592000, 1209600, 43200,
    ]  # fmt: skip
    assert [size_bytes(text, "x") for text in ("0B", "500mb", "2 GB", "1.5kB")] == [
        0, 500_000_000, 2_000_000_000, 1500,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "soon", "-3d", "3", "3 years", "d", "1e3d", "nan d", "30s"])
def test_what_is_no_length_of_time_is_refused_by_the_name_of_the_option(text: str) -> None:
    with pytest.raises(UserError, match="--older-than: .* no length of time; give"):
        duration_s(text, "--older-than")


@pytest.mark.parametrize("text", ["", "big", "2 elephants", "-1GB", "5", "GB", "1e9B"])
def test_what_is_no_size_is_refused_by_the_name_of_the_option(text: str) -> None:
    with pytest.raises(UserError, match="--larger-than: .* no size; give"):
        size_bytes(text, "--larger-than")


def test_sizes_are_told_shortly() -> None:
    sizes = (0, 999, 1000, 9_949, 12_345, 999_499, 3_145_728, 2 * 10**12)
    assert [told_size(size) for size in sizes] == [
        "0 B", "999 B", "1.0 kB", "9.9 kB", "12 kB", "999 kB", "3.1 MB", "2.0 TB",
    ]  # fmt: skip


@pytest.mark.parametrize("wish", [{"step": "poem"}, {"older_than": "1d"}, {"larger_than": "1GB"}])
def test_all_goes_with_no_choice_of_some(tmp_path: Path, wish: dict[str, str]) -> None:
    with pytest.raises(UserError, match="--all removes every result"):
        prune_cache(tmp_path, print, everything=True, **wish)


def test_a_step_of_a_studio_that_keeps_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing is kept here yet"):
        prune_cache(tmp_path, print, step="poem")
    assert list(tmp_path.iterdir()) == []
