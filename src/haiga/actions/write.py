"""Write poems of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haiga.actions.compose import poem_step
from haiga.actions.makers import Makers
from haiga.actions.poets import option_of
from haiga.actions.texts import check_about
from haiga.core.forms import Form, Span, form_of
from haiga.core.nouns import Poem, Verdict
from haiga.engine import local
from haiga.engine.plan import Pipeline
from haiga.inspection.poems import judge_form, possible_syllables

OPTIONS = (
    "begin", "temperature", "top_p", "greedy", "lines", "candidates", "diction", "season",
    "imagery", "repetition", "max_shared_words", "quotations",
)  # fmt: skip
"""Settings of a poet that a user can give for one request."""


@dataclass(frozen=True)
class Written:
    """A poem, its seed, the syllables of each line, and whether it keeps its form.

    A line with words that cannot be counted has None for its syllables.
    """

    poem: Poem
    seed: int
    syllables: tuple[int | None, ...]
    seconds: float
    form: Verdict

    def table(self) -> dict[str, Any]:
        """Everything that is known of the poem, as plain values."""
        known = {
            "lines": list(self.poem.lines),
            "syllables": list(self.syllables),
            "seed": self.seed,
            "form": self.poem.form,
            "keeps_form": self.form.keep,
            "unknown_about": list(self.poem.details.get("unknown_about", ())),
            "seconds": round(self.seconds, 4),
        }
        return {**known, **{k: v for k, v in self.poem.details.items() if k not in known}}


def write(makers: Makers, *, form: str, seeds: range, about: str = "") -> Iterator[Written]:
    """One poem per seed, in order, as they are made.

    `form` is a form's name or the path of a TOML file that declares one. The poem of a
    seed is the one that `haiga create` writes with that seed. Raises `UserError` for
    an unknown form.
    """
    chosen = form_of(form)
    plan = Pipeline((poem_step(makers, check_about(about), form),))
    return _written(plan, chosen, seeds)


def _written(plan: Pipeline, form: Form, seeds: range) -> Iterator[Written]:
    for seed in seeds:
        run = local.run(plan, seed)
        poem: Poem = run.values["poem"]
        spans = form.fitted(len(poem.lines)).lines
        counts = tuple(
            _syllables(line, wanted) for line, wanted in zip(poem.lines, spans, strict=False)
        )
        yield Written(poem, seed, counts, run.seconds["poem"], judge_form(poem, form=form))


def _syllables(line: str, wanted: Span | None) -> int | None:
    """The line's syllables: as the form asks where it can be read so, else the nearest count."""
    span = wanted or Span(0, 0)
    return min(
        possible_syllables(line),
        key=lambda count: (max(span.least - count, count - span.most, 0), count),
        default=None,
    )


def shown(poem: Poem, on: str = "", off: str = "") -> str:
    """The poem as text, stanzas apart, with every run it shares with others between marks.

    `on` and `off` are put before and after the shared words of each line.
    """
    lines = list(poem.lines)
    for place, start, end in reversed(_spans(poem)):
        line = lines[place]
        lines[place] = line[:start] + on + line[start:end] + off + line[end:]
    out: list[str] = []
    for size in poem.details.get("stanzas") or [len(lines)]:
        out.append("\n".join(lines[:size]))
        lines = lines[size:]
    return "\n\n".join(out)


def _spans(poem: Poem) -> list[tuple[int, int, int]]:
    """(line, start, end) of the shared words of each line, in order, none over another."""
    found: dict[int, list[tuple[int, int]]] = {}
    for run in poem.details.get("shared") or ():
        for line in range(run["line"], run["end_line"] + 1):
            start = run["start"] if line == run["line"] else 0
            end = run["end"] if line == run["end_line"] else len(poem.lines[line])
            found.setdefault(line, []).append((start, end))
    out: list[tuple[int, int, int]] = []
    for line, spans in sorted(found.items()):
        for start, end in sorted(spans):
            if out and out[-1][0] == line and start <= out[-1][2]:
                out[-1] = (line, out[-1][1], max(end, out[-1][2]))
            elif end > start:
                out.append((line, start, end))
    return out


def remarks(poem: Poem) -> Sequence[str]:
    """What a reader must be told of a poem: what it shares, that it loops, words it took unread."""
    details: Mapping[str, Any] = poem.details
    out = []
    if details.get("unknown_begin"):
        words = ", ".join(details["unknown_begin"])
        out.append(f"the poet does not know, and keeps as they stand: {words}")
    if details.get("unheeded"):
        options = " and no ".join(map(option_of, details["unheeded"]))
        out.append(f"this poet writes letter by letter, and heeds no {options}")
    for work in details.get("unknown_quotations") or ():
        out.append(f"--quotation: no work that the poet read is called “{work}”")
    for run in details.get("shared") or ():
        title = f"“{run['title']}”" if run["title"] else "an untitled work"
        by = f" by {run['author']}" if run["author"] else ""
        where = f"{title}{by}, line {run['source_line']}"
        out.append(f"shares {run['words']} words with {where}: “{run['text']}”")
    if loop := details.get("loops"):
        out.append(f"it loops: “{loop['text']}” {loop['times']} times")
    return out
