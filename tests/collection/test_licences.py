"""What licences are read from, and what they let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.collection.licences import allows, read_licence

FREE = (True, True)
KNOWN = [
    # text, id, passes commercial, passes share
    ("CC0", "CC0-1.0", *FREE),
    ("cc0-1.0", "CC0-1.0", *FREE),
    ("CC-0", "CC0-1.0", *FREE),
    ("CC Zero", "CC0-1.0", *FREE),
    ("Creative Commons Zero", "CC0-1.0", *FREE),
    ("CC0 1.0 Universal Public Domain Dedication", "CC0-1.0", *FREE),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", *FREE),
    ("http://creativecommons.org/publicdomain/mark/1.0/deed.de", "CC-PDM-1.0", *FREE),
    ("Public Domain Mark 1.0", "CC-PDM-1.0", *FREE),
    ("Public domain", "LicenseRef-public-domain", *FREE),
    ("PUBLIC DOMAIN", "LicenseRef-public-domain", *FREE),
    ("PD-old-100", "LicenseRef-public-domain", *FREE),
    ("gemeinfrei", "LicenseRef-public-domain", *FREE),
    ("Domaine public", "LicenseRef-public-domain", *FREE),
    ("Dominio público", "LicenseRef-public-domain", *FREE),
    ("パブリックドメイン", "LicenseRef-public-domain", *FREE),
    ("Not in copyright", "LicenseRef-public-domain", *FREE),
    ("United States Government Work", "LicenseRef-US-government", *FREE),
    ("PD-USGov", "LicenseRef-US-government", *FREE),
    ("CC BY 4.0", "CC-BY-4.0", *FREE),
    ("CC-BY-4.0", "CC-BY-4.0", *FREE),
    ("cc by 2", "CC-BY-2.0", *FREE),
    ("CC BY", "CC-BY", *FREE),
    ("Attribution License", "CC-BY", *FREE),
    ("Creative Commons Attribution 3.0 Unported", "CC-BY-3.0", *FREE),
    ("https://creativecommons.org/licenses/by/2.0/", "CC-BY-2.0", *FREE),
    ("CC BY-SA 4.0", "CC-BY-SA-4.0", *FREE),
    ("CC BY-SA 3.0 igo", "CC-BY-SA-3.0", *FREE),
    ("cc_by_sa_2.5", "CC-BY-SA-2.5", *FREE),
    ("CC BY‑SA 4.0", "CC-BY-SA-4.0", *FREE),
    ("© 2020 Jane Doe, CC BY-SA 4.0", "CC-BY-SA-4.0", *FREE),
    ("CC BY-NC 4.0", "CC-BY-NC-4.0", False, True),
    ("by-nc-sa", "CC-BY-NC-SA", False, True),
    ("CC BY-SA-NC 4.0", "CC-BY-NC-SA-4.0", False, True),
    ("Attribution-NonCommercial-ShareAlike 4.0 International", "CC-BY-NC-SA-4.0", False, True),
    ("Attribution-NoDerivs License", "CC-BY-ND", False, False),
    ("https://creativecommons.org/licenses/by-nc-nd/2.0/", "CC-BY-NC-ND-2.0", False, False),
    ("CC BY-ND 4.0", "CC-BY-ND-4.0", False, False),
    ("No known copyright restrictions", "LicenseRef-NKC", False, False),
    ("No known restrictions on publication.", "LicenseRef-NKC", False, False),
    ("PD-US", "LicenseRef-NoC-US", False, False),
    ("https://rightsstatements.org/vocab/NoC-US/1.0/", "LicenseRef-NoC-US", False, False),
    ("http://rightsstatements.org/page/InC/1.0/?language=en", "LicenseRef-InC", False, False),
    ("http://rightsstatements.org/vocab/InC-EDU/1.0/", "LicenseRef-InC-EDU", False, False),
    ("http://rightsstatements.org/vocab/NoC-NC/1.0/", "LicenseRef-NoC-NC", False, True),
    ("http://rightsstatements.org/vocab/CNE/1.0/", "LicenseRef-CNE", False, False),
    ("All rights reserved", "LicenseRef-InC", False, False),
    ("Alle Rechte vorbehalten", "LicenseRef-InC", False, False),
    ("© 2020 Jane Doe", "LicenseRef-InC", False, False),
    ("(c) 1999", "LicenseRef-InC", False, False),
    ("Copyright The Museum", "LicenseRef-InC", False, False),
    ("for personal use only", "LicenseRef-NC", False, False),
    ("noai", "LicenseRef-no-training", False, False),
    ("CC BY 4.0, not for training of AI", "LicenseRef-no-training", False, False),
    ("GFDL", "GFDL-1.3-or-later", *FREE),
    ("Free Art License", "LAL-1.3", *FREE),
    ("OGL-UK-3.0", "OGL-UK-3.0", *FREE),
    ("", "", False, False),
    ("   \n", "", False, False),
    ("see website", "", False, False),
    ("Creative Commons", "", False, False),
    ("royalty free", "", False, False),
    ("not in the public domain", "", False, False),
    ("This work is no longer CC0", "", False, False),
    ("copyright status: unknown", "", False, False),
    ("https://creativecommons.org/licenses/sampling+/1.0/", "", False, False),
    ("http://rightsstatements.org/vocab/NEW/1.0/", "", False, False),
]


@pytest.mark.parametrize(("text", "id", "commercial", "share"), KNOWN, ids=[k[0] for k in KNOWN])
def test_a_licence_is_read_as_it_is_meant(
    text: str, id: str, commercial: bool, share: bool
) -> None:
    licence = read_licence(text)
    assert licence.id == id
    assert allows(licence, "commercial").passes == commercial
    assert allows(licence, "share").passes == share
    assert licence.reason


@pytest.mark.parametrize(
    "text",
    [
        "Object: public domain. Photograph © The Museum",
        "CC0 and CC BY-NC 4.0",
        "CC BY-NC 4.0; CC0",
        "CC BY 4.0 – all rights reserved",
        "CC0, but not for commercial use",
    ],
)
def test_where_several_things_are_said_the_strictest_counts(text: str) -> None:
    answer = allows(read_licence(text), "commercial")
    assert not answer.passes
    assert "strictest" in answer.reason


def test_research_takes_what_is_unknown_and_leaves_what_is_reserved() -> None:
    assert allows(read_licence(""), "research").passes
    assert "nothing is said" in allows(read_licence(""), "research").reason
    assert allows(read_licence("CC BY-NC-ND 4.0"), "research").passes
    assert not allows(read_licence("All rights reserved"), "research").passes
    assert not allows(read_licence("CC0, no AI please"), "research").passes


def test_names_must_be_given_where_the_licence_asks_for_it() -> None:
    assert read_licence("CC BY 2.0").attribution is True
    assert read_licence("CC0").attribution is False
    assert read_licence("who knows").attribution is None


def test_share_alike_passes_and_its_reason_says_what_follows() -> None:
    assert "same licence" in allows(read_licence("CC BY-SA 4.0"), "share").reason


def test_a_gate_that_there_is_not_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="no gate"):
        allows(read_licence("CC0"), "anything")  # type: ignore[arg-type]


@given(st.text(max_size=300))
def test_reading_never_raises_and_the_unknown_never_passes(text: str) -> None:
    licence = read_licence(text)
    assert "\n" not in licence.reason
    if not licence.id:
        assert not allows(licence, "commercial").passes
        assert not allows(licence, "share").passes


@given(st.text(alphabet="qwxzjkvQWXZJKV .!?", max_size=80))
def test_text_that_says_nothing_is_unknown(text: str) -> None:
    assert read_licence(text).id == ""


@given(
    st.lists(st.sampled_from([k[0] for k in KNOWN]), min_size=1, max_size=4),
    st.sampled_from([", ", "; ", " / ", ". "]),
)
def test_saying_more_never_allows_more(texts: list[str], between: str) -> None:
    licence = read_licence(between.join(texts))
    if allows(licence, "commercial").passes:
        assert any(allows(read_licence(text), "commercial").passes for text in texts)
