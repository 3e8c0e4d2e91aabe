"""One plain text into works."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.media.text_works import split_works, tidy


def works(content: str, **options: object) -> list[tuple[int, str, str]]:
    return [(w.line, w.title, w.text) for w in split_works(content, **options).works]  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", ["***", "---", "===", "* * *", "  -----  ", "______", "~~~", "⁂"])
def test_lines_of_marks_part_works(rule: str) -> None:
    content = f"first snow\n\nfalls\n\n{rule}\n\nan old dog\n"
    assert works(content) == [(1, "", "first snow\n\nfalls"), (7, "", "an old dog")]


def test_a_form_feed_parts_works() -> None:
    assert works("one\n\ntwo\n\fthree\n") == [(1, "", "one\n\ntwo"), (4, "", "three")]


def test_two_empty_lines_part_works_and_one_does_not() -> None:
    assert works("a\n\nb\n\n\nc\nd\n") == [(1, "", "a\n\nb"), (6, "", "c\nd")]


def test_lines_of_spaces_are_empty_lines() -> None:
    assert works("a\n  \n\t\nb\n") == [(1, "", "a"), (4, "", "b")]


def test_one_empty_line_parts_works_where_nothing_else_does() -> None:
    assert works("\na\nb\n\nc\n") == [(2, "", "a\nb"), (5, "", "c")]


def test_undivided_text_is_cut_into_even_blocks_of_about_forty_lines() -> None:
    cut = works("\n".join(f"line {n}" for n in range(1, 131)))
    assert [text.count("\n") + 1 for _, _, text in cut] == [43, 43, 44]
    assert [line for line, _, _ in cut] == [1, 44, 87]


def test_a_text_of_sixty_lines_is_one_work() -> None:
    assert len(works("\n".join(f"line {n}" for n in range(60)))) == 1
    assert len(works("\n".join(f"line {n}" for n in range(61)))) == 2


def test_a_long_part_is_cut_at_empty_lines() -> None:
    stanza = "\n".join("the wind blows" for _ in range(7))
    long = "\n\n".join(stanza for _ in range(40))  # 319 lines
    cut = works(f"short\n\n***\n\n{long}")
    assert len(cut) == 1 + round(319 / 40)
    assert all((text.count("\n") + 2) % 8 == 0 for _, _, text in cut[1:])


def test_an_underlined_title_heads_its_work() -> None:
    content = "The Snow\n========\n\nit falls\n\non me\n\nThe Dog\n-------\nbarks\n"
    assert works(content) == [(4, "The Snow", "it falls\n\non me"), (10, "The Dog", "barks")]


def test_a_rule_below_a_last_line_is_no_title() -> None:
    content = "snow falls\non the old roof\n---\na dog\n"
    assert works(content) == [(1, "", "snow falls\non the old roof"), (4, "", "a dog")]


def test_markdown_headings_head_works_in_markdown_alone() -> None:
    content = "# Poems\n\n## The Snow\n\nit falls\n\n\non me\n\n## The Dog ##\nbarks\n"
    assert works(content, markdown=True) == [
        (5, "The Snow", "it falls\n\n\non me"),
        (11, "The Dog", "barks"),
    ]
    assert "# Poems" in works(content)[0][2]


def test_markdown_front_matter_is_no_verse() -> None:
    read = split_works('---\ntitle: "The Snow"\nauthor: Li\n---\nit falls\n', markdown=True)
    assert [w.text for w in read.works] == ["it falls"]
    assert read.works[0].line == 5
    assert read.columns == {"title": "The Snow", "author": "Li"}


def test_what_project_gutenberg_adds_is_left_out_and_said() -> None:
    content = (
        "The Project Gutenberg eBook of Poems\n\n\nlegal words\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK POEMS ***\n\n\nsnow\n\n\nrain\n\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK POEMS ***\nmore legal words\n"
    )
    read = split_works(content)
    assert [(w.line, w.text) for w in read.works] == [(8, "snow"), (11, "rain")]
    assert read.notes == ("what Project Gutenberg puts before and after the work left out",)


def test_a_short_text_kept_whole_is_parted_by_marks_alone() -> None:
    assert len(works("a\n\nb\n\n\nc\n", whole_up_to=200)) == 1
    assert len(works("a\n\nb\n***\nc\n", whole_up_to=200)) == 2
    assert len(works("a\n\nb\n\n\nc\n", whole_up_to=2)) == 2


@pytest.mark.parametrize("content", ["", "\n\n\n", "***\n---\n", " \t\r\n", "\f\f"])
def test_a_text_without_words_has_no_works(content: str) -> None:
    assert works(content) == []


def test_windows_old_mac_and_doubled_line_ends_are_line_ends() -> None:
    for end in ("\r\n", "\r", "\r\r\n"):
        assert works(end.join(["a", "b", "", "c", ""])) == [(1, "", "a\nb"), (4, "", "c")]


def test_a_text_is_tidied() -> None:
    assert tidy("\r\n  a  \r\nb\t\n\n\x0cc\u2028d\ufeff\x07 \n\n") == "  a\nb\n\n\nc\nd"
    assert tidy("cafe\u0301") == "café"
    assert tidy("\ud800snow").encode() == "\ufffdsnow".encode()


@given(st.text(st.sampled_from("ab \n\r\f*-=#_"), max_size=200), st.booleans())
def test_no_word_is_lost_or_doubled_and_lines_are_right(content: str, markdown: bool) -> None:
    read = split_works(content, markdown=markdown)
    kept = "".join(w.title + w.text for w in read.works)
    assert [c for c in kept if c in "ab"].__len__() <= sum(c in "ab" for c in content)
    lines = re.sub(r"\r+\n|\r", "\n", content).split("\n")
    for work in read.works:
        assert work.text == tidy(work.text)
        assert work.text.strip()
        assert work.text.split("\n")[0].strip() in lines[work.line - 1]
    if "#" not in content and "=" not in content and "-" not in content:
        plain = [c for w in read.works for c in w.text if c in "ab"]
        assert plain == [c for c in content if c in "ab"]


@given(st.integers(1, 900), st.integers(1, 30))
def test_cutting_into_blocks_keeps_every_line_in_order(count: int, stanza: int) -> None:
    lines = [f"{n}" + ("\n" if n % stanza == 0 else "") for n in range(count)]
    read = split_works("x\n***\n" + "\n".join(lines))
    kept = [line for w in read.works for line in w.text.split("\n") if line]
    assert kept == ["x", *(str(n) for n in range(count))]
    assert all(w.text.count("\n") < 200 for w in read.works)
