"""`lstm.v1`: a small word-level network that writes under a form, and keeps the best of K."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.errors import JobError, UserError
from haiga.core.nouns import Poem
from haiga.core.seeds import generator
from haiga.features.copy_build import SIX
from haiga.features.copying import CopyIndex
from haiga.features.seasons import season_of_text
from haiga.features.vectors import WordVectors
from haiga.features.words import words
from haiga.models.store import Model, load_model
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.board import Board
from haiga.roles.poets.decoding import Decoder, Drafts, Order
from haiga.roles.poets.forms import CountedForm, check_fillable, form_named
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.scoring import PARTS, score, total
from haiga.roles.poets.sources import copy_index_of
from haiga.roles.poets.theme import Theme, Themes
from haiga.roles.poets.worth import Weights

FRAGMENT_FIRST, FRAGMENT_LAST, ONE_SENTENCE = 0.55, 0.3, 0.15
"""How often a poem turns after its first line, before its last, or not at all."""
ROWS = 512
"""Drafts written side by side, at most: one poem's, or those of several poems."""
WORKERS = 2
"""Threads that write; the network takes one each: two on one step gain nothing."""
TRIES = 20
"""How often a poem whose drafts all failed is begun again."""


class LstmPoet:
    """Writes haiku (or another form of whole syllables) word by word.

    `model` is a bundled poet or a folder; `candidates` drafts are written of each
    poem, 1 to 512, and the best by `scoring.PARTS` is kept; `temperature` above 0
    to 2 makes the words tamer or wilder. Details of each poem hold `candidates`,
    `score`, `parts`, `syllables`, `season`, `doubts`, `shared` (runs of six words and
    more that stand in a work of its copying index; None where it has none),
    `unknown_about` and, when nothing was asked, the `image` it started from. Raises
    UserError for settings out of range and forms it cannot fill.
    """

    def __init__(
        self, *, model: str = "haiku", candidates: int = 64, temperature: float = 0.6
    ) -> None:
        if not 1 <= candidates <= 512:
            raise UserError(f"candidates: must be from 1 to 512, got {candidates}")
        if not 0 < temperature <= 2:
            raise UserError(f"temperature: must be above 0 and at most 2, got {temperature}")
        self._model = load_model(model)
        self._candidates = candidates
        self._weights = Weights(temperature=temperature)
        self._checked: set[CountedForm] = set()

    @property
    def models(self) -> Mapping[str, str]:
        """The poet's files, those of the index it uses and the word vectors', with their sha256."""
        index = self._index[1].digests if self._index else {}
        return {**self._model.digests, **index, **self._vectors.model.digests}

    @cached_property
    def _vectors(self) -> WordVectors:
        return WordVectors()

    @cached_property
    def _index(self) -> tuple[CopyIndex, Model] | None:
        return copy_index_of(self._model, self._model.json("vocabulary.json").get("index", ""))

    @cached_property
    def _parts(self) -> tuple[Lexicon, Decoder, Themes]:
        lexicon = Lexicon(self._model)
        arrays = self._model.tensors("tables.safetensors")
        run = self._model.json("vocabulary.json")["copy_run"]
        attested = Attested(arrays, run, self._index[0] if self._index else None, lexicon.words)
        themes = Themes(lexicon, self._vectors)
        session = self._model.session("step.onnx", threads=1)
        return lexicon, Decoder(session, lexicon, attested, themes, self._weights), themes

    def write(self, abouts: Sequence[str], *, form: str, seeds: Sequence[int]) -> list[Poem]:
        """One poem per seed, in order; poem i depends on `abouts[i]` and `seeds[i]` alone.

        Poems are written side by side, in two threads, as many as keep the drafts of each
        under five hundred.
        """
        if len(abouts) != len(seeds):
            raise UserError(f"{len(abouts)} themes for {len(seeds)} seeds: one each is needed")
        chosen = form_named(form)
        self._check(chosen)
        side = max(1, min(ROWS // self._candidates, -(-len(seeds) // WORKERS)))
        parts = [slice(start, start + side) for start in range(0, len(seeds), side)]
        if len(parts) < 2:
            return self._write_some(abouts, chosen, seeds) if parts else []
        # numpy and the network let go of the interpreter, so threads share the work
        with ThreadPoolExecutor(WORKERS) as pool:
            found = [
                pool.submit(self._write_some, abouts[part], chosen, seeds[part]) for part in parts
            ]
            return [poem for some in found for poem in some.result()]

    def _check(self, form: CountedForm) -> None:
        """UserError for a form that the poet's words cannot fill; asked once for each form."""
        if form not in self._checked:
            lexicon = self._parts[0]
            usable = lexicon.is_word & ~lexicon.lofty
            check_fillable(form, lexicon.syllables[usable], lexicon.ends[usable])
            self._checked.add(form)

    def _write_some(
        self, abouts: Sequence[str], form: CountedForm, seeds: Sequence[int]
    ) -> list[Poem]:
        """Poems written in one batch; one whose drafts all failed is begun again by itself."""
        themes = [self._parts[2].of(about, seed) for about, seed in zip(abouts, seeds, strict=True)]
        board = self._parts[1].board(themes)
        poems: dict[int, Poem] = {}
        for attempt in range(TRIES):
            left = [i for i in range(len(seeds)) if i not in poems]
            if not left:
                break
            orders = [self._order(board, themes[i], form, seeds[i], attempt) for i in left]
            for i, poem in zip(left, self._decode(board, orders, form), strict=True):
                if poem is not None:
                    poems[i] = poem
        if len(poems) < len(seeds):
            raise JobError("no draft could be finished: ask for more candidates")
        return [poems[i] for i in range(len(seeds))]

    def _order(
        self, board: Board, theme: Theme, form: CountedForm, seed: int, attempt: int
    ) -> Order:
        again = (attempt,) if attempt else ()
        draw = generator(seed, "poet", *again)
        turn = self._turn(form, draw)
        draws = draw, generator(seed, "resting", *again)
        return self._parts[1].order(board, theme, form, turn, self._candidates, draws)

    def _decode(
        self, board: Board, orders: Sequence[Order], form: CountedForm
    ) -> list[Poem | None]:
        """The best draft of each order as a poem, None where no draft lived."""
        decoder = self._parts[1]
        drafts = decoder.begin(board, orders)
        themes = [order.theme for order in orders]
        for line in range(len(form.lines)):
            decoder.write_line(board, drafts, orders, form, line)
            if line < len(form.lines) - 1 and self._candidates > 1:
                drafts.take(self._better(board, drafts, themes))
        parts = score(board, drafts, themes)
        totals = np.where(drafts.alive, total(parts), -np.inf).reshape(len(orders), -1)
        poems: list[Poem | None] = []
        for i, theme in enumerate(themes):
            row = i * self._candidates + int(totals[i].argmax())
            if drafts.alive[row]:
                tokens = drafts.tokens[row][: drafts.length[row]]
                own = {name: float(value[row]) for name, value in parts.items()}
                poems.append(self._poem(board, tokens, own, form, theme))
            else:
                poems.append(None)
        return poems

    def _turn(self, form: CountedForm, draw: np.random.Generator) -> int:
        if len(form.lines) < 3:
            return -1
        place = float(draw.random())
        if place < FRAGMENT_FIRST:
            return 0
        return len(form.lines) - 2 if place < FRAGMENT_FIRST + FRAGMENT_LAST else -1

    def _better(self, board: Board, drafts: Drafts, themes: list[Theme]) -> npt.NDArray[np.int64]:
        """Rows of the best third of each poem's drafts, no two alike, repeated to as many again."""
        each = self._candidates
        totals = np.where(drafts.alive, total(score(board, drafts, themes)), -np.inf)
        rows: list[int] = []
        for start in range(0, len(totals), each):
            order = start + np.argsort(-totals[start : start + each], kind="stable")
            kept: dict[bytes, int] = {}
            for row in order:
                if drafts.alive[row]:
                    kept.setdefault(drafts.tokens[row].tobytes(), int(row))
            best = list(kept.values())[: max(1, -(-each // 3))] or [start]
            rows += [best[i % len(best)] for i in range(each)]
        return np.array(rows)

    def _poem(
        self,
        board: Board,
        tokens: npt.NDArray[np.int64],
        parts: dict[str, float],
        form: CountedForm,
        theme: Theme,
    ) -> Poem:
        lexicon = self._parts[0]
        ids = [int(board.ids[token]) for token in tokens]
        lines = lines_of(ids, lexicon)
        doubts = [
            {"word": lexicon.words[t], "counted": int(lexicon.syllables[t]),
             "also": lexicon.doubts[t]}
            for t in ids if lexicon.doubts[t]
        ]  # fmt: skip
        details: dict[str, Any] = {
            "candidates": self._candidates,
            "score": round(sum(PARTS[name] * value for name, value in parts.items()), 4),
            "parts": {name: round(value, 4) for name, value in parts.items()},
            "syllables": list(form.lines),
            "season": season_of_text(lexicon.words[t] for t in ids if lexicon.is_word[t]),
            "doubts": doubts,
            "shared": self._shared(lines),
        }
        if theme.about or theme.unknown:
            details["unknown_about"] = list(theme.unknown)
        else:
            details["image"] = theme.image
        return Poem(lines=tuple(lines), form=form.name, author="", details=details)

    def _shared(self, lines: Sequence[str]) -> list[dict[str, Any]] | None:
        if self._index is None:
            return None
        # an index of stride 3, as the bundled one, cannot tell runs of five
        return [asdict(run) for run in self._index[0].runs(lines, SIX)]


def lines_of(tokens: Sequence[int], lexicon: Lexicon) -> list[str]:
    """Tokens as lines of text: marks joined to the word before, a dash set off by a space."""
    lines: list[str] = [""]
    for token in tokens:
        word = lexicon.words[token]
        if token == lexicon.newline:
            lines.append("")
        elif token == lexicon.dash:
            lines[-1] += " —"
        elif token in (lexicon.comma, lexicon.possessive):
            lines[-1] += word
        else:
            lines[-1] += (" " if lines[-1] else "") + word
    return [line for line in lines if words(line)]
