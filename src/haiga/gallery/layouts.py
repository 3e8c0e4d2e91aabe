"""Where things stand on the page: one function a layout, all lengths in pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haiga.core.errors import UserError
from haiga.gallery.poem_block import Block, fit_block, stagger
from haiga.gallery.stacks import fit_stacks
from haiga.gallery.typefaces import Typeface

SMALLEST_EM = 36 / 1080
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
    block = _block_below(task, inner, task.height - top - bottom, em, tail)
    last = block.rows[-1].baseline * block.em
    # a tall seal beside a single line reaches up into the gap
    gap = max(0.050 * task.height, 0.9 * block.em) + max(0.0, 0.80 * task.seal_h - last)
    room = task.height - top - bottom - gap - block.height
    w, h = task.fitted(inner * 0.94, room)
    spare = room - h
    # a low picture is hung a little above the middle, and the poem takes more air
    y = top + 0.40 * spare
    gap += 0.12 * spare
    under = y + h + gap
    # the seal stands after the last word, or right of longer lines that it reaches up to
    rise = last - 0.80 * task.seal_h
    seal_x = block.right_between(rise, rise + task.seal_h, task.face) + 0.9 * block.em
    if seal_x + task.seal_w > inner:
        rise = last + (task.face.descent + 0.12) * block.em
        seal_x = block.last_right - 0.5 * task.seal_w
    group = max(block.width, seal_x + task.seal_w)
    x = (task.width - group) / 2
    seal = Box(x + max(seal_x, 0.0), under + rise, task.seal_w, task.seal_h)
    return Plan(Box((task.width - w) / 2, y, w, h), across(block, x, under), seal)


def _block_below(task: Task, width: float, high: float, em: float, tail: float) -> Block:
    """The poem under the painting, leaving the painting as much of the height as can be."""
    for share in (0.40, 0.52, 0.64):
        try:
            return _fitted_below(task, width, share * high, em, tail)
        except UserError:
            continue
    return _fitted_below(task, width, 0.78 * high, em, tail)


def _fitted_below(task: Task, width: float, height: float, em: float, tail: float) -> Block:
    return fit_block(
        task.lines,
        task.face,
        width=width,
        height=height,
        em=em,
        smallest=task.smallest,
        step=stagger(len(task.lines)),
        tail=tail,
    )


def _landscape(task: Task) -> Plan:
    """Landscape: side by side, or one above the other where that shows far more of the painting."""
    plans = []
    faults = []
    for arrange, favour in ((_beside, 1.4), (_above, 1.0)):
        try:
            found = arrange(task)
        except UserError as fault:
            faults.append(fault)
            continue
        plans.append((favour * found.picture.w * found.picture.h, found))
    if not plans:
        raise faults[-1]
    return max(plans, key=lambda one: one[0])[1]


def _beside(task: Task) -> Plan:
    """The painting on the left, the poem low on the right."""
    margin = 0.7 * task.margin
    inner = task.width - 2 * margin
    high = task.height - 2 * max(0.10 * task.height, margin)
    gap = 0.055 * task.width
    step = min(stagger(len(task.lines)), 0.7)
    block, w = _block_beside(task, inner, high, gap, step)
    h = w / task.aspect
    spare = inner - w - gap - block.width
    x = margin + 0.32 * spare
    y = (task.height - h) * 0.47
    poem_h = block.height + 0.6 * block.em + task.seal_h
    left = x + w + gap + 0.30 * spare
    low = y + h - poem_h - 0.04 * task.height
    poem_y = low if low >= y else (task.height - poem_h) / 2
    seal_x = left + max(block.last_right - task.seal_w, 0.0)
    seal = Box(seal_x, poem_y + block.height + 0.6 * block.em, task.seal_w, task.seal_h)
    return Plan(Box(x, y, w, h), across(block, left, poem_y), seal)


def _block_beside(
    task: Task, inner: float, high: float, gap: float, step: float
) -> tuple[Block, float]:
    """The poem beside the painting, and the painting's width: lines kept whole if they can be."""
    whole = sum(1 for line in task.lines if line)
    first: tuple[Block, float] | None = None
    fault: UserError | None = None
    for percent in range(62, 22, -2):
        w, _ = task.fitted(inner * percent / 100, high)
        try:
            block = fit_block(
                task.lines,
                task.face,
                width=inner - w - gap,
                height=task.height * 0.855 - task.seal_h - 0.6 * task.smallest,
                em=task.em(46),
                smallest=task.smallest,
                step=step,
            )
        except UserError as error:
            fault = error
            continue
        if len(block.rows) == whole and percent >= 40:
            return block, w
        first = first or (block, w)
    if first is None:
        raise fault or UserError("the poem does not fit beside the painting")
    return first


def _scroll(task: Task) -> Plan:
    """Scroll: lines turned to run down the right side, first line outermost; painting low left."""
    inner = task.width - 2 * task.margin
    top = 0.085 * task.height
    high = task.height - 2 * top
    block = fit_block(
        task.lines,
        task.face,
        width=high - task.seal_h - task.em(30),
        height=inner * 0.72,
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
    deep = max(stacks.height, stacks.last_bottom + 0.35 * stacks.em + task.seal_h)
    above = task.fitted(inner * 0.94, high - deep - gap)
    beside = task.fitted(max(inner - stacks.width - 0.06 * task.width, 1), high)
    if beside[0] * beside[1] > above[0] * above[1]:
        w, h = beside
        x, y = task.margin, top + (high - h) * 0.5
        left = task.width - task.margin - stacks.width
        words_y = y if h > deep else top
    else:
        w, h = above
        spare = high - deep - gap - h
        words_y = top + 0.3 * spare
        y = words_y + deep + gap + 0.2 * spare
        x = (task.width - w) / 2
        left = min(max(x + w, (task.width + stacks.width) / 2), task.width - task.margin)
        left -= stacks.width
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
    "landscape": _landscape,
    "scroll": _scroll,
    "vertical": _vertical,
}
