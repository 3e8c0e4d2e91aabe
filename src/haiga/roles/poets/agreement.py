"""Whether subjects and verbs agree in number: `the winds are`, never `the winds is`.

Only be and have are judged, and only where the subject stands right before them.
A small network knows better than chance which form follows, and errs often enough
for a reader to stumble; of many drafts one that does not err is soon found.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

ONE = frozenset("is was has isn't wasn't hasn't".split())
MANY = frozenset("are were have aren't weren't haven't".split())
_SUBJECTS = {
    "i": "i", "he": "one", "she": "one", "it": "one", "this": "one", "that": "one",
    "we": "many", "you": "many", "they": "many", "these": "many", "those": "many", "ye": "many",
}  # fmt: skip
_WRONG_WITH_I = frozenset("is are were has isn't aren't weren't hasn't".split())
_STOPS = frozenset(". , ; : ! ? —".split()) | frozenset(
    """
    and or but for when while that which who whom what as if though because where than then till
    until since so am be been do does did will would shall should can could may might must not
    there here how why nor yet ere lest o oh ah lo
    """.split()
)
_PREPOSITIONS = frozenset(
    """
    of in on at by with from into for over under through across between among against upon above
    below beneath beside behind before after along around round about toward within without near
    down up off to like beyond amid
    """.split()
)
_ONE_OF = frozenset("a an each every one another".split())
_MANY_OF = frozenset("two three four five six seven many few all both several".split())
_ARTICLES = frozenset("the my your his her its our their thy no some any".split())
_MEN = frozenset(
    "men women children people feet teeth geese mice oxen sheep deer folk cattle wolves".split()
)


def disagreements(words: Sequence[str], known: Container[str]) -> int:
    """How many forms of be and have do not agree with their subject.

    `words` are the tokens of a text without line ends; `known` tells words of the
    language, by which a plural is told from a word that ends in s by itself.
    """
    return sum(
        _is_wrong(words, place, known)
        for place, word in enumerate(words)
        if word in ONE or word in MANY
    )


def _is_wrong(words: Sequence[str], place: int, known: Container[str]) -> bool:
    verb = words[place]
    start = place
    while start > 0 and words[start - 1] not in _STOPS and not _is_verb(words[start - 1]):
        start -= 1
    phrase = list(words[start:place])
    if not phrase:
        return False
    if phrase[-1] in _SUBJECTS:
        number = _SUBJECTS[phrase[-1]]
        if number == "i":
            return verb in _WRONG_WITH_I
        return verb in (MANY if number == "one" else ONE)
    first = next((i for i, word in enumerate(phrase) if word in _PREPOSITIONS), len(phrase))
    if first == 0 or phrase[0] in _SUBJECTS:
        return False
    head = phrase[first - 1]
    if head in _ARTICLES | _ONE_OF | _MANY_OF:
        return False
    if any(word in _ONE_OF for word in phrase[:first]):
        many = False
    elif any(word in _MANY_OF for word in phrase[:first]):
        many = True
    else:
        many = is_plural(head, known)
    joined = start > 0 and words[start - 1] in ("and", "or", ",")
    return verb in ONE if many else verb in MANY and not joined


def _is_verb(word: str) -> bool:
    return word in ONE or word in MANY


def is_plural(word: str, known: Container[str]) -> bool:
    """Whether a word looks like a plural: `winds` where `wind` is known, `glass` never."""
    if word in _MEN:
        return True
    if not word.endswith("s") or word.endswith(("ss", "us", "is", "'s")):
        return False
    stems = {word[:-1], word[:-2] if word.endswith("es") else ""}
    if word.endswith("ies"):
        stems.add(word[:-3] + "y")
    if word.endswith("ves"):
        stems |= {word[:-3] + "f", word[:-3] + "fe"}
    return any(stem and stem in known for stem in stems)
