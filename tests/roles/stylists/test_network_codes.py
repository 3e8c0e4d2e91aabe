"""A network's codes in a bank."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import BadModel
from haiga.models.store import BUNDLED
from haiga.roles.stylists.bank import StyleBank
from haiga.roles.stylists.network_codes import add_codes, packed, unpacked

DIGEST = "ab" * 32


def codes(n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, 5)) @ rng.standard_normal((5, 24)) + 0.5


def test_codes_come_back_nearly_as_they_were_in_a_byte_each() -> None:
    kept = packed(codes(), DIGEST)
    assert kept["code"].dtype == np.uint8
    assert kept["code"].shape[1] <= 5
    assert np.abs(unpacked(kept) - codes()).max() < 0.03 * codes().std() + 0.03


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    shutil.copytree(BUNDLED / "styles", tmp_path / "bank")
    return tmp_path / "bank"


def test_a_bank_gives_the_codes_of_the_network_it_is_read_for(bank: Path) -> None:
    n = len(StyleBank(str(bank)).styles())
    given = np.random.default_rng(1).standard_normal((n, 6))
    add_codes(bank, "other", given, DIGEST)
    styles = StyleBank(str(bank), code="other").styles(DIGEST)
    assert np.abs(np.array([s.code for s in styles[:50]]) - given[:50]).max() < 0.1
    assert StyleBank(str(bank)).styles()[3].code != styles[3].code  # brush.v1's are still there


def test_codes_of_another_network_are_refused(bank: Path) -> None:
    n = len(StyleBank(str(bank)).styles())
    add_codes(bank, "other", np.random.default_rng(1).standard_normal((n, 6)), DIGEST)
    with pytest.raises(BadModel, match="another network"):
        StyleBank(str(bank), code="other").styles("cd" * 32)


def test_a_bank_without_codes_says_how_to_get_them(bank: Path) -> None:
    with pytest.raises(BadModel, match="style_codes"):
        StyleBank(str(bank), code="absent").styles(DIGEST)


def test_too_few_codes_are_refused(bank: Path) -> None:
    add_codes(bank, "other", np.random.default_rng(1).standard_normal((7, 6)), DIGEST)
    with pytest.raises(BadModel, match="7 codes"):
        StyleBank(str(bank), code="other").styles(DIGEST)
