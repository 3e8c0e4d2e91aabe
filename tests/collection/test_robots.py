"""robots.txt as RFC 9309 says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.collection.robots import read_robots

EXAMPLE = """\
User-agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""  # RFC 9309, 5.1


@pytest.mark.parametrize(
    ("program", "path", "allowed"),
    [
        ("haiga", "/a.gif", False),
        ("haiga", "/a.gif?b", True),
        ("haiga", "/example/x", False),
        ("haiga", "/publications/a", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("foobot", "/", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("bazbot", "/example/other.html", True),
        ("quxbot", "/example/page.html", True),
    ],
)
def test_the_example_of_the_standard(program: str, path: str, allowed: bool) -> None:
    assert read_robots(EXAMPLE, program).allows("https://example.org" + path) == allowed


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /\nAllow: /open", "/open/a", True),  # the longest, not the first
        ("Allow: /a\nDisallow: /a", "/a", True),  # a tie
        ("Disallow:", "/a", True),
        ("Disallow: /a%3cd", "/a%3Cd", False),
        ("Disallow: /ツ", "/%E3%83%84", False),
        ("Disallow: /*?key=", "/a?key=1", False),
        ("Disallow: /a # a comment", "/a", False),
        ("disallow : /a", "/a", False),
        ("Disallow: /" + "*" * 60 + "z", "/" + "a" * 2_000, True),
    ],
)
def test_rules_are_read_with_care(rules: str, path: str, allowed: bool) -> None:
    robots = read_robots(f"user-agent: *\n{rules}", "haiga")
    assert robots.allows("https://example.org" + path) == allowed


def test_our_own_name_goes_before_all_others_and_case_does_not_matter() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Haiga\nDisallow: /x\nCrawl-delay: 3"
    robots = read_robots(text, "haiga")
    assert robots.allows("https://example.org/a")
    assert not robots.allows("https://example.org/x")
    assert robots.delay_s == 3.0


def test_a_web_page_in_its_place_forbids_nothing() -> None:
    assert read_robots("<html><body>404: not here</body></html>", "haiga").allows("http://a/b")


@given(st.text(max_size=300))
def test_reading_never_raises(text: str) -> None:
    read_robots(f"User-agent: *\nDisallow: {text}\n{text}", "haiga").allows("http://a/b?c")
