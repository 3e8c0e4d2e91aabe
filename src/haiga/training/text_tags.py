"""Parts of speech for the poets' words: a dictionary of tags, and a tagger learned from it.

The dictionary lists what each word can be (closed classes by hand, the rest from
lemminflect's tables and the Brill lexicon in textblob). A bigram hidden Markov model is then
fitted to the poems themselves by a few rounds of expectation-maximisation, each word
confined to its listed tags (Merialdo 1994), so that `blows` is a verb after `wind` and
a noun after `the`.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

CLOSED: dict[str, str] = {
    "DT1": "a an this that each every another one either neither",
    "DTN": "these those many few several both two three four five six seven eight nine ten "
    "twelve twenty hundred thousand",
    "DT": "the some any no all such what which half",
    "PRS": "he she it this that one nothing something everything everyone nobody someone "
    "none all anything",
    "PRP": "we you they these those many few all both others some",
    "PRI": "i",
    "PRO": "me him us them her you it myself himself herself itself themselves yourself "
    "ourselves each another",
    "PSS": "my your his her its our their 's",
    "BEZ": "is it's that's he's she's there's what's who's here's where's",
    "BEP": "are you're we're they're am i'm",
    "BED": "was were",
    "BE": "be been being",
    "HVZ": "has",
    "HVP": "have i've we've you've they've",
    "HVD": "had i'd he'd she'd we'd they'd you'd",
    "DO": "do does did don't doesn't didn't",
    "MD": "will shall would should can could may might must cannot can't won't i'll we'll you'll "
    "he'll she'll it'll they'll couldn't wouldn't let let's need dare",
    "NOT": "not never isn't wasn't aren't",
    "TO": "to",
    "IN": "of in on at by with from into for over under through across between among against "
    "upon above below beneath beside behind before after along around toward towards within "
    "without near down up past beyond amid like about off out round to until since than "
    "inside outside underneath throughout during except",
    "CC": "and or but nor yet",
    "CS": "that if as while because though although than until since before after when where "
    "lest unless once so whether",
    "WH": "who which that whose whom what",
    "WRB": "when where how why while whenever wherever",
    "RB": "now here there then still again once too so very only just even ever soon often "
    "always away down up out in off over by back home alone together apart far near along "
    "around forth about almost quite more most less already perhaps well not yet today tonight "
    "tomorrow yesterday everywhere nowhere somewhere below above inside outside overhead late "
    "early long high low deep fast slow hard not never aside ago enough all behind beyond",
    "EX": "there",
    "UH": "oh ah o hush yes no hark see look hello",
}
MARK_TAGS = {",": "COMMA", ";": "STOP", ".": "STOP", "—": "STOP", "!": "STOP", "?": "STOP"}
OPEN = ("NN", "NNS", "JJ", "JJR", "RB", "VB", "VBZ", "VBD", "VBG", "VBN")
TAGS = tuple(dict.fromkeys(["COMMA", "STOP", *CLOSED, *OPEN]))
_PENN = {
    "NN": "NN", "NNS": "NNS", "NNP": "NN", "NNPS": "NNS", "JJ": "JJ", "JJR": "JJR", "JJS": "JJR",
    "RB": "RB", "RBR": "RB", "RBS": "RB", "VB": "VB", "VBP": "VB", "VBZ": "VBZ", "VBD": "VBD",
    "VBG": "VBG", "VBN": "VBN", "CD": "DTN", "IN": "IN", "UH": "UH",
}  # fmt: skip

Floats = npt.NDArray[np.float64]


def _brill_lexicon() -> dict[str, str]:
    import textblob

    file = Path(textblob.__file__).parent / "en" / "en-lexicon.txt"
    pairs = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return {p[0].lower(): p[1] for p in pairs if len(p) == 2 and not p[0].startswith(";;;")}


def _possible(word: str) -> list[str]:
    import lemminflect

    found: list[str] = []
    for kind, lemmas in lemminflect.getAllLemmas(word).items():
        for lemma in lemmas:
            for tag, forms in lemminflect.getAllInflections(lemma, kind).items():
                if word in forms and tag in _PENN:
                    found.append(_PENN[tag])
    if "NN" in found and "NNS" in found and word not in _SAME_PLURAL:
        found = [tag for tag in found if tag != "NNS"]
    return list(dict.fromkeys(found))


def tag_dictionary(words: Sequence[str]) -> dict[str, list[str]]:
    """The tags each word can have, the likeliest first; marks have one, specials none."""
    brill = _brill_lexicon()
    closed = collections.defaultdict(list)
    for tag, listed in CLOSED.items():
        for word in listed.split():
            closed[word].append(tag)
    out: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("<"):
            continue
        if word in MARK_TAGS:
            out[word] = [MARK_TAGS[word]]
        elif word in closed:
            out[word] = list(dict.fromkeys(closed[word]))
            if word in _CLOSED_TOO:
                out[word] += [t for t in _CLOSED_TOO[word].split() if t not in out[word]]
        else:
            first = _PENN.get(brill.get(word, ""))
            tags = ([first] if first else []) + _possible(word)
            if not tags:
                tags = ["RB"] if word.endswith("ly") else ["NNS" if word.endswith("s") else "NN"]
            out[word] = list(dict.fromkeys(tags))
    return out


_SAME_PLURAL = {"sheep", "deer", "fish", "trout", "salmon", "swine", "carp", "quail", "grouse"}
_CLOSED_TOO = {
    "still": "JJ", "far": "JJ", "near": "JJ VB", "well": "NN", "late": "JJ", "early": "JJ",
    "long": "JJ VB", "high": "JJ", "low": "JJ", "deep": "JJ NN", "fast": "JJ", "slow": "JJ VB",
    "hard": "JJ", "back": "NN JJ", "home": "NN", "alone": "JJ", "past": "NN JJ", "round": "JJ",
    "like": "VB JJ", "look": "VB NN", "see": "VB", "need": "VB NN", "let": "VB", "being": "NN VBG",
    "may": "NN", "will": "NN", "might": "NN", "more": "JJ DTN", "most": "JJ DTN", "less": "JJ DTN",
    "so": "CS", "hush": "NN VB", "do": "VB", "have": "VB", "had": "VBN", "hundred": "NN",
    "down": "NN", "outside": "NN", "inside": "NN", "half": "NN RB", "one": "NN", "today": "NN",
    "tonight": "NN", "tomorrow": "NN", "yesterday": "NN", "over": "JJ", "enough": "DTN",
}  # fmt: skip


def _allowed(words: Sequence[str], dictionary: dict[str, list[str]]) -> Floats:
    """(V, T): weight of each tag a word can have, the first listed three times the others."""
    table = np.zeros((len(words), len(TAGS)))
    for row, word in enumerate(words):
        for rank, tag in enumerate(dictionary.get(word, ())):
            table[row, TAGS.index(tag)] = 3.0 if rank == 0 else 1.0
    return np.asarray(table / np.maximum(1.0, table.sum(1, keepdims=True)))


def fit(
    sequences: Sequence[npt.NDArray[np.int64]],
    words: Sequence[str],
    dictionary: dict[str, list[str]],
    *,
    rounds: int = 4,
) -> tuple[Floats, Floats]:
    """Expectation-maximisation over word-number sequences (no newlines, no unknown words).

    Returns P(tag | tag before) (T, T), whose rows sum to 1, and P(tag | word) (V, T).
    """
    allowed = _allowed(words, dictionary)
    length = 24
    flat = np.concatenate(list(sequences))
    grid = flat[: len(flat) // length * length].reshape(-1, length)  # (N, L)
    tag_of = allowed.copy()
    given = allowed  # P(tag | word)
    t = len(TAGS)
    prior = np.full(t, 1.0 / t)
    # The first transitions come from each word's own tags, as if neighbours were independent.
    move = np.einsum("nlt,nlu->tu", given[grid[:, :-1]], given[grid[:, 1:]]) + 0.1
    for _ in range(rounds):
        move = move / move.sum(1, keepdims=True)
        counts, pairs = np.zeros_like(allowed), np.full((t, t), 0.1)
        for start in range(0, len(grid), 4096):
            part = grid[start : start + 4096]
            # emission up to a constant per word: P(word | tag) ~ P(tag | word) / P(tag)
            emit = given[part] / prior  # (n, L, T)
            forward = np.empty_like(emit)
            forward[:, 0] = emit[:, 0] * prior
            forward[:, 0] /= forward[:, 0].sum(1, keepdims=True)
            for i in range(1, length):
                forward[:, i] = (forward[:, i - 1] @ move) * emit[:, i] + 1e-30
                forward[:, i] /= forward[:, i].sum(1, keepdims=True)
            back = np.ones((len(part), t))
            for i in range(length - 1, -1, -1):
                both = forward[:, i] * back
                both /= both.sum(1, keepdims=True)
                np.add.at(counts, part[:, i], both)
                if i:
                    right = emit[:, i] * back  # (n, T)
                    joint_norm = ((forward[:, i - 1] @ move) * right).sum(1, keepdims=True)
                    pairs += forward[:, i - 1].T @ (right / (joint_norm + 1e-30)) * move
                    back = right @ move.T
                    back /= back.sum(1, keepdims=True) + 1e-30
        move = pairs
        smooth = counts + 2.0 * allowed
        tag_of = smooth / np.maximum(1e-9, smooth.sum(1, keepdims=True))
        given = tag_of
        prior = counts.sum(0) / counts.sum() + 1e-6
        prior /= prior.sum()
    return move / move.sum(1, keepdims=True), tag_of


def viterbi(
    sequence: Sequence[int], move: Floats, tag_of: Floats, prior: Floats
) -> npt.NDArray[np.int64]:
    """The likeliest tags of one sequence of word numbers."""
    with np.errstate(divide="ignore"):
        log_move = np.log(move)
        emit = np.log(tag_of[np.asarray(sequence)] / prior)
        score = emit[0] + np.log(prior)
    steps = []
    for row in emit[1:]:
        through = score[:, None] + log_move
        steps.append(through.argmax(0))
        score = through.max(0) + row
    path = [int(score.argmax())]
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return np.asarray(path[::-1])
