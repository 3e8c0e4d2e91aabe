"""`attend.v1`: captions by a network that looks at a place of the picture for every word.

After Xu et al. 2015, "Show, Attend and Tell", with soft attention, over the places of the
eye's late map and the colours there. Trained by `haiga train captioner`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from haiga.core.errors import BadModel, UserError
from haiga.core.nouns import Caption, Picture, check_picture
from haiga.core.seeds import generator
from haiga.features.colour_map import colour_maps
from haiga.features.eye import Eye
from haiga.features.tone import of_one_tone, too_small
from haiga.models.session import Session
from haiga.models.store import Model, load_model
from haiga.roles.captioners.decoding import UNKNOWN, Decoder, Told, sampled, searched

LAYOUT, LOOK, STEP = "layout.json", "look.onnx", "step.onnx"
MOST_BEAM = 10
KINDS = ("photograph", "watercolor", "portrait", "view", "print", "ink", "painting")
"""What a caption may call its picture; each kind is sure from a score of its own."""
_AT_ONCE = 50
_AGAIN = frozenset("a an the and of in on with under to by at from for , whole".split())
"""The only words that a caption may say twice."""


def said_once(words: Sequence[str]) -> list[int]:
    """The numbers of the words that a caption says once at most."""
    return [i for i, word in enumerate(words) if i > UNKNOWN and word not in _AGAIN]


def kind_of(caption: Sequence[str]) -> str:
    """What a caption calls its picture in its first words: one of `KINDS`, or ""."""
    return next((word for word in caption[:6] if word in KINDS), "")


class AttentionCaptioner:
    """Says what pictures show, a word at a time, each with where it looked.

    `model` is a bundled captioner's name or the folder of one. With `temperature` 0 the likeliest
    caption is searched for with `beam` captions alive (1 to 10; 1 takes the likeliest word each
    time), and seeds change nothing; above 0, up to 2, words are drawn by the seed, from the
    likeliest that have `top_p` of the probability between them.
    """

    def __init__(
        self,
        *,
        model: str = "captioner",
        beam: int = 3,
        temperature: float = 0.0,
        top_p: float = 0.9,
        threads: int = 2,
    ) -> None:
        if not 1 <= beam <= MOST_BEAM:
            raise UserError(f"captioner.beam: {beam} is outside 1 to {MOST_BEAM}")
        if not 0 <= temperature <= 2:
            raise UserError(f"captioner.temperature: {temperature:g} is outside 0 to 2")
        if not 0 < top_p <= 1:
            raise UserError(f"captioner.top_p: {top_p:g} is outside 0 to 1")
        if not 1 <= threads <= 64:
            raise UserError(f"captioner.threads: {threads} is outside 1 to 64")
        self._beam, self._temperature, self._top_p = beam, temperature, top_p
        self._threads = threads
        self._model: Model = load_model(model, role="captioner")
        if self._model.card.role != "captioner":
            raise UserError(
                f"{model}: has the role {self._model.card.role}, and is no captioner; "
                "`haiga train captioner` makes one"
            )

    @property
    def models(self) -> Mapping[str, str]:
        """The files of the captioner and of the eye it sees with, each with its sha256."""
        return {**self._eye.models, **self._model.digests}

    def caption(self, pictures: Sequence[Picture], *, seeds: Sequence[int]) -> list[Caption]:
        """One caption a picture, in order; pictures of any size, (H, W, 3) uint8.

        Of a picture of one tone, or of fewer than 16 pixels across or down, none is sure.
        Raises BadPicture for what is no picture, and UserError where seeds and pictures differ
        in number.
        """
        if len(seeds) != len(pictures):
            raise UserError(f"{len(seeds)} seeds for {len(pictures)} pictures: one each is needed")
        for i, picture in enumerate(pictures):
            check_picture(picture, f"picture {i}")
        found: list[Caption] = []
        for start in range(0, len(pictures), _AT_ONCE):
            part = pictures[start : start + _AT_ONCE]
            maps = self._eye.maps(part)
            if self._sees_colours:
                maps = np.concatenate([maps, colour_maps(part)], 1)
            if self._temperature > 0:
                drawn = [generator(seed, "caption") for seed in seeds[start : start + len(part)]]
                told = sampled(self._decoder, maps, drawn, self._temperature, self._top_p)
            else:
                told = searched(self._decoder, maps, self._beam)
            found += [self._said(one, picture) for one, picture in zip(told, part, strict=True)]
        return found

    def _said(self, told: Told, picture: Picture) -> Caption:
        tokens = tuple(self._words[i] for i in told.words)
        side = self._eye_side
        return Caption(
            text=" ".join(tokens).replace(" ,", ","),
            tokens=tokens,
            attention=told.attention.reshape(len(tokens), side, side),
            score=told.score,
            sure=told.score >= self._sure_from(tokens)
            and not of_one_tone(picture)
            and not too_small(picture),
        )

    @cached_property
    def _eye(self) -> Eye:
        return Eye(threads=self._threads)

    @cached_property
    def _decoder(self) -> Decoder:
        once = said_once(self._words)
        most = int(self._layout.get("most_words", 20))
        return Decoder(self._session(LOOK), self._session(STEP), most_words=most, once=once)

    def _session(self, file: str) -> Session:
        return self._model.session(file, threads=self._threads)

    @cached_property
    def _layout(self) -> Mapping[str, Any]:
        layout = self._model.json(LAYOUT)
        try:
            words, seen_by = layout["words"], layout["eye"]
            fits = (
                isinstance(words, list)
                and len(words) > 2
                and all(isinstance(w, str) for w in words)
            )
        except (KeyError, TypeError):
            fits, seen_by = False, {}
        if not fits:
            raise BadModel(f"{self._model.folder / LAYOUT}: does not say which words it knows and "
                           "which eye it saw with")  # fmt: skip
        if dict(seen_by) != dict(self._eye.models):
            raise BadModel(
                f"{self._model.folder}: was trained with another eye than this haiga has; train it "
                "again with `haiga train captioner`"
            )
        return dict(layout)

    @cached_property
    def _words(self) -> list[str]:
        return [str(word) for word in self._layout["words"]]

    @property
    def _sees_colours(self) -> bool:
        return bool(self._layout.get("sees_colours", False))

    @property
    def _eye_side(self) -> int:
        return int(self._layout.get("side", 8))

    def _sure_from(self, tokens: Sequence[str]) -> float:
        """The score from which on such a caption is sure: of its kind, or of all ("")."""
        limits = self._layout.get("sure_from", -np.inf)
        if isinstance(limits, Mapping):
            return float(limits.get(kind_of(tokens), limits.get("", np.inf)))
        return float(limits)
