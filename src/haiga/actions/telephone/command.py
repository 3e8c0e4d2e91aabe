"""`haiga telephone` from its beginning to the files it leaves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haiga.actions.telephone.game import Table
from haiga.actions.telephone.play import Asked, Line
from haiga.actions.telephone.results import Results, write_results
from haiga.core.errors import Stopped


@dataclass(frozen=True)
class Played:
    """A telephone that was played: its table, its files, and the seconds of this run.

    `kept` rounds, of single games, had been played before this run.
    """

    folder: Path
    table: Table
    results: Results
    playing_s: float
    seconds: float
    kept: int


class Telephone:
    """A game that can be played: checked before anything is made."""

    def __init__(self, asked: Asked, out: Path) -> None:
        """Raises `UserError` for what cannot be played, or kept in `out`."""
        self._asked, self._out = asked, out
        self._line = Line(asked, out)
        self.rounds = self._line.to_play
        """Rounds of single games that are still to be played."""

    @property
    def table(self) -> Table:
        """What has been played so far."""
        return self._line.table

    def play(self, on_round: Callable[[str, bool], None] = lambda what, done: None) -> Played:
        """Play what is not played yet, then write strip, film and page.

        Stopped in the middle it keeps every round that was finished and raises `Stopped`.
        """
        line, began = self._line, time.perf_counter()
        try:
            line.begin(self._asked)
            before = self._rounds_played()
            line.play(on_round)
            playing = time.perf_counter() - began
            on_round("strip, film and page", False)
            results = write_results(line.table, line.pictures, self._out)
        except KeyboardInterrupt as error:
            raise Stopped(self._stopped()) from error
        seconds = time.perf_counter() - began
        return Played(self._out, line.table, results, playing, seconds, before)

    def _rounds_played(self) -> int:
        return max((c.played for game in self._line.table.games for c in game.chains), default=0)

    def _stopped(self) -> str:
        return (
            f"stopped; {self._rounds_played()} of {self._line.last} rounds are kept in "
            f"{self._out}, and the same command goes on from there"
        )
