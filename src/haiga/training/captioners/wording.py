"""Titles and long captions made into short, plain ones: names, places and dates are left out.

A name cannot be seen in a picture, and a captioner that learns names tells untruths. What is
a name is told from the texts themselves: words that stand in lower case inside sentences are
common words, all others are names (as truecasing does it: Lita et al. 2003, "tRuEcasIng").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

MOST_WORDS = 14
FOREIGN = frozenset(
    """
    de la le les des du der die das den dem und van het een con el il del dei della met en et y di
    da do dos um uma une un au aux à los las al im am zum zur mit von vor bei och i på med ved og
    l d sur dans avec pour saint-jean sainte vierge bildnis retrato ritratto portret paysage
    """.split()
)
"""Where a title holds one of these (but the first) it is not taken for English."""
LINKS = frozenset(
    """
    a an the of in on at with to by for from and or near along under over into through behind
    before after between against upon off outside inside around beside above below across his her
    their its as is are was were being be which who that this these where while it he she they
    """.split()
)
"""Words that cannot end a caption, nor begin one but for articles."""
ARTICLES = ("a", "an", "the")
TITLES = {
    "mrs": "a woman", "miss": "a woman", "lady": "a woman", "madame": "a woman",
    "mme": "a woman", "mademoiselle": "a woman", "countess": "a woman", "duchess": "a woman",
    "queen": "a woman", "princess": "a woman", "empress": "a woman", "infanta": "a woman",
    "mr": "a man", "sir": "a man", "lord": "a man", "captain": "a man", "king": "a man",
    "prince": "a man", "duke": "a man", "earl": "a man", "count": "a man", "pope": "a man",
    "cardinal": "a man", "general": "a man", "colonel": "a man", "admiral": "a man",
    "baron": "a man", "emperor": "a man", "bishop": "a man", "dr": "a man", "don": "a man",
    "monsieur": "a man", "reverend": "a man",
}  # fmt: skip
"""What is seen of somebody who is named with a title."""
COUNTABLE = frozenset(
    """
    man woman boy girl child baby mother father family lady soldier worker workman farmer rider
    horse cow dog cat bird sheep goat house church village town street road farm barn mill bridge
    castle temple garden park field orchard vineyard forest wood grove tree river lake stream
    waterfall pond harbor harbour port beach coast bay cliff valley hill mountain volcano landscape
    seascape view portrait self-portrait still-life study sketch scene interior room kitchen table
    bowl vase basket bouquet bottle boat ship train locomotive plane airplane bomber tank truck car
    wagon dance market fair party battle storm sunset sunrise cabin cottage store shop factory plant
    dam yard station railroad cottage woodland welder mechanic painter carpenter riveter trainee
    girl group crowd couple nude saint angel shepherd shepherdess peasant monk nun musician dancer
    young old son wife daughter herder wooded winter summer mountainous
    general large small country freight diesel steel
    copper rocky river rural night bombing welding switch roundhouse tobacco sugar cotton fisherman
    """.split()
)
"""Words before which an article is missing when a caption begins with them."""
DANGLING = frozenset(
    """
    out up down one two on off then also vicinity right left part possibly probably just being
    """.split()
)
_BEGIN = frozenset("The There He She It This They A An After Before Note In At".split())
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?|[\d][\w./-]*|[.,;:()\[\]?!\"“”&]")


class CommonWords:
    """The words that are no names, learned from texts in which case still tells the two apart.

    A word that begins a line or a sentence says nothing and is not counted.
    """

    def __init__(self, texts: Iterable[str], also: Iterable[str] = ()) -> None:
        low: Counter[str] = Counter()
        high: Counter[str] = Counter()
        for text in texts:
            if is_title_case(text):
                continue
            for line in text.splitlines():
                for match in _WORD.finditer(line):
                    before = line[: match.start()].rstrip()
                    if before and before[-1] not in '.?!("[“':
                        word = match[0]
                        (low if word.islower() else high)[word.lower()] += 1
        self._known = {w for w, n in low.items() if n >= 2 and n >= 0.6 * (n + high[w])}
        self._known.update(also)

    def __contains__(self, word: str) -> bool:
        return word in self._known or word in LINKS or word in COUNTABLE


def is_title_case(text: str) -> bool:
    """Whether most of its longer words after the first have a capital, so that case tells nothing.

    A text of one word is one too.
    """
    longer = [m[0] for m in _WORD.finditer(text) if m[0].lower() not in LINKS][1:]
    return sum(w[0].isupper() for w in longer) >= 0.6 * len(longer)


def is_english(text: str) -> bool:
    """Whether a title holds none of the small words of other languages."""
    found = [m[0].lower() for m in _WORD.finditer(text)]
    if "l'" in text.lower() or "d'" in text.lower():
        return False
    return not any(word in FOREIGN for word in found) and text.isascii()


def plain_caption(text: str, common: CommonWords, *, sentences: bool = False) -> str:
    """One title or caption in plain lower-case words without names; "" where nothing is left.

    `sentences` says that the text is a sentence, in which a capital always marks a name.

    Takes the first sentence, at most `MOST_WORDS` words of it, cut where a clause ends.
    """
    text = re.sub(r"\[i\. ?e\.[^\]]*\]|\([^)]*\)|[\"“”]", " ", text)
    text = re.sub(r"\b([A-Z])\.(?=\s?[A-Z])", r"\1", text)  # initials end no sentence
    titled = is_title_case(text) and not sentences
    pieces: list[str] = []
    begins = True
    for match in _TOKEN.finditer(text):
        token = match[0]
        word = token.rstrip(".").lower().replace("’", "'")
        ends = token.endswith(".") and len(word) > 3 and word in common
        if token in _BEGIN and any(piece not in (",", "|") for piece in pieces):
            break
        if token in (".", "?", "!", ";", ":") and pieces:
            break
        if token in (",", "(", "[", ")", "]"):
            pieces.append(",")
        elif word in TITLES and text[match.end() : match.end() + 2].strip()[:1].isupper():
            pieces.append(TITLES[word] + " ")
        elif begins and sentences and re.match(r"\s+[A-Z]", text[match.end() :]):
            pieces.append("|" if token not in ("A", "An", "The") else word)
        elif (
            begins
            and sentences
            and re.match(r"\s+[a-z]", text[match.end() :])
            and word[:1].isalpha()
        ):
            pieces.append(word)  # names seldom begin a text and go on in lower case
        elif _is_common(token, word, common, believe_case=not (titled or begins)):
            pieces.append(word)
        else:
            pieces.append("|")  # a name, a number or a sign stood here
        begins = begins and token in ("[", "(")
        if ends:
            break
    return _joined(pieces)


def _is_common(token: str, word: str, common: CommonWords, *, believe_case: bool) -> bool:
    if not word[:1].isalpha() or (len(word) == 1 and word != "a"):
        return False
    return token[0].islower() if believe_case else word in common


def _joined(pieces: Sequence[str]) -> str:
    """The words between names, each run without small words that hang in the air."""
    runs: list[list[str]] = [[]]
    for i, piece in enumerate(pieces):
        if piece in ("|", ","):
            after = next((p for p in pieces[i:] if p != "|"), ",")
            if piece == "|" and after != "," and after not in LINKS:
                runs[-1] = _before_last_link(runs[-1])  # the noun stood behind the name
            runs.append([])
        else:
            runs[-1] += piece.split()
    kept: list[str] = []
    for run in map(_trimmed, runs):
        if not kept:
            while run and run[0] in LINKS and run[0] not in ARTICLES:
                run.pop(0)
        if not run:
            continue
        if kept and len(kept) + len(run) > MOST_WORDS:
            break
        if " ".join(kept) in ("a woman", "a man") and run[0] in ARTICLES and len(run) > 1:
            kept = []  # "Mrs. Davis, a riveter": the second says more
        goes_on = run[0] in LINKS and run[0] not in ARTICLES
        fits = not kept or goes_on or run[0].endswith(("ing", "ed"))
        if fits:
            kept += run[:MOST_WORDS]
    kept = _trimmed(kept)
    if kept and _wants_article(kept):
        kept.insert(0, "an" if kept[0][0] in "aeiou" else "a")
    return " ".join(kept)


def _before_last_link(run: Sequence[str]) -> list[str]:
    links = [i for i, word in enumerate(run) if word in LINKS]
    return list(run[: links[-1]]) if links else list(run)


def _wants_article(words: Sequence[str]) -> bool:
    """Whether a caption begins with a thing of which there is one, and no article is there."""
    if words[0] not in COUNTABLE and not words[0].endswith(("eer", "ader", "ctor", "nant", "ist")):
        return False
    ends = [i for i, w in enumerate(words) if w in LINKS or (i and w.endswith(("ing", "ed")))]
    head = words[(ends[0] if ends else len(words)) - 1]
    many = head.endswith("s") and not head.endswith("ss")
    return not many and head not in ("children", "people", "women", "men", "cattle", "sheep")


def _trimmed(run: Sequence[str]) -> list[str]:
    words = list(run)
    while words and (words[-1] in LINKS or words[-1] in DANGLING):
        words.pop()
    return words if any(word not in LINKS for word in words) else []


def listed(names: Sequence[str]) -> str:
    """Names as English lists them: "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]
