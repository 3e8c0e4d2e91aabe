"""Dates as sources write them, read as years."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.collection.years import LEAST, MOST, Years, century_of, read_years


@pytest.mark.parametrize(
    ("date", "first", "last", "about"),
    [
        ("1874", 1874, 1874, False),
        ("c. 1874", 1874, 1874, True),
        ("ca.1874", 1874, 1874, True),
        ("1874?", 1874, 1874, True),
        ("[1874]", 1874, 1874, False),
        ("1874–1880", 1874, 1880, False),
        ("1874-80", 1874, 1880, False),
        ("1898/9", 1898, 1899, False),
        ("between 1874 and 1880", 1874, 1880, False),
        ("1874-05-03", 1874, 1874, False),
        ("1874-05-03T10:00:00Z", 1874, 1874, False),
        ("03/05/1874", 1874, 1874, False),
        ("May 3, 1874", 1874, 1874, False),
        ("1999-12", 1999, 1999, False),
        ("1905-06", 1905, 1906, False),
        ("1874, printed 1920", 1874, 1920, False),
        ("19th century", 1801, 1900, True),
        ("early 19th century", 1801, 1833, True),
        ("late 18th–early 19th century", 1701, 1900, True),
        ("17th c.", 1601, 1700, True),
        ("second half of the 17th century", 1651, 1700, True),
        ("19. Jahrhundert", 1801, 1900, True),
        ("third quarter of the 19th century", 1851, 1875, True),
        ("XIXe", None, None, False),
        ("19e siècle", 1801, 1900, True),
        ("Tang dynasty, 8th century", 701, 800, True),
        ("2nd century BC", -200, -101, True),
        ("1870s", 1870, 1879, True),
        ("1800s", 1801, 1900, True),
        ("50 BCE", -50, -50, False),
        ("ca. 50–40 BCE", -50, -40, True),
        ("A.D. 79", 79, 79, False),
        ("100 BC-AD 50", -100, 50, False),
        ("618–907", 618, 907, False),
        ("c. 600", 600, 600, True),
        ("Edo period (1615–1868)", 1615, 1868, False),
        ("before 1874", None, 1874, False),
        ("after 1874", 1874, None, False),
        ("by 1874", None, 1874, False),
    ],
)
def test_a_date_is_read(date: str, first: int | None, last: int | None, about: bool) -> None:
    years = read_years(date)
    if first is None and last is None:
        assert years is None
    else:
        assert years == Years(first, last, about)


@pytest.mark.parametrize(
    "date", ["", "Song dynasty", "n.d.", "Date unknown", "Meiji 12", "12", "0", "20160101", "no. 7"]
)
def test_what_names_no_year_is_not_guessed(date: str) -> None:
    assert read_years(date) is None


@pytest.mark.parametrize(
    ("date", "century"),
    [
        ("1900", "19th century"),
        ("1901", "20th century"),
        ("1801–1900", "19th century"),
        ("1795–1805", "18th–19th century"),
        ("50 BCE", "1st century BCE"),
        ("c. 1510", "16th century"),
        ("1120", "12th century"),
        ("after 1874", ""),
        ("", ""),
        ("1015", "11th century"),
        ("250", ""),
        ("c. 250", "3rd century"),
    ],
)
def test_a_century_begins_with_its_year_one(date: str, century: str) -> None:
    assert century_of(read_years(date)) == century


def test_whether_years_lie_in_others_may_not_be_known() -> None:
    assert Years(1850, 1860).within(1800, 1900) is True
    assert Years(1850, 1860).within(1855, None) is None
    assert Years(1850, 1860).within(1861, None) is False
    assert Years(1870, None).within(None, 1860) is False
    assert Years(1870, None).within(1860, 1900) is None
    assert Years(1870, None).within(1860, None) is True


@settings(deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[c0-9 .\-–/,?a-dt]{0,24}", fullmatch=True))
def test_any_text_is_read_and_years_are_in_order(text: str) -> None:
    years = read_years(text)
    if years is None:
        return
    assert years.first is not None or years.last is not None
    if years.first is not None and years.last is not None:
        assert LEAST <= years.first <= years.last <= MOST
        assert century_of(years)
    assert str(years)


@settings(deadline=None)
@given(st.integers(1000, 2100), st.integers(0, 99))
def test_a_range_written_short_is_the_one_written_long(first: int, more: int) -> None:
    last = first + more
    assert read_years(f"c. {first}–{last}") == Years(first, last, True)
    if first // 100 == last // 100 and not 1 <= last % 100 <= 12:
        assert read_years(f"{first}-{last % 100:02}") == Years(first, last)
