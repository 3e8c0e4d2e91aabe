"""The network of a general poet: one ONNX step over its tokens, with a state or a window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel
from haiga.features.tokens import END, UNKNOWN, Tokens
from haiga.models.store import Model

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

KIND = "lm"
_WARM = 48  # tokens read, not scored, before each row of a long stream


@dataclass(frozen=True)
class State:
    """What the network remembers of B texts.

    With a state: `hidden` and `cell`, (layers, B, H) float32. With a window of the
    last tokens: `window`, (B, context) int64, and the other two are empty.
    """

    hidden: Floats
    cell: Floats
    window: Ints

    def take(self, rows: Ints) -> State:
        """The memories of these rows, copied."""
        return State(self.hidden[:, rows], self.cell[:, rows], self.window[rows])

    @staticmethod
    def joined(states: Iterable[State]) -> State:
        """Several batches as one, in order."""
        every = list(states)
        return State(
            np.concatenate([s.hidden for s in every], 1),
            np.concatenate([s.cell for s in every], 1),
            np.concatenate([s.window for s in every]),
        )


class PoetNetwork:
    """A language model in a folder whose `vocabulary.json` has the kind `lm`.

    `tokens` (V,) and `counts` (V,), how often each was read in training; `context` is
    the window in tokens, or None where the state carries everything. Raises BadModel
    for a folder of another kind, or one whose parts do not fit.
    """

    def __init__(self, model: Model, threads: int = 2) -> None:
        table = model.json("vocabulary.json")
        if not isinstance(table, dict) or table.get("kind") != KIND:
            raise BadModel(f"{model.folder}: is not a poet that `haiga train poet` made")
        try:
            self.splitter = Tokens(table["level"])
            self.tokens: list[str] = [str(token) for token in table["tokens"]]
            self.counts = np.asarray(table["counts"], np.int64)
            self.layers, self.hidden = int(table["layers"]), int(table["hidden"])
            self.context: int | None = table["context"]
            self.index_name: str = table.get("index", "")
            self.index = {token: i for i, token in enumerate(self.tokens)}
            self.end, self.unknown = self.index[END], self.index[UNKNOWN]
        except (KeyError, TypeError, ValueError) as error:
            raise BadModel(f"{model.folder}/vocabulary.json: lacks {error}") from error
        if len(self.counts) != len(self.tokens):
            raise BadModel(f"{model.folder}/vocabulary.json: tokens and counts differ in number")
        self.model = model
        self._session = model.session("step.onnx", threads=threads)

    @property
    def level(self) -> str:
        """`word` or `char`."""
        return self.splitter.level

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's tokens; a token it never learned is `unknown`."""
        return [self.index.get(token, self.unknown) for token in self.splitter.split(text)]

    def begin(self, count: int) -> State:
        """The memory of `count` texts before their first token; feed `end` first."""
        zeros = np.zeros((self.layers, count, self.hidden), np.float32)
        window = np.full((count, self.context or 0), self.end, np.int64)
        return State(zeros, zeros, window)

    def step(self, words: Ints, state: State) -> tuple[Floats, State]:
        """(B,) tokens read -> (B, V) log-probabilities of what follows, and the new memory."""
        if self.context is None:
            log_p, hidden, cell = self._session.run(
                {"word": words, "hidden": state.hidden, "cell": state.cell}
            )
            return log_p, State(hidden, cell, state.window)
        window = np.concatenate([state.window[:, 1:], words[:, None]], 1)
        return self._read(window), State(state.hidden, state.cell, window)

    def _read(self, window: Ints) -> Floats:
        fresh = self.begin(len(window))
        hidden, cell = fresh.hidden, fresh.cell
        for column in window.T:
            log_p, hidden, cell = self._session.run(
                {"word": np.ascontiguousarray(column), "hidden": hidden, "cell": cell}
            )
        return log_p

    def score(self, numbers: Sequence[int] | Ints, *, rows: int = 64) -> Floats:
        """(N,) tokens -> (N - 1,) natural-log probabilities of each after those before it.

        A long stream is read in `rows` pieces side by side; each piece first reads the
        48 tokens before it, so the carried memory is that much shorter there.
        """
        stream = np.asarray(numbers, np.int64)
        n = len(stream) - 1
        if n < 1:
            return np.zeros(0, np.float32)
        if self.context is not None:
            return self._score_windows(stream, 4 * rows)
        rows = max(1, min(rows, n // (4 * _WARM)))
        length = -(-n // rows)
        starts = np.arange(rows) * length
        out = np.zeros(rows * length, np.float32)
        state = self.begin(rows)
        for offset in range(-_WARM if rows > 1 else 0, length):
            place = starts + offset  # the token read; the next one is scored
            read = np.where(place >= 0, stream[np.clip(place, 0, n)], self.end)
            log_p, state = self.step(read, state)
            if offset < 0:
                if offset == -1:
                    fresh = self.begin(1)
                    state.hidden[:, 0], state.cell[:, 0] = fresh.hidden[:, 0], fresh.cell[:, 0]
                continue
            target = stream[np.clip(place + 1, 0, n)]
            out[place] = log_p[np.arange(rows), target]
        return out[:n]

    def _score_windows(self, stream: Ints, batch: int) -> Floats:
        width = self.context or 1
        padded = np.concatenate([np.full(width - 1, self.end, np.int64), stream])
        windows = np.lib.stride_tricks.sliding_window_view(padded, width)[: len(stream) - 1]
        out = []
        for start in range(0, len(windows), batch):
            part = windows[start : start + batch]
            log_p = self._read(part)
            out.append(log_p[np.arange(len(part)), stream[start + 1 : start + 1 + len(part)]])
        return np.concatenate(out)
