"""What a licence allows, read from whatever a source says of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Gate = Literal["commercial", "share", "research"]
"""What a collection is meant for: to earn with, to pass on, or to study alone."""

_LONGEST = 4_000  # characters of a licence that are read: more is the deed itself


@dataclass(frozen=True)
class Licence:
    """What may be done with a thing and with what is made of it; None is "not known".

    `id` is the SPDX identifier where there is one, else `LicenseRef-…`, and "" for unknown.
    `commercial`: to earn with it. `share`: to pass on the thing and what was made of it.
    `attribution`: its maker must be named. `research`: to study it, passing nothing on.
    `reason` is one clause that says what was read and what follows.
    """

    id: str
    name: str
    commercial: bool | None
    share: bool | None
    attribution: bool | None
    reason: str
    research: bool | None = None


class Allowed(NamedTuple):
    """Whether a gate is passed, and why, in one clause."""

    passes: bool
    reason: str


def read_licence(text: str) -> Licence:
    """The licence that a text means: SPDX, an address of a deed, a museum's phrase, free text.

    Known are Creative Commons in all versions (https://creativecommons.org/licenses/), the
    statements of https://rightsstatements.org, the common phrases for the public domain and
    for reserved rights in several languages, and a few licences for free works. Where
    several things are said the strictest of each counts, since "picture CC0, photo © X" needs
    both; a © beside a Creative Commons licence only names who gives it. Anything else, and
    anything negated ("not in the public domain"), is unknown. Never raises.
    """
    plain = _plain(text)
    if not plain:
        return _unknown("nothing is said of its licence")
    if _NEGATED.search(plain):
        return _stricter([_unknown(f"'{_short(text)}' denies a licence"), *_found(plain)])
    found = list(_found(plain))
    if not found:
        return _unknown(f"'{_short(text)}' is no licence that is known here")
    return _stricter(found)


def allows(licence: Licence, gate: Gate) -> Allowed:
    """Whether a thing under this licence passes a gate, and why.

    - `commercial` asks for what may be used to earn with, and `share` for what may be passed
      on; in both, together with what is made of it. So unknown passes neither; NC (not for
      money) does not pass `commercial`; and ND (no adaptations) passes neither: it lets a
      picture be sold or shared as it is, but whether a network trained on it, or a painting
      by that network, is an adaptation is not settled, and ND forbids passing adaptations on.
      SA passes both: what is made of it may have to carry the same licence, and the reason
      says so.
    - `research` keeps out only what its holder reserves. Unknown passes, and the reason says
      that it is unknown: nothing leaves the room.

    Raises `ValueError` for a gate that there is not.
    """
    if gate not in ("commercial", "share", "research"):
        raise ValueError(f"no gate {gate!r}")
    answer: bool | None = getattr(licence, gate)
    if gate == "research":
        return Allowed(answer is not False, licence.reason)
    if answer is None:
        return Allowed(False, f"{licence.reason}, so nothing is known of whether it may be used")
    return Allowed(answer, licence.reason)


def _unknown(reason: str) -> Licence:
    return Licence("", "unknown", None, None, None, reason)


def _plain(text: str) -> str:
    """Case, kinds of spaces, dashes and compatibility forms do not matter; "" when blank."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST].replace("℗", "(p)")).casefold()
    folded = re.sub(r"[\u2010-\u2015\u2212]", "-", folded).replace("’", "'")
    return " ".join("".join(c if c.isprintable() else " " for c in folded).split())


def _short(text: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in text[:400]).split())
    return words if len(words) <= 60 else words[:59] + "…"


def _found(plain: str) -> Iterator[Licence]:
    """Every licence that is named; a bare © only where no Creative Commons licence is."""
    left = plain
    attributed = False
    for pattern, read in _READERS:
        for match in pattern.finditer(left):
            licence = read(match)
            if licence is not None:
                attributed |= licence.id.startswith("CC-BY")
                yield licence
        left = pattern.sub(" ; ", left)
    if not attributed and _HELD.search(left):
        yield _RESERVED


def _stricter(found: list[Licence]) -> Licence:
    distinct = list({licence.id: licence for licence in found}.values())
    if len(distinct) == 1:
        return distinct[0]

    def least(field: str) -> bool | None:
        answers = [getattr(licence, field) for licence in distinct]
        return False if False in answers else None if None in answers else True

    first = min(distinct, key=lambda one: _freedom(one))
    others = ", ".join(one.name for one in distinct if one is not first)
    return replace(
        first,
        commercial=least("commercial"),
        share=least("share"),
        research=least("research"),
        attribution=any(one.attribution for one in distinct) or first.attribution,
        reason=f"{first.reason}; {others} is said too, and the strictest of each counts",
    )


def _freedom(licence: Licence) -> tuple[float, ...]:
    worth = {True: 1.0, None: 0.5, False: 0.0}
    return tuple(worth[x] for x in (licence.commercial, licence.share, licence.research))


def _creative_commons(parts: str, version: str) -> Licence:
    """CC BY with any of NC, ND, SA (https://creativecommons.org/share-your-work/cclicenses/)."""
    letters = re.sub(r"[^a-z]", "", parts)
    has = {
        "NC": "nc" in letters or "noncommercial" in letters,
        "SA": "sa" in letters or "sharealike" in letters,
        "ND": "nd" in letters or "noderiv" in letters,
    }
    named = [part for part in ("NC", "SA", "ND") if has[part]]
    code = "-".join(["BY", *named])
    version = version if "." in version or not version else f"{version}.0"
    says = ["its maker must be named"]
    if has["NC"]:
        says.append("nothing may be earned with it")
    if has["ND"]:
        says.append("nothing made of it may be passed on")
    if has["SA"]:
        says.append("what is made of it is passed on under the same licence")
    if not version:
        says.append("its version is not said")
    name = f"CC {code} {version}".rstrip()
    return Licence(
        f"CC-{code}-{version}" if version else f"CC-{code}",
        name,
        commercial=not has["NC"] and not has["ND"],
        share=not has["ND"],
        attribution=True,
        reason=f"{name}: {', '.join(says)}",
        research=True,
    )


def _free(id: str, name: str, why: str, attribution: bool = False) -> Licence:
    return Licence(id, name, True, True, attribution, f"{name}: {why}", True)


def _no(id: str, name: str, why: str) -> Licence:
    return Licence(id, name, False, False, None, f"{name}: {why}", False)


_CC0 = _free("CC0-1.0", "CC0 1.0", "its maker gives all rights up")
_MARK = _free("CC-PDM-1.0", "Public Domain Mark 1.0", "no rights in it are known anywhere")
_PUBLIC = _free("LicenseRef-public-domain", "public domain", "it is said to be free of rights")
_US_WORK = _free(
    "LicenseRef-US-government", "work of the US government", "it is free of rights in the US"
)
_US_ONLY = Licence(
    "LicenseRef-NoC-US", "public domain in the US", None, None, False,
    "public domain in the US: elsewhere it may have rights", True,
)  # fmt: skip
_NO_KNOWN = Licence(
    "LicenseRef-NKC", "no known copyright restrictions", None, None, None,
    "no known copyright restrictions: nobody promises that there are none", True,
)  # fmt: skip
_RESERVED = _no("LicenseRef-InC", "in copyright", "its holder must be asked")
_NO_TRAINING = _no("LicenseRef-no-training", "no training", "its holder forbids training on it")
_NOT_COMMERCIAL = Licence(
    "LicenseRef-NC", "not for commercial use", False, None, None,
    "not for commercial use: nothing may be earned with it", True,
)  # fmt: skip
_NO_ADAPTATION = Licence(
    "LicenseRef-ND", "no adaptations", False, False, None,
    "no adaptations: nothing made of it may be passed on", True,
)  # fmt: skip

_STATEMENTS = {
    "inc": _RESERVED,
    "inc-ow-eu": _no("LicenseRef-InC-OW-EU", "EU orphan work", "only heritage institutions may"),
    "inc-ruu": _no("LicenseRef-InC-RUU", "in copyright, holder not found", "nobody can allow it"),
    "inc-edu": Licence(
        "LicenseRef-InC-EDU", "in copyright, education only", False, False, None,
        "in copyright, education only: nothing else is allowed", True,
    ),
    "inc-nc": Licence(
        "LicenseRef-InC-NC", "in copyright, not for commercial use", False, None, None,
        "in copyright, not for commercial use: its holder must be asked", True,
    ),
    "noc-nc": Licence(
        "LicenseRef-NoC-NC", "no copyright, not for commercial use", False, True, None,
        "no copyright, not for commercial use: a contract forbids earning with it", True,
    ),
    "noc-cr": Licence(
        "LicenseRef-NoC-CR", "no copyright, with a contract", None, None, None,
        "no copyright, with a contract: the contract must be read", None,
    ),
    "noc-oklr": Licence(
        "LicenseRef-NoC-OKLR", "no copyright, other restrictions", None, None, None,
        "no copyright, other restrictions: another law limits it", None,
    ),
    "noc-us": _US_ONLY,
    "nkc": _NO_KNOWN,
    "cne": replace(_unknown("its copyright was not evaluated"), id="LicenseRef-CNE"),
    "und": replace(_unknown("its copyright is undetermined"), id="LicenseRef-UND"),
}  # fmt: skip
"""https://rightsstatements.org/page/1.0/: the twelve statements by their codes."""

_FREE_WORKS = {
    "gfdl": _free("GFDL-1.3-or-later", "GFDL", "passed on under the same licence", True),
    "lal": _free("LAL-1.3", "Free Art License", "passed on under the same licence", True),
    "ogl": _free("OGL-UK-3.0", "Open Government Licence", "its holder must be named", True),
    "etalab": _free("etalab-2.0", "Licence Ouverte", "its holder must be named", True),
}

_MODIFIERS = r"non[\s-]*commercial|no[\s-]*deriv[a-z]*|share[\s-]*alike"
_VERSION = r"(?:[\s/_-]*(?:v|version)?[\s.]*([1-4](?:\.[0-9])?)(?![0-9]))?"


def _address(match: re.Match[str]) -> Licence | None:
    what, version = match[1], match[2] or ""
    if what.startswith("by"):
        return _creative_commons(what, version)
    return {"zero": _CC0, "mark": _MARK, "publicdomain": _PUBLIC}.get(what)


_READERS = [
    (
        re.compile(r"(?:https?://)?(?:www\.)?creativecommons\.org/(?:licen[cs]es|publicdomain)/"
                   r"([a-z-]+)(?:/([0-9]\.[0-9]))?[^\s,;)]*"),
        _address,
    ),
    (
        re.compile(r"(?:https?://)?(?:www\.)?rightsstatements\.org/(?:vocab|page)/([a-z-]+)"
                   r"[^\s,;)]*"),
        lambda m: _STATEMENTS.get(m[1]),
    ),
    (
        re.compile(r"\bno[\s-]?ai\b|\b(?:no|not for|without|against)\b[^.;]{0,30}?\b(?:ai|a\.i\.|"
                   r"machine learning|training|data mining|tdm)\b"
                   r"|\bdata mining[^.;]{0,20}reserved"),
        lambda m: _NO_TRAINING,
    ),
    (
        re.compile(r"\bcc[\s_:-]*by((?:[\s/_-]*(?:nc|nd|sa)\b|[\s/_-]*(?:nc|nd|sa)(?=[\s/_-]))*)"
                   + _VERSION),
        lambda m: _creative_commons(m[1], m[2] or ""),
    ),
    (
        re.compile(r"\bby((?:[_-](?:nc|nd|sa))+)\b" + _VERSION),
        lambda m: _creative_commons(m[1], m[2] or ""),
    ),
    (
        re.compile(rf"\battribution((?:[\s,-]*(?:{_MODIFIERS}))+)" + _VERSION),
        lambda m: _creative_commons(m[1], m[2] or ""),
    ),
    (
        re.compile(r"\b(?:creative commons|cc)[\s,-]+attribution()" + _VERSION),
        lambda m: _creative_commons("", m[2] or ""),
    ),
    (
        re.compile(r"\battribution()(?= licen[cs]e|[\s-]*[1-4]\.[0-9])" + _VERSION),
        lambda m: _creative_commons("", m[2] or ""),
    ),
    (
        re.compile(r"\b(?:cc|creative commons)[\s_-]*(?:0|zero)(?![0-9.])(?:[\s_-]*v?1\.0)?"
                   r"(?:[\s(]*universal)?(?:[\s)]*public domain dedication)?"),
        lambda m: _CC0,
    ),
    (re.compile(r"\bpublic domain mark(?: 1\.0)?|\bcc[\s_-]pdm?(?:-1\.0)?\b|\bpdm\b"),
     lambda m: _MARK),
    (
        re.compile(r"\b(?:no|without) (?:known|apparent) (?:copyright|restrictions?)"
                   r"[a-z ]*|\bnkcr?\b"),
        lambda m: _NO_KNOWN,
    ),
    (re.compile(r"\b(?:copyright|rights?)(?: status)?:? (?:is |are )?(?:not evaluated|"
                r"undetermined|unknown|unclear)"), lambda m: _unknown("its rights are not known")),
    (re.compile(r"\b(?:united states|u\.?s\.?|us federal)[\s-]*gov(?:ernment|t)?[\s-]*works?\b|"
                r"\bpd[\s_-]us[\s_-]?gov[a-z-]*"), lambda m: _US_WORK),
    (
        re.compile(r"\bpd[\s_-]us\b[a-z0-9-]*|\b(?:public domain|no copyright|not in copyright)"
                   r"[\s,(-]*(?:only )?(?:in|-)? ?(?:the )?(?:united states|usa?\b|u\.s\.)"),
        lambda m: _US_ONLY,
    ),
    (
        re.compile(r"\bpublic[\s_-]*domain\b|\bpd(?:-[a-z0-9-]+)?\b|\bdomaine public\b|"
                   r"\bgemeinfrei\b|\bdom[ií]nio p[uú]blico\b|\bpubblico dominio\b|"
                   r"\bpubliek domein\b|パブリックドメイン|公有领域|"
                   r"\b(?:not in|out of|free of|no) copyright\b|\bcopyright (?:has )?expired\b"),
        lambda m: _PUBLIC,
    ),
    (
        re.compile(r"\bnot for commercial|\bnon-?\s?commercial|\b(?:personal|private|educational)"
                   r"(?: or [a-z]+)? uses? only"),
        lambda m: _NOT_COMMERCIAL,
    ),
    (re.compile(r"\bno[\s-]*deriv[a-z]*|\bno adaptations?|\bmay not be altered"),
     lambda m: _NO_ADAPTATION),
    (
        re.compile(r"\b(?:all|some)? ?rights? reserved|\balle rechte vorbehalten|"
                   r"\btous droits r[eé]serv[eé]s|\btodos los derechos reservados|"
                   r"\btutti i diritti riservati|\bin copyright\b|\bunder copyright\b|"
                   r"\bcopyrighted\b|\binc-1\.0\b"),
        lambda m: _RESERVED,
    ),
    (re.compile(r"\bgfdl\b|\bgnu free documentation licen[cs]e"), lambda m: _FREE_WORKS["gfdl"]),
    (re.compile(r"\bfree art licen[cs]e|\bfal\b|\blal-1\.[23]"), lambda m: _FREE_WORKS["lal"]),
    (re.compile(r"\bogl\b|\bopen government licen[cs]e|\bogl-uk-[123]\.0"),
     lambda m: _FREE_WORKS["ogl"]),
    (re.compile(r"\betalab|\blicence ouverte"), lambda m: _FREE_WORKS["etalab"]),
]  # fmt: skip
"""What is looked for, in order; what one has read the next ones do not see."""

_HELD = re.compile(r"©|\(c\)|\bcopyright\b|\bcopr\b")

_NEGATED = re.compile(
    r"\b(?:not|no longer|never|isn't|aren't|nicht|kein|keine|pas|non|neither)\b[^.;:]{0,24}"
    r"(?:\bpublic[\s-]*domain|\bcc[\s-]*0|\bcc[\s-]*by|\bcreative commons|\bgemeinfrei|"
    r"\bdomaine public|\bunder (?:a|any) licen[cs]e|\blicen[cs]ed)"
)
