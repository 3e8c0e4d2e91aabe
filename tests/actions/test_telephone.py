"""The telephone played with the fake makers: what is kept, gone on with, forked and refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.actions.replay import replay
from haiga.actions.telephone.beginning import read_beginning
from haiga.actions.telephone.command import Telephone
from haiga.actions.telephone.game import FILE, Table, read_table
from haiga.actions.telephone.play import Asked, Line
from haiga.actions.telephone.results import command, foot_words
from haiga.actions.telephone.sides import Side, captioner_sides, painter_sides
from haiga.core.config import Choice
from haiga.core.errors import JobError, Stopped, UserError
from haiga.media.pictures import read_picture, write_png

TEXT = "a dog on a hill"


def asked(start: str | None = TEXT, **more: Any) -> Asked:
    """Fake makers, three rounds of one chain with seed 7, or what is given instead."""
    beginning = read_beginning(start, more.pop("fork", None), more.pop("source", None))
    settings = more.pop("captioner", {})
    sides = {
        "painters": [Side(name="fake.v1", use="fake.v1")],
        "captioners": [Side(name="fake.v1", use="fake.v1", settings=settings)],
    }
    return Asked(**{"beginning": beginning, "rounds": 3, "chains": 1, "seed": 7, **sides, **more})


def play(out: Path, given: Asked) -> Table:
    """The rounds alone, without strip, film and page."""
    line = Line(given, out)
    line.begin(given)
    line.play()
    return line.table


def captions(table: Table, chain: int = 0) -> list[str]:
    return [turn.caption for turn in table.games[0].chains[chain].turns]


@pytest.fixture(autouse=True)
def _with_fakes(fakes: None) -> None:
    """Every test here has the fake makers."""


def test_each_round_paints_what_was_said_before_it(tmp_path):
    turns = play(tmp_path / "game", asked()).games[0].chains[0].turns
    assert [turn.text for turn in turns] == [TEXT, *(turn.caption for turn in turns[:-1])]
    assert [turn.round for turn in turns] == [1, 2, 3]
    for turn in turns:
        assert (tmp_path / "game" / turn.picture).is_file()


def test_the_same_seed_gives_the_same_file_to_the_byte(tmp_path):
    for name in ("one", "two"):
        play(tmp_path / name, asked())
    assert (tmp_path / "one" / FILE).read_bytes() == (tmp_path / "two" / FILE).read_bytes()
    assert captions(play(tmp_path / "three", asked(seed=8))) != captions(
        read_table(tmp_path / "one")
    )


def test_a_chain_depends_on_its_own_seed_alone(tmp_path):
    together = play(tmp_path / "together", asked(chains=5, seed=7))
    alone = play(tmp_path / "alone", asked(chains=1, seed=10))
    pixels = [[t.pixels for t in c.turns] for c in together.games[0].chains]
    assert pixels[3] == [t.pixels for t in alone.games[0].chains[0].turns]
    assert captions(together, 3) == captions(alone)


def test_all_chains_of_a_round_come_to_the_captioner_at_once(tmp_path):
    log = tmp_path / "log"
    play(tmp_path / "game", asked(chains=6, captioner={"log": str(log)}))
    assert log.read_text().split() == ["6", "6", "6"]


def test_a_longer_game_goes_on_from_the_one_that_is_kept(tmp_path):
    short = captions(play(tmp_path / "game", asked(rounds=2, seed=None)))
    seed = read_table(tmp_path / "game").seed
    longer = captions(play(tmp_path / "game", asked(rounds=5, seed=None)))
    assert longer[:2] == short
    assert longer == captions(play(tmp_path / "anew", asked(rounds=5, seed=seed)))


def test_further_chains_join_a_game_that_is_kept(tmp_path):
    play(tmp_path / "game", asked(chains=2))
    play(tmp_path / "game", asked(chains=4))
    play(tmp_path / "anew", asked(chains=4))
    assert (tmp_path / "game" / FILE).read_bytes() == (tmp_path / "anew" / FILE).read_bytes()


def test_a_game_that_was_stopped_goes_on_and_is_the_same(tmp_path):
    given = asked(rounds=4, chains=2)
    line = Line(given, tmp_path / "game")
    line.begin(given)

    def stop(what: str, done: bool) -> None:
        if what == "round 3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.play(stop)
    assert read_table(tmp_path / "game").games[0].chains[0].played == 2
    play(tmp_path / "game", given)
    play(tmp_path / "whole", given)
    assert (tmp_path / "game" / FILE).read_bytes() == (tmp_path / "whole" / FILE).read_bytes()


def test_a_stopped_game_says_what_is_kept(tmp_path):
    def stop(what: str, done: bool) -> None:
        if what == "round 2":
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match="1 of 3 rounds are kept in .*the same command goes on"):
        Telephone(asked(), tmp_path / "game").play(stop)


def test_a_picture_that_is_lost_is_painted_again(tmp_path):
    table = play(tmp_path / "game", asked())
    path = tmp_path / "game" / table.games[0].chains[0].turns[1].picture
    before = path.read_bytes()
    path.write_bytes(b"no picture")
    play(tmp_path / "game", asked())
    assert path.read_bytes() == before


def test_a_lost_picture_that_is_painted_otherwise_now_is_refused(tmp_path):
    play(tmp_path / "game", asked())
    kept = json.loads((tmp_path / "game" / FILE).read_text())
    turn = kept["games"][0]["chains"][0]["turns"][1]
    turn["pixels"] = "0" * 64
    (tmp_path / "game" / FILE).write_text(json.dumps(kept))
    with pytest.raises(JobError, match="painted otherwise"):
        play(tmp_path / "game", asked())


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"start": "a cat"}, "it began from “a dog on a hill”"),
        ({"seed": 8}, "its seed is 7"),
        ({"rounds": 1}, "this would be shorter"),
        ({"captioner": {"says": "a tree"}}, "it was played by"),
    ],
)
def test_another_game_is_not_played_over_one_that_is_kept(tmp_path, other, why):
    play(tmp_path / "game", asked())
    before = (tmp_path / "game" / FILE).read_bytes()
    with pytest.raises(UserError, match=why):
        play(tmp_path / "game", asked(**other))
    assert (tmp_path / "game" / FILE).read_bytes() == before


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="holds other files"):
        play(tmp_path / "mine", asked())
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_damaged_record_is_told(tmp_path):
    play(tmp_path / "game", asked())
    (tmp_path / "game" / FILE).write_text("{")
    with pytest.raises(UserError, match="is damaged"):
        play(tmp_path / "game", asked())


def test_a_game_begins_from_a_picture_and_keeps_it_as_it_is(tmp_path):
    path = tmp_path / "mine.png"
    write_png(path, np.arange(135, dtype=np.uint8).reshape(5, 9, 3))
    table = play(tmp_path / "game", asked(str(path)))
    turns = table.games[0].chains[0].turns
    assert [turn.round for turn in turns] == [0, 1, 2, 3]
    assert turns[1].text == turns[0].caption
    assert (tmp_path / "game" / "beginning.png").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("side", [1, 64])
def test_a_game_from_a_blank_picture_ends_where_it_begins(tmp_path, side):
    path = tmp_path / "blank.png"
    write_png(path, np.full((side, side, 3), 255, np.uint8))
    played = Telephone(asked(str(path), rounds=1), tmp_path / "game").play()
    assert played.results.strip.is_file()
    (chain,) = played.table.games[0].chains
    assert [turn.caption for turn in chain.turns] == [""]
    assert chain.ended == "there is nothing to be seen in the picture of round 0: one tone"


def test_a_chain_that_is_told_nothing_ends_and_the_others_go_on(tmp_path):
    table = play(tmp_path / "game", asked(chains=12, rounds=4, captioner={"mute_every": 5}))
    chains = table.games[0].chains
    ended = [chain for chain in chains if chain.ended]
    assert 0 < len(ended) < 12
    for chain in ended:
        assert chain.turns[-1].caption == ""
        assert chain.ended == f"nothing was said of the picture of round {chain.played}"
    assert all(chain.played == 4 for chain in chains if not chain.ended)


def test_a_game_in_which_nothing_is_ever_said_is_still_told(tmp_path):
    played = Telephone(asked(captioner={"mute_every": 1}), tmp_path / "game").play()
    page = (tmp_path / "game" / "telephone.html").read_text()
    assert "nothing was said of the picture of round 1" in page
    assert played.table.games[0].chains[0].played == 1


def test_a_fork_keeps_what_was_before_and_with_the_same_seed_is_the_same_game(tmp_path):
    whole = play(tmp_path / "game", asked(rounds=4))
    same = play(tmp_path / "same", asked(str(tmp_path / "game"), fork=2, rounds=2))
    assert captions(same) == captions(whole)
    other = play(tmp_path / "other", asked(None, source=f"{tmp_path / 'game'}:2", rounds=2, seed=9))
    assert captions(other)[:2] == captions(whole)[:2]
    assert captions(other)[2:] != captions(whole)[2:]
    assert [t.before for t in other.games[0].chains[0].turns] == [True, True, False, False]


def test_a_fork_of_another_chain_and_a_fork_of_a_fork(tmp_path):
    table = play(tmp_path / "game", asked(chains=3))
    second = f"{tmp_path / 'game'}:2:1"
    forked = play(tmp_path / "fork", asked(None, source=second, seed=9))
    assert captions(forked)[0] == captions(table, 1)[0]
    again = play(tmp_path / "again", asked(str(tmp_path / "fork"), fork=2, seed=11))
    assert captions(again)[:2] == captions(forked)[:2]


def test_a_fork_goes_on_after_it_was_stopped(tmp_path):
    play(tmp_path / "game", asked())
    fork = {"source": f"{tmp_path / 'game'}:2", "seed": 9}
    short = captions(play(tmp_path / "fork", asked(None, rounds=1, **fork)))
    assert captions(play(tmp_path / "fork", asked(None, rounds=3, **fork)))[:3] == short


@pytest.mark.parametrize(
    ("start", "more", "why"),
    [
        (None, {}, "give a text"),
        ("", {}, "is empty"),
        ("   \n ", {}, "is empty"),
        ("🎈🎈", {}, "holds no word"),
        ("dog " * 10_000, {}, "at most 2000 are read"),
        ("dog.png", {}, "there is no such file"),
        ("GAME", {}, "add --fork ROUND"),
        (".", {}, "is a folder; give a text"),
        ("GAME", {"fork": 4}, "there is no round 4"),
        ("nowhere", {"fork": 1}, "is no folder"),
        (None, {"source": "GAME"}, "is not DIR:ROUND"),
        (None, {"source": "GAME:9:1"}, "no chain 9"),
        ("a dog", {"source": "GAME:1"}, "not both"),
    ],
)
def test_a_beginning_that_cannot_be_played_is_refused_in_one_sentence(
    tmp_path, monkeypatch, start, more, why
):
    monkeypatch.chdir(tmp_path)
    play(tmp_path / "GAME", asked())
    with pytest.raises(UserError, match=why):
        read_beginning(start, more.get("fork"), more.get("source"))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"rounds": 0}, "--rounds: must be from 1"),
        ({"chains": 0}, "--chains: must be from 1"),
        ({"rounds": 500, "chains": 1000}, "this would be 500,000 pictures"),
        ({"seed": -1}, "seed: must not be negative"),
    ],
)
def test_numbers_that_cannot_be_played_are_refused(tmp_path, more, why):
    with pytest.raises(UserError, match=why):
        Line(asked(**more), tmp_path / "game")
    assert not (tmp_path / "game").exists()


def test_every_painter_plays_with_every_captioner(tmp_path):
    painters = [Side(name=n, use="fake.v1", settings={"tint": t}) for n, t in (("a", 0), ("b", 60))]
    captioners = [
        Side(name=n, use="fake.v1", settings={"temperature": t})
        for n, t in (("c", 0.0), ("d", 1.0))
    ]
    given = asked(painters=painters, captioners=captioners, rounds=1)
    played = Telephone(given, tmp_path / "game").play()
    assert played.table.names == ["a and c", "a and d", "b and c", "b and d"]
    page = (tmp_path / "game" / "telephone.html").read_text()
    assert all(name in page for name in played.table.names)
    assert list(played.table.measured) == played.table.names


def test_names_that_are_not_there_are_told(fakes):
    default = Choice(use="fake.v1")
    with pytest.raises(UserError, match="no captioner named 'nobody'"):
        captioner_sides(["nobody"], None)
    with pytest.raises(UserError, match="no painter or generator named 'nobody'"):
        painter_sides(["nobody"], default)
    with pytest.raises(UserError, match="named twice"):
        painter_sides(["fake.v1", "fake.v1"], default)
    assert captioner_sides(["fake.v1"], 0.5)[0].settings == {"temperature": 0.5}
    with pytest.raises(UserError, match="is the model of a critic"):
        captioner_sides(["critic"], None)


def test_pictures_and_strips_are_replayed_to_the_pixel(tmp_path):
    played = Telephone(asked(chains=2), tmp_path / "game").play()
    turn = played.table.games[0].chains[1].turns[2]
    for path in (tmp_path / "game" / turn.picture, played.results.strip):
        assert replay(path).identical, replay(path).changed


def test_the_strip_of_a_fork_of_a_picture_is_replayed_beside_its_pictures(tmp_path):
    path = tmp_path / "mine.png"
    write_png(path, np.arange(192, dtype=np.uint8).reshape(8, 8, 3))
    play(tmp_path / "game", asked(str(path), rounds=2))
    fork = asked(str(tmp_path / "game"), fork=1, rounds=1, seed=3)
    strip = Telephone(fork, tmp_path / "fork").play().results.strip
    assert replay(strip).identical
    moved = Path(shutil.move(strip, tmp_path / "strip.png"))
    assert replay(moved).changed == (
        "input beginning.png: is missing beside strip.png, or has other pixels",
    )


def test_the_page_is_one_file_with_its_pictures_inside(tmp_path):
    Telephone(asked(chains=3), tmp_path / "game").play()
    page = (tmp_path / "game" / "telephone.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 9
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "--seed 7" in page
    assert "--chains 3" in page


def test_the_page_tells_no_folder_of_this_machine(tmp_path):
    home = tmp_path / "home-of-someone"
    home.mkdir()
    write_png(home / "mine.png", np.arange(192, dtype=np.uint8).reshape(8, 8, 3))
    Telephone(asked(str(home / "mine.png"), rounds=1), home / "game").play()
    again = asked(None, source=f"{home / 'game'}:1", rounds=1)
    page = Telephone(again, home / "fork").play().results.page.read_text()
    assert "home-of-someone" not in page
    assert "--from game:1:1" in page


def test_the_command_that_plays_it_again_names_the_artist_whose_painter_it_is(tmp_path):
    table = play(tmp_path / "game", asked(artist="shiro", rounds=1))
    assert command(table).endswith("--captioner fake.v1 --artist shiro --out NEW")
    other = play(tmp_path / "other", asked(rounds=1))
    assert "--painter fake.v1" in command(other)


def test_words_that_the_painter_has_no_picture_of_are_kept_with_the_round(tmp_path):
    played = Telephone(asked("der zug im schnee", rounds=1), tmp_path / "game").play()
    assert played.table.games[0].chains[0].turns[0].unseen == ["zug"]
    assert "no picture of these words of the beginning: “zug”" in played.results.page.read_text()


def test_captions_that_the_captioner_does_not_rely_on_are_counted(tmp_path):
    given = asked(rounds=2, chains=2, captioner={"says": "a tree"})
    played = Telephone(given, tmp_path / "game").play()
    assert "The captioner is not sure of 4 of 4 captions." in played.results.page.read_text()
    sure = Telephone(asked(rounds=1), tmp_path / "sure").play()
    assert "The captioner is not sure" not in sure.results.page.read_text()


def test_several_sides_are_named_on_the_strip_and_where_words_were_never_seen(tmp_path):
    painters = [Side(name=n, use="fake.v1", settings={"tint": t}) for n, t in (("a", 0), ("b", 60))]
    given = asked("der zug im schnee", painters=painters, chains=3, rounds=1)
    played = Telephone(given, tmp_path / "game").play()
    assert foot_words(played.table, 3) == (
        "1 round of telephone between a, b (painting) and fake.v1 (captioning), "
        "the first of 3 chains of each; seed 7"
    )
    page = played.results.page.read_text()
    assert "The painter a has no picture of these words of the beginning: “zug”" in page
    assert "The painter b has no picture" in page
    alone = Telephone(asked(captioner={"says": "a tree"}, rounds=1), tmp_path / "other").play()
    assert "in grey: the captioner is not sure" in foot_words(alone.table, 1)


def test_a_text_that_the_typeface_cannot_draw_is_still_shown(tmp_path):
    played = Telephone(asked("山の犬 on a hill", rounds=1), tmp_path / "game").play()
    assert read_picture(played.results.strip).shape[1] > 300
    assert "山の犬" in played.results.page.read_text()
