"""The page of a telephone: the game to look through, what became of its beginning, how it was made.

One file with its pictures inside, to be sent as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from haiga.core.counted import counted
from haiga.features.picture_kind import without_kind
from haiga.features.words import words
from haiga.inspection import telephone_told as told
from haiga.inspection.telephone_drift import Curve, Drift, TextSense
from haiga.pages import chains, parts
from haiga.pages.markup import Content, Html, element, markup
from haiga.pages.numbers import number, share
from haiga.pages.page import Section, page
from haiga.pages.pictures import Shown
from haiga.pages.plots import Series, line_chart

UNSURE = "in grey: the captioner is not sure"
MOST_STRANDS = 100
"""So many chains stand on the page beside the first."""


@dataclass(frozen=True)
class PageTurn:
    """A round as the page shows it: the bytes of a picture (JPEG), and what was said of it.

    `sure` says whether the captioner relies on its caption.
    """

    round: int
    picture: bytes
    caption: str
    sure: bool = True


@dataclass(frozen=True)
class PageChain:
    """A chain: its seed, its turns, and why it ended before the others, where it did."""

    seed: int
    turns: Sequence[PageTurn]
    ended: str = ""


@dataclass(frozen=True)
class PageGame:
    """A game: who played it, its first chain large, the others small, and what was measured.

    `name` tells it from other games. `drift` is None where nothing could be measured.
    """

    name: str
    first: PageChain
    others: Sequence[PageChain]
    drift: Drift | None

    @property
    def every(self) -> list[PageChain]:
        return [self.first, *self.others]

    @property
    def chains(self) -> int:
        return 1 + len(self.others)


def telephone_page(
    opening: str,
    games: Sequence[PageGame],
    made: Mapping[str, Content],
    sense: TextSense,
    *,
    again: str,
    notes: Sequence[str] = (),
) -> str:
    """The whole page. `opening` are the words it began with, empty where it began from a picture.

    `made` tells how it was made, name by name, and `again` is the command that plays it again.
    """
    began = opening or _first_caption(games)
    red = frozenset(sense.words_of(began)) if began else frozenset()
    sections = [_game(games, red)]
    if len(games) > 1:
        sections.append(
            Section(
                "The games compared",
                _compared(games),
                "The last round of each: cosines, 1 is the same; and counts over all chains.",
            )
        )
    for game in games:
        if game.others:
            sections.append(_others(game, red, alone=len(games) == 1))
    if any(game.drift for game in games):
        sections.append(Section("How it drifted", _drifted(games)))
        returns = _returns(games)
        sections += [Section("Where it came round", returns)] if returns else []
    passport = {**made, "to play it again": element("code", again)}
    told_notes = [parts.bullets(notes)] if notes else []
    sections.append(Section("How it was made", [parts.passport(passport), *told_notes]))
    return page(
        opening or "A picture, and what was said of it",
        sections,
        subtitle=_subtitle(games, began),
        footer="Played with haiga: a painter and a captioner that know nothing of each other.",
    )


def red_words(text: str, red: frozenset[str]) -> Html:
    """A caption in which the words of the beginning are marked."""
    spans, start = [], 0
    for piece in text.split(" "):
        bare = words(piece)
        if bare and red.intersection(bare):
            spans.append((start, start + len(piece.rstrip(",.;:!?"))))
        start += len(piece) + 1
    return parts.marked(text, spans)


def _subtitle(games: Sequence[PageGame], began: str) -> str:
    rounds = max((turn.round for game in games for turn in game.first.turns), default=0)
    text = f"Painted, put into words, and painted again: {counted(rounds, 'round')}"
    if games[0].chains > 1:
        text += f" in {counted(games[0].chains, 'chain')}"
    if len(games) > 1:
        text += f", {len(games)} games side by side"
    text += ". Words of the beginning are red where they are still said"
    turns = [turn for game in games for chain in game.every for turn in chain.turns]
    grey = any(turn.caption and not turn.sure for turn in turns)
    return f"{text}; {UNSURE}." if grey else f"{text}."


def _first_caption(games: Sequence[PageGame]) -> str:
    turns = games[0].first.turns
    return without_kind(turns[0].caption) if turns else ""


def _game(games: Sequence[PageGame], red: frozenset[str]) -> Section:
    if len(games) == 1:
        game = games[0]
        links = [_link(turn, red) for turn in game.first.turns]
        end = [parts.paragraph(f"Here it ended: {game.first.ended}.")] if game.first.ended else []
        title = "The game" if not game.others else f"The first chain, seed {game.first.seed}"
        return Section(title, [chains.chain(links), *end])
    rounds = sorted({turn.round for game in games for turn in game.first.turns})
    by_round = [{turn.round: turn for turn in game.first.turns} for game in games]
    rows = [[_link(turns[r], red) if r in turns else None for turns in by_round] for r in rounds]
    lead = f"Each game's first chain, seed {games[0].first.seed}, beside the others."
    ends = [f"{game.name}: {game.first.ended}." for game in games if game.first.ended]
    body: list[Html] = [chains.lanes([game.name for game in games], rows)]
    return Section("The games", [*body, parts.bullets(ends)] if ends else body, lead)


def _link(turn: PageTurn, red: frozenset[str]) -> chains.Link:
    said: Content = _said(turn, red) if turn.caption else "(nothing was said)"
    alt = f"Round {turn.round}: a picture of which was said: {turn.caption or 'nothing'}"
    return chains.Link(Shown(turn.picture, alt), str(turn.round) if turn.round else "", said)


def _said(turn: PageTurn, red: frozenset[str]) -> Html:
    said = red_words(turn.caption, red)
    return said if turn.sure else element("span", said, class_="unsure")


def _others(game: PageGame, red: frozenset[str], *, alone: bool) -> Section:
    shown = game.others[:MOST_STRANDS]
    rows: list[tuple[Content, list[Shown]]] = []
    for i, chain in enumerate(shown):
        last = next((t for t in reversed(chain.turns) if t.caption), None)
        if chain.ended:
            words_of: list[Content] = [element("em", f"{i + 2}"), f"ended: {chain.ended}"]
        else:
            words_of = [element("em", f"{i + 2}"), _said(last, red) if last else ""]
        pictures = [
            Shown(turn.picture, f"Chain {i + 2}, round {turn.round}: {turn.caption or 'nothing'}")
            for turn in chain.turns
        ]
        rows.append((markup([markup(part) for part in words_of]), pictures))
    title = "The other chains" if alone else f"The other chains of {game.name}"
    more = len(game.others) - len(shown)
    lead = "From the same beginning with other seeds; under each, what was said last."
    if more:
        lead += f" {counted(more, 'further chain')} {'is' if more == 1 else 'are'} in the folder."
    return Section(title, chains.strands(rows), lead)


def _compared(games: Sequence[PageGame]) -> Html:
    """One table: what was measured in the last round, a column a game."""
    drifts = [game.drift for game in games]

    def row(name: str, value: Callable[[Drift], str]) -> list[Content]:
        return [name, *("–" if drift is None else value(drift) for drift in drifts)]

    rows = [
        row("the beginning's words still said", lambda d: share(_end(d.words_kept))),
        row("captions to the first text", lambda d: _last(d.text) if d.known else "–"),
        row("pictures to the first text", lambda d: _last(d.picture_to_text) if d.known else "–"),
        row("pictures to the first picture", lambda d: _last(d.picture)),
        row("captions to their own pictures", lambda d: _last(d.own)),
        row("different captions", lambda d: number(d.distinct[-1])),
        row("different words", lambda d: number(d.vocabulary[-1])),
        row("chains that come round", lambda d: _count(d.comebacks)),
    ]
    return parts.table(["", *(game.name for game in games)], rows, numbers=len(games))


def _count(found: Sequence[object] | None) -> str:
    return "–" if found is None else number(len(found))


def _end(curve: Curve) -> float | None:
    return curve.mean[-1] if curve.mean else None


def _last(curve: Curve) -> str:
    return f"{round(curve.mean[-1], 2) + 0.0:.2f}" if curve.mean else "–"


def _drifted(games: Sequence[PageGame]) -> list[Html]:
    measured = [(game, game.drift) for game in games if game.drift]
    drift = measured[0][1]
    alone = len(measured) == 1
    many = any(game.chains > 1 for game, _ in measured)

    def sentence(say: Callable[[Drift], str], of: str) -> str:
        """What is said of one game; of several, where each comes to."""
        if alone:
            return say(drift)
        ends = [f"{game.name} {_arrived(getattr(d, of))}" for game, d in measured]
        return f"In round {drift.rounds[-1]}: {', '.join(ends)}."

    def lines(of: str, name: str, *more: Series) -> list[Series]:
        if alone:
            return [Series(name, getattr(drift, of).points, red=True), *more]
        return [
            Series(game.name[:16], getattr(d, of).points, red=i == 0)
            for i, (game, d) in enumerate(measured)
        ]

    def counts(of: str, name: str) -> list[Series]:
        return [
            Series(name if alone else game.name[:16], _points(d, getattr(d, of)), red=i == 0)
            for i, (game, d) in enumerate(measured)
            if getattr(d, of) is not None
        ]

    def flat(name: str, value: float) -> Series:
        return Series(name, [(float(r), value) for r in (drift.rounds[0], drift.rounds[-1])])

    words_left = [
        told.words_told(d) if alone else f"{game.name}: {told.words_told(d)}"
        for game, d in measured
    ]
    out = [parts.paragraph(words_left[0])] if alone else [parts.bullets(words_left)]
    to_text = [] if drift.known else [parts.paragraph(told.UNKNOWN)]
    if drift.known:
        to_text += [
            line_chart(
                "The captions and the first text",
                lines("text", "captions", flat("unrelated", drift.chance_text)),
                x="round",
                y="cosine of words",
                about=sentence(told.text_told, "text"),
            ),
            line_chart(
                "The pictures and the first text",
                lines(
                    "picture_to_text",
                    "first text",
                    Series("own caption", drift.own.points),
                    flat("unrelated", drift.chance_picture),
                ),
                x="round",
                y="cosine (the critic)",
                about=" ".join(
                    [
                        sentence(told.picture_to_text_told, "picture_to_text"),
                        *([told.own_told(drift)] if alone else []),
                    ]
                ),
            ),
        ]
    out += to_text
    out.append(
        line_chart(
            "The pictures and the first picture",
            lines("picture", "first picture", *_between_chains(drift)),
            x="round",
            y="cosine (the eye)",
            about=sentence(told.picture_told, "picture"),
        )
    )
    if many:
        out.append(
            line_chart(
                "Different captions",
                counts("distinct", "captions"),
                x="round",
                y="captions of all chains",
                about=sentence(told.distinct_told, "distinct"),
            )
        )
        out.append(
            line_chart(
                "How far two chains are apart",
                counts("apart", "in words"),
                x="round",
                y="1 - cosine of words",
                about=sentence(told.apart_told, "apart"),
            )
        )
        out.append(
            line_chart(
                "Words in use",
                counts("vocabulary", "words"),
                x="round",
                y="different words",
                about=sentence(told.vocabulary_told, "vocabulary"),
            )
        )
    return out


def _between_chains(drift: Drift) -> list[Series]:
    """How alike the pictures of two chains are: what is left where the first is forgotten."""
    if drift.looks_apart is None:
        return []
    return [Series("two chains", _points(drift, [1 - apart for apart in drift.looks_apart]))]


def _arrived(found: Curve | Sequence[float] | None) -> str:
    if isinstance(found, Curve):
        return _last(found)
    return number(found[-1]) if found else "–"


def _points(drift: Drift, values: Sequence[float]) -> list[tuple[float, float]]:
    return [(float(r), float(v)) for r, v in zip(drift.rounds, values, strict=True)]


def _returns(games: Sequence[PageGame]) -> list[Html]:
    found: list[Html] = []
    for game in games:
        said = told.returns_told(game.drift, game.chains) if game.drift else []
        if not said:
            continue
        if len(games) > 1:
            found.append(element("h3", game.name))
        found.append(parts.bullets(said))
    return found
