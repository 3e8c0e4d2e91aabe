from haiga.core.suggest import hint, nearest


def test_the_nearest_name_comes_first() -> None:
    assert nearest("strenght", ["rest", "strength", "string"])[0] == "strength"


def test_case_does_not_matter() -> None:
    assert nearest("Auria", ["auria", "basho"]) == ["auria"]


def test_a_name_near_to_none_is_answered_with_the_whole_list() -> None:
    assert hint("zzz", ["b", "a"], label="installed") == "installed: a, b"


def test_a_near_name_is_offered() -> None:
    assert hint("stepz", ["steps", "width"]) == "did you mean 'steps'?"


def test_nothing_known_is_said_plainly() -> None:
    assert hint("x", [], label="installed") == "none are installed"


def test_of_a_long_list_a_dozen_are_named_and_the_others_counted() -> None:
    names = [f"{letter}{letter}" for letter in "abcdefghijklmnopqrst"]
    assert hint("0", names) == f"known: {', '.join(names[:12])} and 8 more"
    assert hint("0", names[:13]) == f"known: {', '.join(names[:13])}"
