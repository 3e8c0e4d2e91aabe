import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.seeds import MAX_SEED, derive_seed, generator


def test_a_named_seed_never_changes() -> None:
    """Every recipe ever written rests on these numbers."""
    assert derive_seed(7, "painter") == 3465985535867343730
    assert derive_seed(0) == 6569863346532939966
    assert derive_seed(MAX_SEED, "poet", 3) == 488938889007120068
    assert generator(7, "poet").integers(1000, size=3).tolist() == [767, 539, 369]


def test_names_give_seeds_of_their_own() -> None:
    names = [("poet",), ("painter",), ("poet", 1), ("poet", "1"), (1,), (), ("po", "et")]
    assert len({derive_seed(7, *name) for name in names}) == len(names)


@given(st.integers(0, MAX_SEED), st.text(max_size=5))
def test_every_seed_and_name_give_a_seed(seed: int, name: str) -> None:
    assert 0 <= derive_seed(seed, name) <= MAX_SEED


def test_a_generator_is_fresh_each_time() -> None:
    first, again = generator(1, "x"), generator(1, "x")
    assert np.array_equal(first.random(5), again.random(5))
