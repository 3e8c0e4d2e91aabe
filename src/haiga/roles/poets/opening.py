"""The words a user begins a poem with: kept verbatim, read by the network, fitted to the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.forms import Form
from haiga.features.syllables import count, uncountable
from haiga.features.tokens import is_word
from haiga.features.words import words
from haiga.roles.poets.keeping import Keeper
from haiga.roles.poets.network import PoetNetwork

EMPTY = 'begin: is empty; give the first words of the poem, such as "hello world"'


@dataclass(frozen=True)
class Opening:
    """The seed text of a poem, as far as it goes.

    `lines` are its lines verbatim, the last of which the poet goes on with; `ends`
    the last words of those before it; `spoken` the syllables and `in_line` the words
    of that last line; `unknown` the words the network has to read as `<unk>`.
    """

    lines: tuple[str, ...] = ()
    tokens: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    spoken: int = 0
    in_line: int = 0
    last_word: str = ""
    may_end: bool = False


def lines_of(begin: str) -> tuple[str, ...]:
    """The lines of a seed text, blanks at their ends and blank lines left out."""
    return tuple(line for line in (" ".join(raw.split()) for raw in begin.splitlines()) if line)


def read_opening(begin: str, network: PoetNetwork) -> Opening:
    """The opening of a word-level poet before any form is asked for.

    UserError where `begin` holds no word.
    """
    lines = lines_of(begin)
    if not lines:
        raise UserError(EMPTY)
    if not words(begin):
        raise UserError(f"begin: '{lines[0][:40]}' holds no word")
    split = network.splitter.split("\n".join(lines))
    unknown = [token for token in split if token not in network.index]
    last = words(lines[-1])
    return Opening(
        lines=lines,
        tokens=tuple(network.index.get(token, network.unknown) for token in split),
        unknown=tuple(dict.fromkeys(unknown)),
        ends=tuple(words(line)[-1] if words(line) else "" for line in lines[:-1]),
        in_line=sum(map(is_word, network.splitter.split(lines[-1]))),
        last_word=last[-1] if last else "",
    )


def fit(opening: Opening, keeper: Keeper) -> Opening:
    """The opening with what it has used up of a form; UserError where it does not fit it."""
    form = keeper.form
    if len(opening.lines) > len(form.lines):
        raise UserError(
            f"begin: has {len(opening.lines)} lines, and form '{form.name}' {len(form.lines)}"
        )
    for line, text in enumerate(opening.lines):
        if form.lines[line] is not None and (strange := uncountable(text)):
            raise UserError(
                f"begin: the syllables of '{strange[0]}' cannot be counted, and form "
                f"'{form.name}' counts them; write it out in Latin letters, or take --form free"
            )
    for line, text in enumerate(opening.lines[:-1]):
        _check_whole(text, line, form)
        if not keeper.may_end(line, opening.ends[line], opening.ends):
            raise UserError(_unrhymed(line, opening.ends[line], opening.ends, form))
    line = len(opening.lines) - 1
    may_end = bool(opening.last_word) and keeper.may_end(line, opening.last_word, opening.ends)
    spoken = _spoken(opening, line, keeper, may_end)
    if line == len(form.lines) - 1 and _is_full(spoken, line, form) and may_end:
        raise UserError(
            f"begin: fills form '{form.name}' to its end; leave the poet a word to write"
        )
    return replace(opening, spoken=spoken, may_end=may_end)


def _check_whole(text: str, line: int, form: Form) -> None:
    span = form.lines[line]
    if span is None:
        return
    totals = totals_of(text)
    if any(n in span for n in totals):
        return
    n = totals[0]
    many = n - span.most if n > span.most else span.least - n
    side = "many" if n > span.most else "few"
    raise UserError(
        f"begin: line {line + 1} has {counted(n, 'syllable')}, {many} too {side} for the {span} of "
        f"form '{form.name}'"
    )


def _spoken(opening: Opening, line: int, keeper: Keeper, may_end: bool) -> int:
    """The syllables of the unfinished line by the first listed reading that can be completed."""
    span = keeper.form.lines[line]
    if span is None:
        return 0
    totals = totals_of(opening.lines[-1])
    table = keeper.table(line, keeper.endings(line, opening.ends))
    for n in totals:
        if n <= span.most and (table[n] or (may_end and n in span)):
            return n
    n = totals[0]
    where = f"begin: line {line + 1} has {counted(n, 'syllable')}"
    if n > span.most:
        raise UserError(
            f"{where}, {n - span.most} too many for the {span} of form '{keeper.form.name}'"
        )
    if n == span.most:
        raise UserError(_unrhymed(line, opening.last_word, opening.ends, keeper.form))
    raise UserError(
        f"{where}, and no word of this poet's can take it to the {span} of form "
        f"'{keeper.form.name}'; leave out its last word"
    )


def _is_full(spoken: int, line: int, form: Form) -> bool:
    span = form.lines[line]
    return span is not None and spoken >= span.most


def _unrhymed(line: int, word: str, ends: Sequence[str], form: Form) -> str:
    earlier = [ends[i] for i in form.earlier_rhymes(line) if i < len(ends)]
    if not earlier:
        return f"begin: line {line + 1} ends on '{word}', and this poet knows no rhyme for it"
    return f"begin: line {line + 1} ends on '{word}', which does not rhyme with '{earlier[0]}'"


def totals_of(text: str) -> list[int]:
    """Every number of syllables a line can be read with, the first listed counts' sum first.

    Empty for a line with words that cannot be counted.
    """
    if uncountable(text):
        return []
    totals = [0]
    for word in words(text):
        totals = list(dict.fromkeys(a + b for a in totals for b in count(word)))
    return totals
