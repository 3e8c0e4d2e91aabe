"""What is made of a game that was played: what was measured, the strip, the film and the page."""

from __future__ import annotations

import io
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from haiga.actions.recipe import Recipe, write_recipe
from haiga.actions.telephone.game import Chain, Game, Table, Turn
from haiga.actions.telephone.play import Pictures, painting_provenance
from haiga.core import registry
from haiga.core.counted import counted
from haiga.core.nouns import Picture, Provenance
from haiga.engine.digests import value_digest
from haiga.features.match import Critic
from haiga.features.picture_kind import without_kind
from haiga.gallery.captioned import CELL_PX, Captioned, Row, captioned_sheet, legible
from haiga.gallery.captioned_film import captioned_frames
from haiga.inspection.telephone_drift import Drift, Spoken, TextSense, measure
from haiga.inspection.telephone_page import (
    MOST_STRANDS,
    UNSURE,
    PageChain,
    PageGame,
    PageTurn,
    telephone_page,
)
from haiga.media.durable import write_durably
from haiga.media.films import write_film
from haiga.media.pictures import picture_digest, write_png

ARTIST = "auria"
"""Who paints where nobody is named."""
STRIP, FILM, PAGE = "strip.png", "film.webp", "telephone.html"
UPSCALER = "subpixel.v1"
ROWS = 6
"""A strip shows so many chains, the first ones, of one game; or the first chain of each game."""
MOST_IN_ROW, MOST_FILMED = 24, 40
"""So many rounds of a chain a strip and a film show, evenly chosen, the last among them."""
MOST_ACROSS = 10
"""A chain of more pictures is broken into even rows where several chains are shown."""
MOST_LARGE, SMALLER = 5, 0.7
"""So many pictures across are shown in full size; of more, all are this much smaller."""
LARGE_PX, SMALL_PX = 440, 112


@dataclass(frozen=True)
class Results:
    """Where the strip, the film and the page are, and what was measured of each game."""

    strip: Path
    film: Path | None
    page: Path
    drifts: tuple[Drift | None, ...]


def write_results(table: Table, pictures: Pictures, out: Path) -> Results:
    """Measure the games and write strip, film and page beside their pictures."""
    critic, sense = Critic(), TextSense()
    drifts = tuple(_measured(table, game, pictures, critic, sense) for game in table.games)
    table.measured = {
        name: drift.table() for name, drift in zip(table.names, drifts, strict=True) if drift
    }
    table.write(out)
    larger = Enlarged(pictures)
    strip = strip_picture(table, larger)
    write_png(out / STRIP, strip, recipe=strip_recipe(table, strip).for_file("strip"))
    film = out / FILM
    cells = _cells(_chosen(table.games[0].chains[0], MOST_FILMED), larger)
    if cells:
        frames = captioned_frames(cells, opening=_opening(table), red=_red(table, sense),
                                  seed=table.seed)  # fmt: skip
        write_film(film, frames.pictures, frame_ms=frames.frame_ms)
    _write_page(table, larger, drifts, sense, out)
    return Results(out / STRIP, film if cells else None, out / PAGE, drifts)


class Enlarged:
    """The pictures of a telephone at the strip's size, each enlarged when first asked for."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._larger: dict[str, Picture] = {}
        self._upscaler = registry.make("upscaler", UPSCALER, {})

    def plain(self, turn: Turn) -> Picture:
        """The picture of a turn as it was painted."""
        return self._pictures[turn.picture]

    def large(self, turn: Turn) -> Picture:
        """The picture of a turn, its longer side as a cell of the strip."""
        if turn.picture not in self._larger:
            (found,) = self._upscaler.enlarge([self.plain(turn)], size_px=CELL_PX)
            self._larger[turn.picture] = found
        return self._larger[turn.picture]


def strip_picture(table: Table, larger: Enlarged, chains: int | None = None) -> Picture:
    """The sheet of the game: its first chains, or each game's first chain, with their captions.

    `chains` is how many each game had, where the table keeps fewer.
    """
    rows = []
    for name, chain in _shown_rows(table):
        turns = _chosen(chain, MOST_IN_ROW)
        if turns:
            rows.append(Row(_cells(turns, larger), name))
    longest = max((len(row.cells) for row in rows), default=1)
    columns = _columns(longest, len(rows))
    return captioned_sheet(
        rows or [Row([Captioned(np.full((CELL_PX, CELL_PX, 3), 246, np.uint8), "")])],
        opening=_opening(table),
        red=_red(table, TextSense()),
        foot=foot_words(table, chains or table.chains),
        columns=columns,
        scale=1.0 if columns <= MOST_LARGE else SMALLER,
        seed=table.seed,
    )


def strip_recipe(table: Table, strip: Picture) -> Recipe:
    """The recipe of the strip: every turn on it with what painted it, and what was said."""
    provenance: list[Provenance] = []
    turns: list[dict[str, Any]] = []
    for number, game in enumerate(table.games):
        for place, chain in enumerate(game.chains[:ROWS]):
            for turn in chain.turns:
                turns.append({"game": number, "chain": place, **turn.model_dump(mode="json")})
                if turn.before or not turn.text:
                    continue
                name = f"game {number + 1}, chain {place + 1}, round {turn.round}"
                provenance.append(
                    painting_provenance(game.painter, f"{name}: picture", turn, turn.pixels)
                )
                provenance.append(
                    Provenance(
                        step=f"{name}: caption",
                        use=game.captioner.use,
                        settings=game.captioner.settings,
                        seed=turn.caption_seed,
                        models=game.captioner.models,
                        output=value_digest(turn.caption),
                    )
                )
    sheet = Provenance("strip", "", {}, table.seed, {}, picture_digest(strip))
    kept = shortened(table).model_dump(mode="json", exclude={"measured"})
    return write_recipe(
        "telephone",
        table.seed,
        request={"table": kept, "chains": table.chains},
        artist={},
        provenance=[*provenance, sheet],
        pictures={"strip": strip},
    )


def shortened(table: Table) -> Table:
    """The table with those chains alone that a strip shows."""
    games = [g.model_copy(update={"chains": g.chains[:ROWS]}) for g in table.games]
    return table.model_copy(update={"games": games})


def _shown_rows(table: Table) -> list[tuple[str, Chain]]:
    if len(table.games) > 1:
        return [(n, game.chains[0]) for n, game in zip(table.names, table.games, strict=True)]
    chains = table.games[0].chains[:ROWS]
    if len(chains) == 1:
        return [("", chains[0])]
    return [(f"{i + 1}", chain) for i, chain in enumerate(chains)]


def _columns(longest: int, rows: int) -> int:
    """How many pictures stand beside each other: even rows of about four, or a chain a row."""
    if rows > 1:
        return -(-longest // -(-longest // MOST_ACROSS))
    if longest <= 3:
        return longest
    return next((n for n in (4, 5, 3) if longest % n == 0), 4 if longest < 13 else 5)


def foot_words(table: Table, chains: int) -> str:
    """The line under the strip: who played, what of it is shown, and the seed."""
    rounds = max(chain.played for game in table.games for chain in game.chains)
    said = f"{counted(rounds, 'round')} of telephone between "
    if len(table.games) == 1:
        said += "a painter and a captioner"
        if chains > ROWS:
            said += f", {ROWS} of {counted(chains, 'chain')}"
    else:
        painters, captioners = (
            ", ".join(dict.fromkeys(names))
            for names in zip(
                *((g.painter.name, g.captioner.name) for g in table.games), strict=True
            )
        )
        said += f"{painters} (painting) and {captioners} (captioning)"
        if chains > 1:
            said += f", the first of {counted(chains, 'chain')} of each"
    unsure = any(
        turn.caption and not turn.sure
        for _, chain in _shown_rows(table)
        for turn in _chosen(chain, MOST_IN_ROW)
    )
    return f"{said}; {UNSURE + '; ' if unsure else ''}seed {table.seed}"


def _opening(table: Table) -> str:
    """The words above the strip: the text, or where it cannot be drawn what was first said."""
    if not table.text or legible(table.text):
        return table.text
    return next((turn.caption for turn in table.games[0].chains[0].turns if turn.caption), "")


def _cells(turns: Sequence[Turn], larger: Enlarged) -> list[Captioned]:
    return [Captioned(larger.large(turn), turn.caption, turn.sure) for turn in turns]


def _chosen(chain: Chain, most: int) -> list[Turn]:
    turns = chain.turns
    if len(turns) <= most:
        return list(turns)
    return [turns[round(i * (len(turns) - 1) / (most - 1))] for i in range(most)]


def _red(table: Table, sense: TextSense) -> frozenset[str]:
    first = beginning_words(table, table.games[0].chains[0])
    return frozenset(sense.words_of(first)) if first else frozenset()


def beginning_words(table: Table, chain: Chain) -> str:
    """The words a chain began with: the text, or what was first said to be seen in the picture."""
    if table.text:
        return table.text
    return without_kind(chain.turns[0].caption) if chain.turns else ""


def _measured(
    table: Table, game: Game, pictures: Pictures, critic: Critic, sense: TextSense
) -> Drift | None:
    spoken = []
    for chain in game.chains:
        first, rounds = beginning_words(table, chain), [t for t in chain.turns if t.round > 0]
        if not first or not rounds:
            continue
        seen, meant = critic.look([pictures[turn.picture] for turn in rounds])
        first_look = seen.late[0]
        if chain.turns[0].round == 0:
            first_look = critic.look([pictures[chain.turns[0].picture]])[0].late[0]
        numbers, said = [t.round for t in rounds], [t.caption for t in rounds]
        spoken.append(Spoken(first, numbers, said, seen.late, meant, first_look))
    return measure(spoken, critic, sense) if spoken else None


def _write_page(
    table: Table, larger: Enlarged, drifts: Sequence[Drift | None], sense: TextSense, out: Path
) -> None:
    games = []
    for name, game, drift in zip(table.names, table.games, drifts, strict=True):
        first = _page_chain(game.chains[0], [larger.large(t) for t in game.chains[0].turns],
                            LARGE_PX)  # fmt: skip
        others = [
            _page_chain(chain, [larger.plain(t) for t in chain.turns], SMALL_PX)
            if i < MOST_STRANDS
            else PageChain(chain.seed, [], chain.ended)
            for i, chain in enumerate(game.chains[1:])
        ]
        games.append(PageGame(name, first, others, drift))
    html = telephone_page(
        table.text, games, _made(table), sense, again=command(table), notes=_notes(table)
    )
    write_durably(out / PAGE, html.encode())


def _page_chain(chain: Chain, pictures: Sequence[Picture], size_px: int) -> PageChain:
    turns = [
        PageTurn(turn.round, encoded(picture, size_px), turn.caption, turn.sure)
        for turn, picture in zip(chain.turns, pictures, strict=True)
    ]
    return PageChain(chain.seed, turns, chain.ended)


def encoded(picture: Picture, size_px: int) -> bytes:
    """A JPEG of a picture, its longer side at most `size_px`."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def command(table: Table) -> str:
    """The command that plays the game again; folders and files by their own names alone."""
    if table.fork:
        begins = f"--from {shlex.quote(table.fork.name)}:{table.fork.chain}:{table.fork.round}"
    elif table.began:
        begins = shlex.quote(table.began["name"])
    else:
        begins = shlex.quote(table.text)
    rounds = table.rounds - (table.fork.round if table.fork else 0)
    parts = [f"haiga telephone {begins} --rounds {rounds} --seed {table.seed}"]
    if table.chains > 1:
        parts.append(f"--chains {table.chains}")
    named = {
        "--painter": [] if table.artist else [game.painter.name for game in table.games],
        "--captioner": [game.captioner.name for game in table.games],
    }
    for option, names in named.items():
        parts += [f"{option} {shlex.quote(name)}" for name in dict.fromkeys(names)]
    if table.artist not in ("", ARTIST):
        parts.append(f"--artist {shlex.quote(table.artist)}")
    warm = table.games[0].captioner.settings.get("temperature")
    if warm is not None:
        parts.append(f"--temperature {warm:g}")
    return " ".join([*parts, "--out NEW"])


def _made(table: Table) -> dict[str, str]:
    made = {}
    if table.fork:
        fork = table.fork
        made["forked"] = f"from round {fork.round} of chain {fork.chain} of “{fork.name}”"
    if table.began:
        made["began from"] = table.began["name"]
    made["painter"] = ", ".join(dict.fromkeys(_side(g.painter.name, g.painter.use)
                                              for g in table.games))  # fmt: skip
    made["captioner"] = ", ".join(dict.fromkeys(_side(g.captioner.name, g.captioner.use)
                                                for g in table.games))  # fmt: skip
    last = table.seed + table.chains - 1
    made["seeds"] = f"{table.seed}" if table.chains == 1 else f"{table.seed} to {last}"
    made["haiga"] = table.haiga
    return made


def _side(name: str, use: str) -> str:
    return name if name == use else f"{name} ({use})"


def _notes(table: Table) -> list[str]:
    """What a reader must know: words the painter has never seen, pictures that are not new."""
    notes = []
    for painter, unseen in unseen_words(table).items():
        named = ", ".join(f"“{word}”" for word in unseen)
        who = f"The painter {painter}" if len(table.games) > 1 else "The painter"
        notes.append(f"{who} has no picture of these words of the beginning: {named}.")
    return notes + [told for told in (unsure_told(table), near_told(table)) if told]


def unseen_words(table: Table) -> dict[str, list[str]]:
    """The words of the beginning that each painter has no picture of, where there are any."""
    found = {}
    for game in table.games:
        first = next((t for t in game.chains[0].turns if t.round == 1), None)
        if first is not None and first.unseen:
            found[game.painter.name] = first.unseen
    return found


def unsure_told(table: Table) -> str:
    """How many captions their captioner does not rely on itself; "" where it does on all."""
    turns = [turn for game in table.games for chain in game.chains for turn in chain.turns]
    said = [turn for turn in turns if turn.caption]
    unsure = sum(not turn.sure for turn in said)
    if not unsure:
        return ""
    return f"The captioner is not sure of {unsure:,} of {counted(len(said), 'caption')}."


def near_told(table: Table) -> str:
    """Which pictures come close to one their painter learned from, or copy it; "" where none."""
    near = [
        (turn, i)
        for game in table.games
        for i, chain in enumerate(game.chains)
        for turn in chain.turns
        if turn.near
    ]
    if not near:
        return ""
    near.sort(key=lambda found: not found[0].near.startswith("copy"))
    turn, place = near[0]
    copies = sum(found[0].near.startswith("copy") for found in near)
    kind = f", {counted(copies, 'copy') if copies == 1 else f'{copies} copies'}" if copies else ""
    return (
        f"{counted(len(near), 'picture')} {_are(near)} not surely new{kind}: "
        f"that of round {turn.round} of chain {place + 1} is {turn.near}."
    )


def _are(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"
