"""Numbers as a page shows them."""

from __future__ import annotations

import math

NONE = "–"


def number(value: float | None, digits: int = 3) -> str:
    """About three significant digits, thousands parted by commas; a dash for none.

    `number(98.345)` is "98.3", `number(22009)` "22,009", `number(0.00123)` "0.00123".
    """
    if value is None or not math.isfinite(value):
        return NONE
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:,.{digits - 1 - math.floor(math.log10(abs(value)))}f}"


def duration(minutes: float) -> str:
    """A time as people say it: "14 s", "3.5 min", "48 min", "2 h 5 min"."""
    if minutes < 1:
        return f"{60 * minutes:.0f} s" if minutes >= 1 / 60 else "under 1 s"
    if minutes < 60:
        return f"{minutes:.1f} min" if minutes < 10 else f"{minutes:.0f} min"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"


def chance(value: float) -> str:
    """A probability as a percentage: no model is so sure that it is 0 or 1, however it rounds."""
    return share(min(max(value, 1e-6), 1 - 1e-6))


def share(value: float | None) -> str:
    """A share, seldom above 1, as a percentage: "0.4 %", "100 %"; a dash for none.

    Only 0 and 1 themselves are written "0 %" and "100 %".
    """
    if value is None or not math.isfinite(value):
        return NONE
    percent = 100 * value
    if 0 < percent < 0.01:
        return "under 0.01 %"
    if 99.99 < percent < 100:
        return "over 99.99 %"
    if percent > 100:
        return f"{percent:,.0f} %"
    text = f"{percent:.2f}" if percent < 1 or percent > 99 else f"{percent:.1f}"
    return f"{text.rstrip('0').rstrip('.')} %"
