"""Where things stand on the page: one function a layout, all lengths in pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haiga.core.errors import UserError
from haiga.gallery.poem_block import Block, fit_block, stagger
from haiga.gallery.stacks import fit_stacks
from haiga.gallery.typefaces import Typeface

SMALLEST_EM = 38 / 1080
"""The smallest letters, in em as a share of the page's width: readable on a phone."""
SEAL = 60 / 1080
"""The seal's side, as a share of the page's width."""


@dataclass(frozen=True)
class Box:
    """A place on the page: its corner, width and height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Run:
    """A line of text: where its baseline starts; `turned` runs down the page instead of across."""

    text: str
    x: float
    y: float
    em: float
    turned: bool = False


@dataclass(frozen=True)
class Plan:
    """A finished layout."""

    picture: Box
    runs: tuple[Run, ...]
    seal: Box


@dataclass(frozen=True)
class Task:
    """What is to be laid out."""

    width: int
    height: int
    margin: float
    """Pixels kept free at the sides."""
    aspect: float
    """The picture's width over its height."""
    lines: tuple[str, ...]
    face: Typeface
    seal_w: float
    seal_h: float

    @property
    def smallest(self) -> float:
        return SMALLEST_EM * self.width

    def em(self, at_1080: float) -> float:
        """A letter size given for a page 1080 wide; never under the smallest."""
        return max(at_1080 * self.width / 1080, self.smallest)

    def fitted(self, w: float, h: float) -> tuple[float, float]:
        """The picture's width and height inside a room of w by h."""
        return (w, w / self.aspect) if w / h < self.aspect else (h * self.aspect, h)


def plan_sheet(layout: str, task: Task) -> Plan:
    """Lays out the sheet; `UserError` where the poem cannot be set at a readable size."""
    return LAYOUTS[layout](task)


def across(block: Block, x: float, y: float) -> tuple[Run, ...]:
    """The block's rows as runs, its top left corner at (x, y)."""
    return tuple(
        Run(row.text, x + row.indent * block.em, y + row.baseline * block.em, block.em)
        for row in block.rows
    )


def _above(task: Task) -> Plan:
    """Portrait and square: the painting above, the poem stepping down below it, the seal last."""
    inner = task.width - 2 * task.margin
    top = 0.074 * task.height + 0.2 * task.margin
    bottom = 0.080 * task.height
    em = task.em(min(58.0, 0.0445 * task.height * 1080 / task.width))
    tail = task.seal_w + 0.9 * em
    block = fit_block(
        task.lines,
        task.face,
        width=inner,
        height=(task.height - top - bottom) * 0.62,
        em=em,
        smallest=task.smallest,
        step=stagger(len(task.lines)),
        tail=tail,
    )
    gap = max(0.050 * task.height, 0.9 * block.em)
    room = task.height - top - bottom - gap - block.height
    w, h = task.fitted(inner * 0.94, room)
    spare = room - h
    # a low picture is hung a little above the middle, and the poem takes more air
    y = top + 0.40 * spare
    gap += 0.12 * spare
    group = max(block.width, block.last_right + tail)
    x = (task.width - group) / 2
    under = y + h + gap
    seal_y = under + block.rows[-1].baseline * block.em - 0.80 * task.seal_h
    seal = Box(x + block.last_right + 0.9 * block.em, seal_y, task.seal_w, task.seal_h)
    return Plan(Box((task.width - w) / 2, y, w, h), across(block, x, under), seal)


def _beside(task: Task) -> Plan:
    """Landscape: the painting on the left, the poem low on the right."""
    inner = task.width - 2 * task.margin
    high = task.height - 2 * max(0.11 * task.height, 0.7 * task.margin)
    gap = 0.055 * task.width
    best: tuple[float, Block] | None = None
    for share in (0.62, 0.58, 0.54, 0.50, 0.46, 0.42, 0.38, 0.34):
        w, _ = task.fitted(inner * share, high)
        column = inner - w - gap
        try:
            block = fit_block(
                task.lines,
                task.face,
                width=column,
                height=high,
                em=task.em(46),
                smallest=task.smallest,
                step=min(stagger(len(task.lines)), 0.8),
            )
        except UserError:
            if share == 0.34 and best is None:
                raise
            continue
        rows_more = len(block.rows) - sum(1 for line in task.lines if line)
        if best is None or (
            rows_more == 0 and best[1].rows and len(best[1].rows) > len(block.rows)
        ):
            best = (w, block)
        if rows_more == 0:
            break
    assert best is not None
    w, block = best
    h = w / task.aspect
    x = task.margin
    y = (task.height - h) * 0.47
    poem_h = block.height + 0.5 * block.em + task.seal_h
    left = x + w + gap + (inner - w - gap - block.width) * 0.35
    poem_y = min(max(y + 0.62 * h - poem_h / 2, y), task.height - task.margin - poem_h)
    seal = Box(
        left + min(block.last_right, block.width) - task.seal_w,
        poem_y + block.height + 0.5 * block.em,
        task.seal_w,
        task.seal_h,
    )
    return Plan(Box(x, y, w, h), across(block, left, poem_y), seal)


def _scroll(task: Task) -> Plan:
    """Scroll: lines turned to run down the right side, first line outermost; painting low left."""
    inner = task.width - 2 * task.margin
    top = 0.085 * task.height
    high = task.height - 2 * top
    block = fit_block(
        task.lines,
        task.face,
        width=high - task.seal_h - task.em(30),
        height=inner * 0.55,
        em=task.em(52),
        smallest=task.smallest,
        step=stagger(len(task.lines)) * 1.5,
    )
    gap = 0.05 * task.width
    w, h = task.fitted(inner - block.height - gap, high * 0.86)
    right = task.width - task.margin
    runs = tuple(
        Run(row.text, right - row.baseline * block.em, top + row.indent * block.em, block.em, True)
        for row in block.rows
    )
    last = right - block.rows[-1].baseline * block.em
    seal_y = top + block.last_right + 0.7 * block.em
    seal = Box(last - 0.1 * block.em - 0.2 * task.seal_w, seal_y, task.seal_w, task.seal_h)
    y = task.height - 1.15 * top - h - max(0.0, (high - h) * 0.16)
    return Plan(Box(task.margin + (inner - block.height - gap - w) / 2, y, w, h), runs, seal)


def _vertical(task: Task) -> Plan:
    """Vertical: every line a column of words; above the painting, or beside a tall one."""
    inner = task.width - 2 * task.margin
    top = 0.080 * task.height
    bottom = 0.080 * task.height
    high = task.height - top - bottom
    stacks = fit_stacks(
        task.lines,
        task.face,
        width=inner - 0.3 * task.seal_w,
        height=high * 0.6,
        em=task.em(50),
        smallest=task.smallest,
    )
    gap = 0.045 * task.height
    above = task.fitted(inner * 0.94, high - stacks.height - gap)
    beside = task.fitted(max(inner - stacks.width - 0.06 * task.width, 1), high)
    if beside[0] * beside[1] > above[0] * above[1]:
        w, h = beside
        x, y = task.margin, top + (high - h) * 0.5
        left = task.width - task.margin - stacks.width
        words_y = y if h > stacks.height else top
    else:
        w, h = above
        spare = high - stacks.height - gap - h
        words_y = top + 0.3 * spare
        y = words_y + stacks.height + gap + 0.2 * spare
        x = (task.width - w) / 2
        left = min(x + w - stacks.width, task.width - task.margin - stacks.width)
    runs = tuple(
        Run(word.text, left + word.x, words_y + word.baseline, stacks.em) for word in stacks.words
    )
    seal = Box(
        left + stacks.last_x,
        words_y + stacks.last_bottom + 0.35 * stacks.em,
        task.seal_w,
        task.seal_h,
    )
    return Plan(Box(x, y, w, h), runs, seal)


LAYOUTS: dict[str, Callable[[Task], Plan]] = {
    "portrait": _above,
    "square": _above,
    "landscape": _beside,
    "scroll": _scroll,
    "vertical": _vertical,
}
