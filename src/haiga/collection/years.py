"""Dates as sources write them, as years from and to."""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAST, MOST = -20_000, 2_200
"""Numbers outside are no years of a work."""

_DASH = r"\s*(?:-|–|—|−|/|to|until|bis|and|or|und|et)\s*"
_ERA = r"(?:\s*(?P<era{0}>b\.?\s?c\.?(?:\s?e\.?)?|a\.?\s?d\.?|c\.?\s?e\.?)(?![a-z]))?"
_ABOUT = re.compile(
    r"(?<![a-z])(?:c|ca|circa|about|around|approximately|approx|um|vers|est|estimated|probably|"
    r"possibly|perhaps)(?![a-z])\.?|\?|~",
    re.I,
)
_ERA_FIRST = re.compile(r"(?<![a-z])(a\.?d\.?|b\.?c\.?)\s*(\d{1,4})(?!\d)", re.I)
_CENTURY = re.compile(
    r"(?:(?P<part>early|mid|middle(?: of the)?|late|first half(?: of the)?|second half(?: of the)?|"
    r"1st half(?: of the)?|2nd half(?: of the)?|first|second|third|fourth|last)"
    r"(?P<quarter> quarter(?: of the)?)?[\s-]+)?"
    rf"(?P<first>\d{{1,2}})(?:st|nd|rd|th|e|\.)?(?:{_DASH}(?:early |mid[ -]?|late )?"
    r"(?P<last>\d{1,2})(?:st|nd|rd|th|e|\.)?)?[\s-]*"
    r"(?:centur(?:y|ies)|c\.(?=\W|$)|jahrhundert|jh\.?|si[eè]cle|s\.(?=\W|$))" + _ERA.format("c"),
    re.I,
)
_TENS = re.compile(r"(?<!\d)(?P<tens>\d{3}0|\d00)['’]?s(?![a-z])", re.I)
_RANGE = re.compile(
    rf"(?<!\d)(?<!\d\.)(?P<a>\d{{1,5}}){_ERA.format('a')}{_DASH}(?P<b>\d{{1,5}}){_ERA.format('b')}(?!\d)",
    re.I,
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?:T[\d:.]+Z?)?(?!\d)")
_YEAR = re.compile(rf"(?<!\d)(?<!\d\.)(?P<a>\d{{1,5}}){_ERA.format('a')}(?!\d)", re.I)
_OPEN = re.compile(
    r"(?<![a-z])(?P<way>before|by|after|from|since|vor|nach|avant|après)\s+(?=\D{0,9}\d)", re.I
)


@dataclass(frozen=True)
class Years:
    """From which year to which, both included; None where the source leaves an end open.

    Years before the year 1 are negative (50 BCE is -50). `about` is true where the source
    says "circa" or gives a century or a decade.
    """

    first: int | None
    last: int | None
    about: bool = False

    def __str__(self) -> str:
        if self.first is None or self.last is None:
            known, word = (self.last, "before") if self.first is None else (self.first, "after")
            return f"{word} {_shown(known or 0)}"
        one = _shown(self.first)
        text = one if self.first == self.last else f"{one}–{_shown(self.last)}"
        return f"c. {text}" if self.about else text

    def within(self, first: int | None, last: int | None) -> bool | None:
        """Whether all of it lies from `first` to `last`; None where that cannot be told."""
        low = self.first if self.first is not None else float("-inf")
        high = self.last if self.last is not None else float("inf")
        start = first if first is not None else float("-inf")
        end = last if last is not None else float("inf")
        if low >= start and high <= end:
            return True
        return False if high < start or low > end else None


def read_years(text: str) -> Years | None:
    """The years that a date names, or None where it names none ("Song dynasty", "n.d.").

    Read are years, ranges ("1874-80", "c. 1510–1592"), decades, centuries in English, German
    and French, "before" and "after", and years BCE; of several the first and the last. A
    number of one to three digits is a year only beside an era, "c.", or in a range.
    """
    plain = _ERA_FIRST.sub(r"\2 \1", " ".join(text.split()))
    about = bool(_ABOUT.search(plain))
    century = _CENTURY.search(plain)
    if century:
        read = _century(century)
        return read if read is None else Years(*read, True)
    tens = _TENS.search(plain)
    if tens:
        start = int(tens["tens"])
        found = [start + 1, start + 100] if start % 100 == 0 else [start, start + 9]
        rest = [a for a, _ in _plain_years(_TENS.sub(" ", plain), about)]
        return Years(min(found + rest), max(found + rest), True)
    pairs = _plain_years(_OPEN.sub(" ", plain), about)
    if not pairs:
        return None
    first, last = min(a for a, _ in pairs), max(b for _, b in pairs)
    way = _OPEN.match(_ABOUT.sub("", plain).strip(" [("))
    if way and first == last:
        early = way["way"].casefold() in ("before", "by", "vor", "avant")
        return Years(None, last, about) if early else Years(first, None, about)
    return Years(first, last, about)


def century_of(years: Years | None) -> str:
    """The century of a work, "17th–18th century" where it may be either, "" where not known."""
    if years is None or years.first is None or years.last is None:
        return ""
    first, last = _number(years.first), _number(years.last)
    if first == last:
        return f"{_ordinal(first)} century{' BCE' if first < 0 else ''}"
    if first > 0 or last < 0:
        return f"{_ordinal(first)}–{_ordinal(last)} century{' BCE' if last < 0 else ''}"
    return f"{_ordinal(first)} century BCE – {_ordinal(last)} century"


def _plain_years(plain: str, about: bool) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    rest = plain

    def dated(match: re.Match[str]) -> str:
        pairs.append((int(match[1]), int(match[1])))
        return " "

    def ranged(match: re.Match[str]) -> str:
        pair = _range(match)
        if pair is None:
            return match[0]
        pairs.append(pair)
        return " "

    rest = _RANGE.sub(ranged, _ISO.sub(dated, rest))
    for match in _YEAR.finditer(rest):
        digits, era = match["a"], match["eraa"]
        alone = match[0].strip() == _ABOUT.sub("", rest).strip(" .[]()")
        if len(digits) == 4 or era or (len(digits) == 3 and about and alone):
            year = _signed(int(digits), era)
            if LEAST <= year <= MOST and year:
                pairs.append((year, year))
    return pairs


def _range(match: re.Match[str]) -> tuple[int, int] | None:
    """The two years of a range, the second one's digits filled in; None where it is none."""
    first, second = match["a"], match["b"]
    era = match["eraa"] or match["erab"]
    if not era and not 3 <= len(first) <= 4:
        return None
    if len(second) < len(first) and not era:
        filled = first[: len(first) - len(second)] + second
        second = filled if int(filled) >= int(first) else ""
    if not second:
        return None
    low = _signed(int(first), match["eraa"] or match["erab"])
    high = _signed(int(second), match["erab"])
    if not (LEAST <= low <= MOST and LEAST <= high <= MOST) or low > high:
        return None
    return low, high


def _century(match: re.Match[str]) -> tuple[int, int] | None:
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not 1 <= first <= 22 or not 1 <= last <= 22:
        return None
    if _before_christ(match["erac"]):
        return -100 * max(first, last), -100 * (min(first, last) - 1) - 1
    low, high = 100 * (first - 1) + 1, 100 * last
    if match["last"] or not match["part"]:
        return min(low, high), max(low, high)
    part = match["part"].casefold()
    if match["quarter"]:
        place = {"first": 0, "second": 1, "third": 2}.get(part, 3)
        return low + 25 * place, low + 25 * place + 24
    if "half" in part:
        return (low, low + 49) if part[0] in "f1" else (low + 50, high)
    if part.startswith("early"):
        return low, low + 32
    if part.startswith("mid"):
        return low + 33, low + 65
    return (low + 66, high) if part.startswith("late") else (low, high)


def _signed(year: int, era: str | None) -> int:
    return -year if _before_christ(era) else year


def _before_christ(era: str | None) -> bool:
    return bool(era) and str(era).casefold().startswith("b")


def _shown(year: int) -> str:
    return f"{-year} BCE" if year < 0 else str(year)


def _number(year: int) -> int:
    """The number of a year's century, negative before the year 1: 1900 is 19, 1901 is 20."""
    return (year - 1) // 100 + 1 if year > 0 else year // 100


def _ordinal(number: int) -> str:
    n = abs(number)
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
