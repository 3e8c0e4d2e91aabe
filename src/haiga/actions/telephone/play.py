"""Playing: every round paints what was said, and says what was painted, for all chains at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import haiga
from haiga.actions.originality import PictureGate, with_finding
from haiga.actions.recipe import Recipe, write_recipe
from haiga.actions.seeds import seeds_for
from haiga.actions.telephone.beginning import Beginning, read_turn_picture, same_beginning
from haiga.actions.telephone.game import FILE, PICTURES, Chain, Game, Table, Turn, picture_file
from haiga.actions.telephone.game import read_table as read_kept
from haiga.actions.telephone.sides import Side, changed_models, make_captioner, make_painter
from haiga.actions.texts import MAX_CHARACTERS
from haiga.core.counted import counted
from haiga.core.errors import JobError, UserError
from haiga.core.nouns import Caption, Picture, Poem, Provenance, check_picture
from haiga.core.roles import Captioner, Painter
from haiga.core.seeds import derive_seed
from haiga.features.tone import of_one_tone
from haiga.features.words import words
from haiga.media.durable import make_folder
from haiga.media.pictures import picture_digest, write_png

MOST_ROUNDS, MOST_CHAINS, MOST_PICTURES = 500, 1_000, 10_000


@dataclass(frozen=True)
class Asked:
    """What is to be played: `chains` of `rounds` from one beginning, chain i of seed `seed` + i.

    Every painter plays with every captioner; `artist` is whose painter it is, where it is an
    artist's. No seed: one is drawn, or the kept game's taken.
    """

    beginning: Beginning
    painters: Sequence[Side]
    captioners: Sequence[Side]
    rounds: int
    chains: int
    seed: int | None
    artist: str = ""


Pictures = dict[str, Picture]
"""Every picture of a telephone by its file below the folder."""


@dataclass(frozen=True)
class Makers:
    """Who plays one game, and what compares its pictures with those the painter learned from."""

    painter: Painter
    captioner: Captioner
    gate: PictureGate


class Line:
    """The makers of a telephone, each made once, and the table of what they have played."""

    def __init__(self, asked: Asked, out: Path) -> None:
        """Raises `UserError` for what cannot be played or kept there, before anything is made."""
        _check(asked)
        first = asked.beginning.fork.round if asked.beginning.fork else 0
        self.last = first + asked.rounds
        self.out = out
        self._painters = [make_painter(side) for side in asked.painters]
        self._captioners = [make_captioner(side) for side in asked.captioners]
        pairs = [(p, c) for p in self._painters for c in self._captioners]
        gates = {id(p): PictureGate(p, side.use) for p, side in self._painters}
        self.makers = [Makers(p[0], c[0], gates[id(p[0])]) for p, c in pairs]
        sides = [(p[1], c[1]) for p, c in pairs]
        kept = _kept(out)
        if kept is None:
            seeds = seeds_for(asked.seed, asked.chains)
            self.table = self._new(asked, sides, seeds)
        else:
            self.table = _gone_on_with(kept, asked, sides, self.last, out)
        self.pictures: Pictures = {}

    @property
    def to_play(self) -> int:
        """How many rounds of single games are still to be played."""
        return sum(
            self.last - min((c.played for c in game.chains if not c.ended), default=self.last)
            for game in self.table.games
        )

    def begin(self, asked: Asked) -> None:
        """Make the folder, and read or paint again every picture that was there before."""
        make_folder(self.out)
        make_folder(self.out / PICTURES)
        asked.beginning.write(self.out)
        self.table.write(self.out)
        for game, makers in zip(self.table.games, self.makers, strict=True):
            lost: list[Turn] = []
            for chain in game.chains:
                for turn in chain.turns:
                    picture = self.pictures.get(turn.picture)
                    if picture is None:
                        picture = read_turn_picture(self.out, turn)
                    if picture is None:
                        lost.append(turn)
                    else:
                        self.pictures[turn.picture] = picture
            self._paint_again(game, makers, lost)

    def play(self, on_round: Callable[[str, bool], None] = lambda what, done: None) -> None:
        """Play every round that is not played yet; each is kept before the next begins.

        `on_round` is told what begins (False) and that it is done (True).
        """
        for number, game in enumerate(self.table.games):
            while alive := [c for c in game.chains if not c.ended and c.played < self.last]:
                next_round = min(c.played for c in alive) + 1
                now = [c for c in alive if c.played + 1 == next_round]
                on_round(self._told(number, next_round), False)
                self._round(number, game, now, next_round)
                self.table.write(self.out)
                on_round("", True)

    def _told(self, game: int, number: int) -> str:
        front = f"game {game + 1}, " if len(self.table.games) > 1 else ""
        return f"{front}round {number}"

    def _new(self, asked: Asked, sides: Sequence[tuple[Side, Side]], seeds: range) -> Table:
        beginning = asked.beginning
        games = [
            Game(
                painter=painter,
                captioner=captioner,
                chains=[Chain(seed=seed, turns=beginning.turns()) for seed in seeds],
            )
            for painter, captioner in sides
        ]
        return Table(
            haiga=haiga.__version__,
            seed=seeds[0],
            rounds=self.last,
            artist=asked.artist,
            text=beginning.text,
            began=beginning.picture.table() if beginning.picture else None,
            fork=beginning.fork,
            games=games,
        )

    def _round(
        self,
        number: int,
        game: Game,
        chains: Sequence[Chain],
        next_round: int,
    ) -> None:
        """Paint and caption one round of the chains; a chain that is told nothing ends there."""
        makers = self.makers[number]
        painter, captioner = makers.painter, makers.captioner
        captions_of_the_beginning(self, game, chains, captioner)
        chains = [chain for chain in chains if not chain.ended]
        if not chains:
            return
        texts = [chain.turns[-1].caption if chain.turns else self.table.text for chain in chains]
        seeds = [round_seed(chain.seed, "painter", next_round) for chain in chains]
        pictures = painted(painter, texts, seeds)
        later = [round_seed(chain.seed, "captioner", next_round) for chain in chains]
        captions = captioned(captioner, pictures, later)
        for i, chain in enumerate(chains):
            place = game.chains.index(chain)
            turn = Turn(
                round=next_round,
                text=texts[i],
                seed=seeds[i],
                picture=picture_file(len(self.table.games), number, place, next_round),
                pixels=picture_digest(pictures[i]),
                caption=said(captions[i]),
                caption_seed=later[i],
                score=round(float(captions[i].score), 4),
                sure=captions[i].sure,
                unseen=painter.unseen_words(Poem((texts[i],))),
            )
            self._keep(game, makers.gate, turn, pictures[i])
            chain.turns.append(turn)
            chain.ended = why_ended(turn, pictures[i])

    def _keep(self, game: Game, gate: PictureGate, turn: Turn, picture: Picture) -> None:
        """Compare the picture of a turn with what its painter learned from, and write it."""
        finding = gate.judge(picture)
        turn.near = finding.reason if finding.value in ("close", "copy") else ""
        self.pictures[turn.picture] = picture
        recipe = with_finding(turn_recipe(game, turn, picture), gate, finding, None)
        write_png(self.out / turn.picture, picture, recipe=recipe.for_file("picture"))

    def _paint_again(self, game: Game, makers: Makers, lost: Sequence[Turn]) -> None:
        """Paint the pictures whose files are gone; `JobError` where they are others now."""
        old = [turn for turn in lost if turn.before or turn.round == 0]
        if old:
            raise UserError(f"{self.out / old[0].picture}: is gone or was changed; put it back")
        if not lost:
            return
        pictures = painted(makers.painter, [t.text for t in lost], [t.seed for t in lost])
        for turn, picture in zip(lost, pictures, strict=True):
            if picture_digest(picture) != turn.pixels:
                raise JobError(
                    f"{self.out / turn.picture}: is gone or was changed, and is painted "
                    "otherwise on this machine; choose another --out"
                )
            self._keep(game, makers.gate, turn, picture)


def captions_of_the_beginning(
    line: Line, game: Game, chains: Sequence[Chain], captioner: Captioner
) -> None:
    """Say what the picture shows that the chains began from, where that is not said yet."""
    mute = [c for c in chains if c.turns and not c.turns[-1].caption and c.turns[-1].round == 0]
    if not mute:
        return
    seeds = [round_seed(chain.seed, "captioner", 0) for chain in mute]
    pictures = [line.pictures[chain.turns[0].picture] for chain in mute]
    captions = captioned(captioner, pictures, seeds)
    for chain, caption, seed, picture in zip(mute, captions, seeds, pictures, strict=True):
        turn = chain.turns[0]
        turn.caption, turn.caption_seed = said(caption), seed
        turn.score, turn.sure = round(float(caption.score), 4), caption.sure
        chain.ended = why_ended(turn, picture)


def round_seed(seed: int, who: str, number: int) -> int:
    """The seed of a painter or captioner in one round of the chain of a seed."""
    return derive_seed(seed, "telephone", who, number)


def painted(painter: Painter, texts: Sequence[str], seeds: Sequence[int]) -> list[Picture]:
    """A picture a text; `JobError` where the painter gives too few."""
    pictures = painter.paint([Poem((text,)) for text in texts], seeds=seeds)
    if len(pictures) != len(texts):
        raise JobError(f"the painter was asked for {len(texts)} and made {len(pictures)}")
    return [check_picture(p, f"the painter's picture {i + 1}") for i, p in enumerate(pictures)]


def captioned(
    captioner: Captioner, pictures: Sequence[Picture], seeds: Sequence[int]
) -> list[Caption]:
    """A caption a picture; `JobError` where the captioner gives too few.

    Nothing is said of a picture of one tone, whatever the captioner makes of it.
    """
    captions = captioner.caption(pictures, seeds=seeds)
    if len(captions) != len(pictures):
        raise JobError(f"the captioner was asked for {len(pictures)} and gave {len(captions)}")
    return [
        Caption("", sure=False) if of_one_tone(picture) else caption
        for picture, caption in zip(pictures, captions, strict=True)
    ]


def said(caption: Caption) -> str:
    """The caption on one line; empty where it has no word."""
    text = " ".join(caption.text.split())
    return text if words(text) else ""


def why_ended(turn: Turn, picture: Picture) -> str:
    """Why a chain cannot go on from a turn and its picture; empty where it can."""
    if of_one_tone(picture):
        return f"there is nothing to be seen in the picture of round {turn.round}: one tone"
    if not turn.caption:
        return f"nothing was said of the picture of round {turn.round}"
    if len(turn.caption) > MAX_CHARACTERS:
        return (
            f"what was said of the picture of round {turn.round} has {len(turn.caption):,} "
            f"characters, and a painter reads {MAX_CHARACTERS:,}"
        )
    return ""


def turn_recipe(game: Game, turn: Turn, picture: Picture) -> Recipe:
    """The recipe of a round's picture: the text, the painter and its seed; what was said of it."""
    return write_recipe(
        "telephone",
        turn.seed,
        request={"text": turn.text, "round": turn.round},
        artist={},
        provenance=[painting_provenance(game.painter, "picture", turn, picture_digest(picture))],
        pictures={"picture": picture},
        made={"caption": turn.caption, "captioner": game.captioner.model_dump(mode="json")},
    )


def painting_provenance(painter: Side, step: str, turn: Turn, digest: str) -> Provenance:
    """How the picture of a turn was painted."""
    return Provenance(
        step=step,
        use=painter.use,
        settings=painter.settings,
        seed=turn.seed,
        models=painter.models,
        output=digest,
    )


def _check(asked: Asked) -> None:
    if not 1 <= asked.rounds <= MOST_ROUNDS:
        raise UserError(f"--rounds: must be from 1 to {MOST_ROUNDS}, not {asked.rounds}")
    if not 1 <= asked.chains <= MOST_CHAINS:
        raise UserError(f"--chains: must be from 1 to {MOST_CHAINS:,}, not {asked.chains}")
    games = len(asked.painters) * len(asked.captioners)
    pictures = games * asked.rounds * asked.chains
    if pictures > MOST_PICTURES:
        raise UserError(
            f"this would be {pictures:,} pictures, and at most {MOST_PICTURES:,} are made; "
            "take fewer --rounds or --chains"
        )


def _kept(out: Path) -> Table | None:
    """The telephone that the folder holds, if any; `UserError` where it holds something else."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; --out names a folder")
    if not out.exists():
        if not out.absolute().parent.is_dir():
            raise UserError(f"{out}: the folder {out.parent} does not exist; make it first")
        return None
    if (out / FILE).is_file():
        return read_kept(out)
    if any(out.iterdir()):
        raise UserError(f"{out}: holds other files; give a new folder for the game")
    return None


def _gone_on_with(
    kept: Table, asked: Asked, sides: Sequence[tuple[Side, Side]], last: int, out: Path
) -> Table:
    """The kept table, made ready to go on; `UserError` where it is of another game."""

    def other(why: str) -> UserError:
        return UserError(f"{out}: holds another game: {why}; choose another --out")

    if not same_beginning(kept, asked.beginning):
        began = f"it began from “{kept.text}”" if kept.text else "it began elsewhere"
        raise other(began)
    if asked.seed is not None and kept.seed != asked.seed:
        raise other(f"its seed is {kept.seed}")
    was = [(g.painter, g.captioner) for g in kept.games]
    if [_who(pair) for pair in was] != [_who(pair) for pair in sides]:
        raise other(f"it was played by {', '.join(game.name for game in kept.games)}")
    for before, now in zip(was, sides, strict=True):
        for a, b in zip(before, now, strict=True):
            if changed := changed_models(a.models, b.models):
                raise other(f"{changed[0]} is another file than then")
    if kept.rounds > last or kept.chains > asked.chains:
        raise other(
            f"it has {counted(kept.rounds, 'round')} and {counted(kept.chains, 'chain')}, "
            "and this would be shorter"
        )
    kept.rounds, kept.artist = last, asked.artist
    for game in kept.games:
        for seed in seeds_for(kept.seed, asked.chains)[len(game.chains) :]:
            game.chains.append(Chain(seed=seed, turns=asked.beginning.turns()))
    return kept


def _who(pair: tuple[Side, Side]) -> tuple[object, ...]:
    return tuple((side.use, side.settings) for side in pair)
