"""`lm.v1`: any poet that `haiga train poet` made, writing under any form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from haiga.core.errors import UserError
from haiga.core.forms import form_of
from haiga.core.nouns import Poem
from haiga.features.copy_gate import CopyGate
from haiga.features.copying import CopyIndex
from haiga.features.vectors import WordVectors
from haiga.models.store import Model, load_model
from haiga.roles.poets.characters import CharacterWriter
from haiga.roles.poets.choosing import Decoding
from haiga.roles.poets.network import PoetNetwork
from haiga.roles.poets.opening import EMPTY
from haiga.roles.poets.sources import copy_index_of
from haiga.roles.poets.steering import Steering
from haiga.roles.poets.vocabulary import Vocabulary
from haiga.roles.poets.writing import Settings, WordWriter


class LanguageModelPoet:
    """Writes under any form with a word or character poet that `haiga train poet` made.

    `model` is a bundled poet or a folder. Of each poem `candidates` drafts are written,
    1 to 256, and the best by `ranking.PARTS` is kept. `temperature`, above 0 to 3,
    and `top_p`, above 0 to 1, say how freely words are drawn; `greedy` takes the
    likeliest word always, whatever the seed, and shows a poet's loops as they are.
    `begin` is kept verbatim and gone on from; `lines` asks for another number of lines
    of a form in stanzas. `repetition`, 0 to 10, is how many nats speak against saying a
    word again (1.5; greedy 0), and `imagery`, 0 to 3, how much things of the senses
    gain (1; greedy 0). `diction` is plain, period, any, or a file of words; `season`
    one of the four. No poem shares more than `max_shared_words` words in a row with
    what the poet read, but for `quotations` by name.

    Details of each poem hold `candidates`, `score`, `parts`, `syllables`, `stanzas`,
    `shared`, `loops`, `unknown_begin`, `unknown_about`, `doubts`, the `image` it
    started from when nothing was asked, `unknown_quotations` that no work is known by, and
    `unheeded`: settings that steer no poet of letters. Raises UserError for settings
    out of range, a form that the poet's words cannot fill and an opening that does not
    fit it.
    """

    def __init__(
        self,
        *,
        model: str = "verse",
        candidates: int = 24,
        temperature: float = 0.65,
        top_p: float = 0.95,
        greedy: bool = False,
        begin: str | None = None,
        lines: int | None = None,
        repetition: float | None = None,
        diction: str = "plain",
        season: str = "",
        imagery: float | None = None,
        max_shared_words: int = 5,
        quotations: tuple[str, ...] = (),
    ) -> None:
        _check(candidates, temperature, top_p, repetition, begin)
        self._model = load_model(model, role="poet")
        self._lines = lines
        self._settings = Settings(
            candidates=1 if greedy else candidates,
            begin=begin or "",
            decoding=Decoding(
                temperature=temperature,
                top_p=top_p,
                greedy=greedy,
                repetition=repetition if repetition is not None else 0.0 if greedy else 1.5,
                context=0.0 if greedy else 0.5,
            ),
        )
        pull = imagery if imagery is not None else 0.0 if greedy else 1.0
        self._steer = {"diction": diction, "season": season, "imagery": pull}
        self._max_shared_words, self._quotations = max_shared_words, quotations
        given = {
            "season": bool(season),
            "diction": diction != "plain",
            "imagery": imagery is not None,
            "repetition": repetition is not None,
        }
        self._steered = [name for name, is_given in given.items() if is_given]

    @property
    def models(self) -> Mapping[str, str]:
        """The poet's files and the word vectors' with their sha256."""
        lent = self._copies[1].digests if self._copies else {}
        return {**self._model.digests, **lent, **self._vectors.model.digests}

    @cached_property
    def _network(self) -> PoetNetwork:
        return PoetNetwork(self._model)

    @cached_property
    def _vectors(self) -> WordVectors:
        return WordVectors()

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._network)

    @cached_property
    def _steering(self) -> Steering:
        return Steering(self._vocabulary, self._vectors, **self._steer)  # type: ignore[arg-type]

    @cached_property
    def _copies(self) -> tuple[CopyIndex, Model] | None:
        return copy_index_of(self._model, self._network.index_name)

    @cached_property
    def _gate(self) -> CopyGate | None:
        if self._copies is None:
            return None
        return CopyGate(self._copies[0], self._max_shared_words, self._quotations)

    def write(self, abouts: Sequence[str], *, form: str, seeds: Sequence[int]) -> list[Poem]:
        """One poem per seed, in order; poem i depends on `abouts[i]` and `seeds[i]` alone.

        `form` is the name of a form or the path of a TOML file. The drafts of one poem
        are read by the network together, those of two poems never: a quantised network
        scales a batch as a whole, so that its rows would depend on their company.
        """
        if len(abouts) != len(seeds):
            raise UserError(f"{len(abouts)} themes for {len(seeds)} seeds: one each is needed")
        chosen = form_of(form)
        if self._lines is not None:
            chosen = chosen.of_lines(self._lines)
        writer: WordWriter | CharacterWriter
        if self._network.level == "char":
            writer = CharacterWriter(
                self._network, chosen, self._settings, self._gate, self._steered
            )
        else:
            writer = WordWriter(
                self._network, chosen, self._settings, self._gate, self._steering, self._vocabulary
            )
        poems = [writer.write(about, seed) for about, seed in zip(abouts, seeds, strict=True)]
        unknown = list(self._gate.unknown_works()) if self._gate else list(self._quotations)
        if not unknown:
            return poems
        told = {"unknown_quotations": unknown}
        return [replace(poem, details={**poem.details, **told}) for poem in poems]


def _check(
    candidates: int, temperature: float, top_p: float, repetition: float | None, begin: str | None
) -> None:
    if not 1 <= candidates <= 256:
        raise UserError(f"candidates: must be from 1 to 256, got {candidates}")
    if temperature <= 0:
        raise UserError(
            f"temperature: must be above 0 and at most 3, got {temperature:g}; "
            "use --greedy (greedy = true) for the likeliest words"
        )
    if not temperature <= 3:
        raise UserError(f"temperature: must be above 0 and at most 3, got {temperature:g}")
    if not 0 < top_p <= 1:
        raise UserError(f"top_p: must be above 0 and at most 1, got {top_p:g}")
    if repetition is not None and not 0 <= repetition <= 10:
        raise UserError(f"repetition: must be from 0 to 10, got {repetition:g}")
    if begin is not None and not begin.strip():
        raise UserError(EMPTY)
