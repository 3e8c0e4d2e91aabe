"""`lstm.v1`: a small word-level network that writes under a form, and keeps the best of K."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from haiga.core.errors import JobError, UserError
from haiga.core.nouns import Poem
from haiga.core.seeds import generator
from haiga.features.copying import CopyIndex
from haiga.features.vectors import WordVectors
from haiga.features.words import words
from haiga.models.store import Model, load_model
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.decoding import Decoder, Drafts, Weights
from haiga.roles.poets.forms import CountedForm, check_fillable, form_named
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.scoring import Score, Scorer
from haiga.roles.poets.sources import copy_index_of
from haiga.roles.poets.theme import Theme, Themes

FRAGMENT_FIRST, FRAGMENT_LAST, ONE_SENTENCE = 0.55, 0.3, 0.15
"""How often a poem turns after its first line, before its last, or not at all."""


class LstmPoet:
    """Writes haiku (or another form of whole syllables) word by word.

    `model` is a bundled poet or a folder; `candidates` drafts are written of each
    poem, 1 to 512, and the best by `scoring.PARTS` is kept; `temperature` above 0
    to 2 makes the words tamer or wilder. Details of each poem hold `candidates`,
    `score`, `parts`, `syllables`, `season`, `doubts`, `unknown_about` and, when
    nothing was asked, the `image` it started from. Raises UserError for settings
    out of range and forms it cannot fill.
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
    def _parts(self) -> tuple[Lexicon, Decoder, Scorer, Themes]:
        lexicon = Lexicon(self._model)
        arrays = self._model.tensors("tables.safetensors")
        run = self._model.json("vocabulary.json")["copy_run"]
        attested = Attested(arrays, run, self._index[0] if self._index else None, lexicon.words)
        themes = Themes(lexicon, self._vectors)
        session = self._model.session("step.onnx")
        decoder = Decoder(session, lexicon, attested, themes, self._weights)
        return lexicon, decoder, Scorer(lexicon, attested, themes), themes

    def write(self, abouts: Sequence[str], *, form: str, seeds: Sequence[int]) -> list[Poem]:
        """One poem per seed, in order; poem i depends on `abouts[i]` and `seeds[i]` alone."""
        if len(abouts) != len(seeds):
            raise UserError(f"{len(abouts)} themes for {len(seeds)} seeds: one each is needed")
        chosen = form_named(form)
        lexicon = self._parts[0]
        usable = lexicon.is_word & ~lexicon.lofty
        check_fillable(chosen, lexicon.syllables[usable], lexicon.ends[usable])
        return [
            self._write_one(about, chosen, seed) for about, seed in zip(abouts, seeds, strict=True)
        ]

    def _write_one(self, about: str, form: CountedForm, seed: int) -> Poem:
        _, decoder, scorer, themes = self._parts
        theme = themes.of(about, seed)
        draw = generator(seed, "poet")
        turn = self._turn(form, draw)
        fits, steer = decoder.fits(theme), decoder.steer(theme, generator(seed, "resting"))
        drafts = decoder.begin(form, turn, fits, self._candidates, draw)
        for line in range(len(form.lines)):
            decoder.write_line(drafts, form, line, turn, fits, steer, draw)
            if line < len(form.lines) - 1:
                drafts = self._better_third(drafts, scorer, theme)
        best, score = self._ranked(drafts, scorer, theme)[0]
        return self._poem(drafts.tokens[best], score, form, theme)

    def _ranked(self, drafts: Drafts, scorer: Scorer, theme: Theme) -> list[tuple[int, Score]]:
        """The living drafts and their scores, the best first."""
        living = np.flatnonzero(drafts.alive)
        if not living.size:
            raise JobError("no draft could be finished: ask for more candidates")
        scores = [(int(row), scorer.score(drafts, int(row), theme)) for row in living]
        return sorted(scores, key=lambda pair: (-pair[1].total, pair[0]))

    def _turn(self, form: CountedForm, draw: np.random.Generator) -> int:
        if len(form.lines) < 3:
            return -1
        place = float(draw.random())
        if place < FRAGMENT_FIRST:
            return 0
        return len(form.lines) - 2 if place < FRAGMENT_FIRST + FRAGMENT_LAST else -1

    def _better_third(self, drafts: Drafts, scorer: Scorer, theme: Theme) -> Drafts:
        """The best third of the drafts, no two alike, copied until there are as many again."""
        count = len(drafts.tokens)
        order: list[int] = []
        known: set[tuple[int, ...]] = set()
        for row, _ in self._ranked(drafts, scorer, theme):
            if tuple(drafts.tokens[row]) not in known:
                known.add(tuple(drafts.tokens[row]))
                order.append(row)
        kept = order[: max(1, count // 3)]
        return drafts.take(np.array([kept[i % len(kept)] for i in range(count)]))

    def _poem(self, tokens: list[int], score: Score, form: CountedForm, theme: Theme) -> Poem:
        lexicon = self._parts[0]
        lines = lines_of(tokens, lexicon)
        said = [lexicon.words[t] for t in tokens if lexicon.is_word[t]]
        doubts = [
            {"word": lexicon.words[t], "counted": int(lexicon.syllables[t]),
             "also": lexicon.doubts[t]}
            for t in tokens if lexicon.doubts[t]
        ]  # fmt: skip
        details: dict[str, Any] = {
            "candidates": self._candidates,
            "score": round(score.total, 4),
            "parts": {name: round(value, 4) for name, value in score.parts.items()},
            "syllables": list(form.lines),
            "season": self._parts[2].season_name(said),
            "doubts": doubts,
        }
        if theme.about or theme.unknown:
            details["unknown_about"] = list(theme.unknown)
        else:
            details["image"] = theme.image
        return Poem(lines=tuple(lines), form=form.name, author="", details=details)


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
