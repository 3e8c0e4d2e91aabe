"""Where addresses lead."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.collection.reach import clean_address, reach_of, reach_of_ip
from haiga.core.collecting import Unobtainable


@pytest.mark.parametrize(
    ("text", "base", "clean"),
    [
        (" http://Example.org ", "", "http://example.org/"),
        ("HTTPS://x.org:8443/a b?c=d e#f", "", "https://x.org:8443/a%20b?c=d%20e"),
        ("http://münchen.de/ü.jpg", "", "http://xn--mnchen-3ya.de/%C3%BC.jpg"),
        ("http://x.org/a%20b%2Fc", "", "http://x.org/a%20b%2Fc"),
        ("http://[::1]:80/", "", "http://[::1]:80/"),
        ("//y.org/a", "https://x.org/b", "https://y.org/a"),
        ("../c", "https://x.org/a/b", "https://x.org/c"),
        ("?q", "https://x.org/a", "https://x.org/a?q"),
    ],
)
def test_addresses_are_asked_in_one_spelling(text: str, base: str, clean: str) -> None:
    assert clean_address(text, base) == clean
    assert clean_address(clean) == clean


@pytest.mark.parametrize(
    ("ip", "reach"),
    [
        ("8.8.8.8", "public"), ("2606:4700::1", "public"), ("10.0.0.1", "private"),
        ("192.168.0.1", "private"), ("172.16.5.4", "private"), ("100.64.0.1", "private"),
        ("fc00::1", "private"), ("127.0.0.1", "loopback"), ("127.9.9.9", "loopback"),
        ("::1", "loopback"), ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.0.0.1", "private"),
        ("0.0.0.0", "loopback"), ("::", "loopback"), ("2002:7f00:1::", "loopback"),
    ],
)  # fmt: skip
def test_numbers_lead_where_they_lead(ip: str, reach: str) -> None:
    assert reach_of_ip(ip) == reach


@pytest.mark.parametrize("ip", ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254"])
def test_link_local_numbers_are_never_asked(ip: str) -> None:
    with pytest.raises(Unobtainable, match="link-local"):
        reach_of_ip(ip)


def test_other_spellings_of_this_machine_are_seen_through() -> None:
    for host in ("localhost", "127.1", "2130706433", "0x7f.1"):
        assert reach_of(f"http://{host}/") == "loopback"


@given(st.text(max_size=60), st.sampled_from(["", "http://x.org/a/b"]))
def test_cleaning_raises_nothing_but_a_reason(text: str, base: str) -> None:
    with contextlib.suppress(Unobtainable):
        address = clean_address(text, base)
        assert address.isascii()
        assert clean_address(address) == address


@given(st.text(max_size=40))
def test_cleaning_holds_behind_a_scheme_too(text: str) -> None:
    with contextlib.suppress(Unobtainable):
        address = clean_address("http://" + text)
        assert " " not in address
        assert clean_address(address) == address
