"""The copying index and its gate against brute force and planted quotations."""

from __future__ import annotations

import numpy as np
import pytest
from crow_and_mill import CROW, MILL
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.features.bare_words import spelled
from haiga.features.copy_gate import CopyGate
from haiga.features.copying import CopyIndex, SharedRun, Source, bare_words, word_keys

# Words whose hashes differ in their first bits, so that a small index makes no mistakes.
LETTERS = ["".join(pair) for pair in zip("abcdefghijklmnopqrstuvwxyz", "z" * 26, strict=True)]
_BY_BITS = {int(key >> np.uint64(61)): word for word, key in
            zip(LETTERS, word_keys(LETTERS), strict=True)}  # fmt: skip
ALPHABET = sorted(_BY_BITS.values())[:4]
_SMALL = {int(key >> np.uint64(61)): word for word, key in
          zip(["the", "and", "of", "in", "is", "to", "was", "with"],
              word_keys(["the", "and", "of", "in", "is", "to", "was", "with"]), strict=True)
          if int(key >> np.uint64(61)) not in
          {int(k >> np.uint64(61)) for k in word_keys(ALPHABET)}}  # fmt: skip
MIXED = [*ALPHABET[:3], *sorted(_SMALL.values())[:2]]


def texts(words: list[str]) -> st.SearchStrategy[list[str]]:
    """Lines of words, some of them empty."""
    return st.lists(st.lists(st.sampled_from(words), max_size=9).map(" ".join), max_size=4)


def tuples(lines: list[str], n: int) -> list[tuple[str, ...]]:
    flat = [word for line in lines for word in line.split()]
    return list(zip(*(flat[i:] for i in range(n)), strict=False))


def extents(runs: list[SharedRun], lines: list[str]) -> list[tuple[int, int]]:
    """First word and number of words of each run, counted over the poem."""
    before = np.concatenate([[0], np.cumsum([len(line.split()) for line in lines])])
    return [
        (int(before[run.line]) + len(lines[run.line][: run.start].split()), run.words)
        for run in runs
    ]


def brute_force(fives: list[bool], sixes: list[bool]) -> list[tuple[int, int]]:
    """Stretches of sixes, and fives that are in no six."""
    out, place = [], 0
    while place < len(fives):
        end = place
        while end < len(sixes) and sixes[end]:
            end += 1
        if end > place or fives[place]:
            out.append((place, end - place + 5))
        place = end + 1
    return out


@given(st.lists(texts(ALPHABET), max_size=4), texts(ALPHABET))
def test_every_run_is_found_with_its_extent_as_by_comparing_word_for_word(
    works: list[list[str]], poem: list[str]
) -> None:
    index = CopyIndex.of([Source("", str(n), tuple(work)) for n, work in enumerate(works)])
    known = {n: {run for work in works for run in tuples(work, n)} for n in (5, 6)}
    found = [[run in known[n] for run in tuples(poem, n)] for n in (5, 6)]
    assert extents(index.runs(poem), poem) == brute_force(*found)
    flat = tuples(poem, 5)
    if flat:
        keys = np.stack([word_keys(run) for run in flat])
        assert index.has(keys).tolist() == found[0]
    if len(flat) > 1:
        keys = np.stack([word_keys(run) for run in tuples(poem, 6)])
        assert index.has_six(keys).tolist() == found[1]


@given(st.lists(texts(MIXED), max_size=4), texts(MIXED))
def test_stride_3_finds_every_six_with_two_content_words_and_makes_none_up(
    works: list[list[str]], poem: list[str]
) -> None:
    index = CopyIndex.of([Source("", str(n), tuple(work)) for n, work in enumerate(works)], 3)
    known = {run for work in works for run in tuples(work, 6)}
    inside = {
        place
        for first, words in extents(index.runs(poem), poem)
        for place in range(first, first + words - 5)
    }
    for place, six in enumerate(tuples(poem, 6)):
        meaty = sum(word in ALPHABET for word in six) >= 2
        if meaty:
            assert (place in inside) == (six in known)
        assert place not in inside or six in known or not meaty
    if len(tuples(poem, 6)):
        keys = np.stack([word_keys(six) for six in tuples(poem, 6)])
        fives = index.has(np.stack([keys[:, :5], keys[:, 1:]], 1)).any(1)
        for place, six in enumerate(tuples(poem, 6)):
            if six in known and sum(word in ALPHABET for word in six) >= 2:
                assert fives[place], "a decoder that refuses known fives could write this six"


@pytest.mark.parametrize("stride", [1, 3])
def test_stride_decides_how_much_room_the_same_words_take(stride: int) -> None:
    words = [
        f"w{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(9000)
    ]
    index = CopyIndex.of([Source("", "", (" ".join(words),))], stride)
    assert len(index.arrays["low"]) == pytest.approx(8996 / stride, abs=2)
    for start in range(0, 8900, 100):
        assert [r.words for r in index.runs([" ".join(words[start : start + 6])])] == [6]


@pytest.mark.parametrize("stride", [1, 3])
def test_a_work_that_is_there_already_takes_no_room(stride: int) -> None:
    once, twice = CopyIndex.of([CROW, MILL], stride), CopyIndex.of([CROW, MILL, MILL, CROW], stride)
    assert len(once.arrays["low"]) == len(twice.arrays["low"])
    short = [Source("", "", (f"{word} black crow has folded up",)) for word in LETTERS]
    if stride == 3:
        assert len(CopyIndex.of(short, stride).arrays["low"]) == len(LETTERS)


def test_a_quotation_is_found_with_its_source_and_where_it_stands_in_the_poem() -> None:
    index = CopyIndex.of([MILL, CROW])
    poem = ["Who knows why this", "— The old, BLACK crow", "has folded up! his", "coat"]
    (run,) = index.runs(poem)
    assert (run.author, run.title, run.source_line) == ("Ann Reed", "The Crow", 2)
    assert (run.words, run.content) == (8, 5 - 1)
    assert run.text == "The old, BLACK crow / has folded up! his"
    assert (run.line, run.start, run.end_line, run.end) == (1, 2, 2, 18)
    assert run.spans(poem) == [(1, 2, 21), (2, 0, 18)]
    assert poem[2][: run.end].endswith("his")


def test_runs_go_on_over_line_and_stanza_ends_but_never_from_one_work_to_the_next() -> None:
    index = CopyIndex.of([MILL, CROW])
    assert [r.words for r in index.runs(["crow has folded up his wings and waits"])] == [8]
    assert index.runs(["now is still upon a bare December"]) == []
    assert [r.words for r in index.runs(["still upon a bare december bough"])] == [5]


@pytest.mark.parametrize("stride", [1, 3])
def test_works_side_by_side_are_never_read_as_one(stride: int) -> None:
    for first in range(6, 12):
        one, two = LETTERS[:first], LETTERS[first : first + 9]
        index = CopyIndex.of([Source("", "", (" ".join(w),)) for w in (one, two)], stride)
        assert [r.words for r in index.runs([" ".join([*one, *two])])] == [first, 9]


@pytest.mark.parametrize("stride", [1, 3])
def test_no_run_holds_an_unknown_word(stride: int) -> None:
    index = CopyIndex.of([Source("", "", (" ".join(LETTERS[:6]),))], stride)
    keys = word_keys(LETTERS[:6])
    none = np.zeros(1, np.uint64)
    assert index.has_six(keys)
    assert not index.has_six(np.concatenate([keys[1:], none]))
    assert not index.has_six(np.concatenate([none, keys[:5]]))
    assert not index.has(np.concatenate([keys[2:], none]))


def test_lines_of_the_source_are_counted_without_blank_ones() -> None:
    index = CopyIndex.of([MILL, CROW])
    (run,) = index.runs(["but rain in winter's broken cup"])
    assert run.source_line == 4


@pytest.mark.parametrize(
    "poem",
    [
        "THE WHEEL THAT TURN’D BESIDE",
        "the wheel—that turn'd; beside",
        "thé wheel\u0301 that turn`d beside",
        "the wheel's that turn'd beside's",
        "the-wheel-that-turn'd-beside",
    ],
)
def test_case_accents_marks_hyphens_and_possessives_hide_no_copy(poem: str) -> None:
    (run,) = CopyIndex.of([CROW, MILL]).runs([poem])
    assert (run.words, run.title, run.end) == (5, "Mill", len(poem))


def test_bare_words_are_spelled_one_way_and_know_their_place() -> None:
    line = "O’er the moon-lit Sea's café — Œuvre, naïve 7th ’tis don't"
    assert bare_words(line) == (
        ["o'er", "the", "moon", "lit", "sea", "cafe", "oeuvre", "naive", "th", "tis", "don't"]
    )
    assert [line[w.start : w.end] for w in spelled(line)][4:7] == ["Sea's", "café", "Œuvre"]


def test_a_modernised_reading_is_found_under_the_lines_of_the_original() -> None:
    modern = ("The wheel that turned beside the mill", "over golden water now is still")
    both = Source(MILL.author, MILL.title, MILL.lines, readings=(modern,))
    index = CopyIndex.of([CROW, both], stride=3)
    for line in (MILL.lines[1], modern[1]):
        (run,) = index.runs([line])
        assert (run.words, run.author, run.source_line) == (6, "Tom Hale", 2), line
    plain = CopyIndex.of([CROW, MILL], stride=3)
    assert len(index.arrays["low"]) < 2 * len(plain.arrays["low"])
    assert len(index.works) == 2


def test_a_reading_must_have_the_lines_of_its_work() -> None:
    with pytest.raises(UserError, match="'Mill' by Tom Hale: a reading has 1 lines, not 2"):
        CopyIndex.of([Source(MILL.author, MILL.title, MILL.lines, readings=(("one",),))])


def test_of_two_works_with_the_same_words_the_first_is_named() -> None:
    thief = Source("A Thief", "Mine", ("A new beginning here,", *CROW.lines))
    for works, name in (([CROW, thief], "Ann Reed"), ([thief, CROW], "A Thief")):
        (run,) = CopyIndex.of(works).runs(["the old black crow has folded up"])
        assert run.author == name


def test_the_work_with_most_of_a_run_is_named_and_the_line_where_the_run_begins() -> None:
    echo = Source("An Echo", "Early", ("I, too, know how the old black crow has folded",))
    (run,) = CopyIndex.of([echo, CROW]).runs(["the old black crow has folded up his wings and"])
    assert (run.author, run.words, run.source_line) == ("Ann Reed", 10, 2)
    (run,) = CopyIndex.of([echo, CROW]).runs(["bare december bough the old black crow has folded up"
                                               " his wings and waits"])  # fmt: skip
    assert (run.author, run.words, run.source_line) == ("Ann Reed", 14, 1)


def test_the_gate_refuses_what_is_too_long_and_names_the_source() -> None:
    gate = CopyGate(CopyIndex.of([CROW, MILL]))
    verdict = gate.verdict(["beside the sea", "the old black crow has folded up", "at dusk"])
    assert (verdict.name, verdict.keep) == ("copying", False)
    assert verdict.score == pytest.approx(1 - 7 / 12)
    assert verdict.reason == (
        "shares 7 words with “The Crow” by Ann Reed, line 2: “the old black crow has folded up”"
    )
    kept = gate.verdict(["the old black crow has", "flown"])
    assert (kept.keep, kept.score) == (True, 1.0)
    assert CopyGate(gate.index, 7).verdict(["the old black crow has folded up"]).keep


@pytest.mark.parametrize(
    ("allowed", "kept"),
    [
        ("The Crow", True),
        ("the crow", True),
        ("Ann Reed: The Crow", True),
        ("“The Crow” by Ann Reed", False),
        ("The Crow, Ann Reed", True),
        ("see the old black crow has folded up his wings", True),
        ("old black crow has folded up", False),
        ("Ann Reed", False),
        ("Mill", False),
        ("", False),
    ],
)
def test_quotations_are_allowed_by_title_by_author_with_title_or_word_for_word(
    allowed: str, kept: bool
) -> None:
    gate = CopyGate(CopyIndex.of([CROW, MILL]), allow=[allowed])
    assert gate.verdict(["the old black crow has folded up"]).keep is kept


def test_an_author_alone_allows_nothing_even_of_works_without_a_title() -> None:
    index = CopyIndex.of([Source("Ann Reed", "", CROW.lines)])
    verdict = CopyGate(index, allow=["Ann Reed"]).verdict(["the old black crow has folded up"])
    assert not verdict.keep
    assert verdict.reason.startswith("shares 7 words with an untitled work by Ann Reed, line 2")


def test_words_of_grammar_alone_are_nobodys() -> None:
    index = CopyIndex.of([Source("A", "B", ("and it was in the light of his and her",))])
    poem = ["and it was in the light of his"]
    assert [run.words for run in index.runs(poem)] == [8]
    assert CopyGate(index).verdict(poem).keep


@pytest.mark.parametrize("stride", [1, 3])
@given(works=st.lists(texts(MIXED), max_size=4), poem=texts(MIXED), most=st.integers(5, 7))
def test_a_decoder_that_draws_again_when_told_never_meets_the_gate(
    stride: int, works: list[list[str]], poem: list[str], most: int
) -> None:
    sources = [Source("", str(n), tuple(work)) for n, work in enumerate(works)]
    gate = CopyGate(CopyIndex.of(sources, stride), most)
    written: list[str] = []
    for word in " ".join(poem).split():
        keys = word_keys(written[-most:])
        before = np.concatenate([np.zeros(most - len(keys), np.uint64), keys])
        refused = bool(gate.too_long(before, word_keys([word])[0:1].reshape(())))
        seen = gate.verdict([" ".join([*written, word])])
        assert refused or seen.keep
        if stride == 1:
            assert refused != seen.keep
        if not refused:
            written.append(word)
    assert gate.verdict([" ".join(written)]).keep


def test_many_next_words_are_asked_about_at_once() -> None:
    gate = CopyGate(CopyIndex.of([CROW, MILL]))
    before = word_keys("the old black crow has".split())
    following = word_keys(["folded", "sung", "black"] * 2000).reshape(2000, 3)
    told = gate.too_long(np.broadcast_to(before, (2000, 3, 5)), following)
    assert told.shape == (2000, 3)
    assert (told == [True, False, False]).all()
    wider = np.concatenate([word_keys(["bough"]), before])
    assert gate.too_long(wider, word_keys(["folded"])[0]) == np.array(True)


@pytest.mark.parametrize(("stride", "most"), [(1, 3), (3, 4), (1, 0)])
def test_a_gate_cannot_be_set_finer_than_the_index(stride: int, most: int) -> None:
    with pytest.raises(UserError, match="max_shared_words: must be at least"):
        CopyGate(CopyIndex.of([CROW], stride), most)


def test_four_words_may_be_the_most_with_stride_1() -> None:
    gate = CopyGate(CopyIndex.of([CROW]), 4)
    assert not gate.verdict(["old black crow has folded"]).keep
    assert gate.too_long(word_keys("old black crow has".split()), word_keys(["folded"])[0])
    assert gate.verdict(["old black crow has unfolded"]).keep


def test_a_whole_work_knows_its_split_whatever_its_spelling() -> None:
    index = CopyIndex.of([CROW, MILL])
    assert index.split_of("\n".join(MILL.lines).upper().replace("'", "’")) == "test"
    assert index.split_of("\n\n".join(CROW.lines)) == "train"
    assert index.split_of("\n".join(CROW.lines[:-1])) is None
    with pytest.raises(UserError, match="'held' is none of train, validation, test"):
        CopyIndex.of([Source("", "x", (), split="held")])


@pytest.mark.parametrize("poem", [[], [""], ["one two three four"], ["— 12 …"] * 9])
@pytest.mark.parametrize("works", [[], [CROW], [Source("", "", ())], [Source("", "", ("", "one"))]])
def test_little_or_nothing_shares_nothing(works: list[Source], poem: list[str]) -> None:
    for stride in (1, 3):
        index = CopyIndex.of(works, stride)
        assert index.runs(poem) == []
        assert CopyGate(index).verdict(poem).keep
        assert not index.has(np.zeros((3, 5), np.uint64)).any()


def test_strides_and_lengths_out_of_range_are_refused() -> None:
    with pytest.raises(UserError, match="stride: must be 1 or 3, got 2"):
        CopyIndex.of([], 2)
    with pytest.raises(UserError, match="least: runs of fewer than 5 words are not kept, got 4"):
        CopyIndex.of([]).runs(["a"], 4)


def test_a_next_word_of_like_hash_makes_no_longer_run_with_stride_1() -> None:
    words = [f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(600)]
    taken = word_keys(["folded"])[0] >> np.uint64(61)
    alike = [w for w in words if word_keys([w])[0] >> np.uint64(61) == taken]
    assert len(alike) > 40
    index = CopyIndex.of([CROW, MILL])
    for word in alike:
        assert [run.words for run in index.runs([f"the old black crow has {word} up his"])] == [5]
        assert not index.has_six(word_keys(["the", "old", "black", "crow", "has", word]))


def test_words_of_grammar_between_two_finds_of_one_work_do_not_part_them_with_stride_3() -> None:
    long = "lonely crows upon bare boughs and so it was and then is not the old mill wheel turning"
    index = CopyIndex.of([MILL, Source("A", "B", (long,)), CROW], 3)
    assert [run.words for run in index.runs([long])] == [18]
    gate, keys = CopyGate(index, 8), word_keys(long.split())
    told = [bool(gate.too_long(keys[i - 8 : i], keys[i])) for i in range(8, 18)]
    sets = [sum(w in ("lonely crows bare boughs old mill wheel turning".split())
                for w in long.split()[i - 8 : i + 1]) >= 2 for i in range(8, 18)]  # fmt: skip
    assert told == sets
    assert not all(sets)
    other = Source("C", "D", ("so it was and then is not the new mill wheel turning",))
    joined = (
        "lonely crows upon bare boughs and so it was and then is not the new mill wheel turning"
    )
    assert all(run.words < 18 for run in CopyIndex.of([CROW, other, Source("A", "B", (long,))], 3)
               .runs([joined]))  # fmt: skip
