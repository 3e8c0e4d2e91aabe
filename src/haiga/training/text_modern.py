"""Nineteenth-century spelling and grammar into plain present-day English, by rule.

The public-domain poems are mostly old verse. A network trained on them as they
stand knows `thou`, `o'er` and `-eth`, and starves once these are barred from
its poems. So the training text says the same in plain words: `thou singest`
becomes `you sing`, `o'er` `over`, `turn'd` `turned`, `'twas` `it was`.
"""

from __future__ import annotations

import re
from collections.abc import Container

_PHRASES = {
    "'tis": "it is",
    "'twas": "it was",
    "'twill": "it will",
    "'twere": "it were",
    "'twould": "it would",
    "is't": "is it",
    "was't": "was it",
    "t'is": "it is",
    "methinks": "i think",
    "methought": "i thought",
    "on't": "on it",
    "in't": "in it",
    "do't": "do it",
    "for't": "for it",
    "prithee": "please",
    "perchance": "perhaps",
    "mayhap": "perhaps",
    "athwart": "across",
    "whate'er": "whatever",
    "where'er": "wherever",
    "whene'er": "whenever",
    "howe'er": "however",
    "whoe'er": "whoever",
    "forevermore": "for ever",
}
_WORDS = {
    "o'er": "over",
    "e'er": "ever",
    "ne'er": "never",
    "e'en": "even",
    "ev'n": "even",
    "'mid": "amid",
    "mid": "amid",
    "'midst": "amid",
    "'neath": "beneath",
    "neath": "beneath",
    "'gainst": "against",
    "gainst": "against",
    "th'": "the",
    "i'": "in",
    "o'": "of",
    "'mong": "among",
    "mong": "among",
    "'mongst": "among",
    "'round": "round",
    "'twixt": "between",
    "twixt": "between",
    "betwixt": "between",
    "amongst": "among",
    "whilst": "while",
    "amidst": "amid",
    "ere": "before",
    "nigh": "near",
    "unto": "to",
    "oft": "often",
    "ofttimes": "often",
    "morn": "morning",
    "morns": "mornings",
    "eve": "evening",
    "thro'": "through",
    "thro": "through",
    "tho'": "though",
    "tho": "though",
    "altho'": "although",
    "till": "until",
    "'til": "until",
    "spake": "spoke",
    "ye": "you",
    "thee": "you",
    "thou": "you",
    "thy": "your",
    "thyself": "yourself",
    "hath": "has",
    "doth": "does",
    "hast": "have",
    "hadst": "had",
    "dost": "do",
    "didst": "did",
    "wert": "were",
    "wast": "were",
    "canst": "can",
    "couldst": "could",
    "shalt": "shall",
    "wilt": "will",
    "wouldst": "would",
    "shouldst": "should",
    "mayst": "may",
    "mayest": "may",
    "mightst": "might",
    "saith": "says",
    "quoth": "said",
    "nay": "no",
    "yea": "yes",
    "naught": "nothing",
    "nought": "nothing",
    "aught": "anything",
    "hither": "here",
    "thither": "there",
    "whither": "where",
    "whence": "where",
    "thence": "there",
    "wherefore": "why",
    "ev'ry": "every",
    "heav'n": "heaven",
    "heav'ns": "heavens",
    "heav'nly": "heavenly",
    "flow'r": "flower",
    "flow'rs": "flowers",
    "bow'r": "bower",
    "bow'rs": "bowers",
    "tow'r": "tower",
    "tow'rs": "towers",
    "pow'r": "power",
    "pow'rs": "powers",
    "show'r": "shower",
    "show'rs": "showers",
    "ling'ring": "lingering",
    "wand'ring": "wandering",
    "flick'ring": "flickering",
    "glimm'ring": "glimmering",
    "whisp'ring": "whispering",
    "whisp'rings": "whisperings",
    "murm'ring": "murmuring",
    "trav'ler": "traveller",
    "gath'ring": "gathering",
    "wav'ring": "wavering",
    "om'nous": "ominous",
    "op'ning": "opening",
    "ope": "open",
    "opes": "opens",
    "past'ral": "pastoral",
    "vap'rous": "vaporous",
    "list'ning": "listening",
    "glist'ning": "glistening",
    "evening's": "evening's",
    "dewdrop": "dewdrop",
    "steed": "horse",
    "steeds": "horses",
    "billows": "waves",
    "billow": "wave",
    "zephyr": "breeze",
    "zephyrs": "breezes",
    "clime": "land",
    "climes": "lands",
    "erst": "once",
    "yestereve": "last evening",
    "yonder": "that",
    "yon": "that",
    "afar": "far off",
    "aloft": "above",
    "anon": "soon",
    "alway": "always",
    "adown": "down",
    "athirst": "thirsty",
    "vernal": "spring",
    "verdant": "green",
    "azure": "blue",
    "hoary": "white",
    "grey": "gray",
    "ting'd": "tinged",
    "colour": "color",
    "colours": "colors",
    "harbour": "harbor",
    "neighbour": "neighbor",
    "neighbours": "neighbors",
    "favourite": "favorite",
    "ploughed": "plowed",
    "plough": "plow",
    "loth": "loath",
    "sate": "sat",
    "bough's": "bough's",
    "wintry": "winter",
    "rill": "brook",
    "rills": "brooks",
    "streamlet": "brook",
    "beauteous": "beautiful",
    "perfum'd": "perfumed",
    "lo": "see",
    "whereon": "on which",
    "therein": "in it",
    "wherein": "in which",
    "thereon": "on it",
    "thereof": "of it",
    "whereof": "of which",
    "begirt": "ringed",
    "bedight": "decked",
    "ween": "think",
    "trod": "walked",
    "tread": "walk",
    "swain": "lad",
    "main": "main",
    "lea": "meadow",
    "leas": "meadows",
    "mead": "meadow",
    "meads": "meadows",
    "vale": "valley",
    "vales": "valleys",
    "dell": "hollow",
    "dells": "hollows",
    "fount": "spring",
    "founts": "springs",
    "isle": "island",
    "isles": "islands",
    "orb": "moon",
    "bower": "arbor",
    "ether": "air",
    "gloaming": "dusk",
    "eventide": "evening",
    "even-tide": "evening",
    "noontide": "noon",
    "springtide": "spring",
    "wold": "hill",
    "wolds": "hills",
    "linnet": "linnet",
    "lone": "lonely",
    "whisper'd": "whispered",
    "ev'ning": "evening",
    "evenings": "evenings",
    "o'erhead": "overhead",
}
_KEEP_D = {"i'd", "he'd", "she'd", "we'd", "you'd", "they'd", "it'd", "that'd", "who'd", "there'd"}
_AFTER_THOU = {"art": "are"}
_REAL_ETH = {"teeth", "seth", "beth", "meth", "elizabeth", "macbeth", "sheth", "shibboleth"}
_TOKEN = re.compile(r"'?[a-z]+(?:'[a-z]+)*'?|[^a-z']+|'")


def _plain_d(word: str, known: Container[str]) -> str | None:
    stem = word[:-2]
    for candidate in (stem + "ed", stem + "d", stem + "ied" if not stem.endswith("y") else ""):
        if candidate and candidate in known:
            return candidate
    if stem.endswith("y") and stem[:-1] + "ied" in known:
        return stem[:-1] + "ied"
    return None


def _plain_eth(word: str, known: Container[str]) -> str | None:
    stem = word[:-3]
    for candidate in (stem + "es", stem + "s", stem[:-1] + "s" if stem[-2:-1] == stem[-1:] else ""):
        if candidate and candidate in known:
            return candidate
    return None


def _plain_est(word: str, known: Container[str]) -> str | None:
    stems = (word[:-3], word[:-2], word[:-2] + "e") if word.endswith("est") else (word[:-2],)
    for candidate in stems:
        if len(candidate) > 1 and candidate in known:
            return candidate
    return None


def modernise(text: str, known: Container[str]) -> str:
    """The text in plain spelling and grammar; `known` holds present-day words (the CMU dictionary).

    Lower case in, lower case out; punctuation and line breaks stay. What no rule
    covers is left as it is.
    """
    out: list[str] = []
    after_thou = 0
    for token in _TOKEN.findall(text):
        if not token[0].isalpha() and token[0] != "'":
            out.append(token)
            after_thou = after_thou if token == " " else 0
            continue
        new = _PHRASES.get(token) or _WORDS.get(token)
        if new is None:
            word = token.strip("'")
            new = _PHRASES.get(word) or _WORDS.get(word)
        if new is None:
            if after_thou and word in _AFTER_THOU:
                new = _AFTER_THOU[word]
            elif after_thou and word.endswith("st") and len(word) > 4:
                new = _plain_est(word, known)
            elif word.endswith("'d") and word not in _KEEP_D:
                new = _plain_d(word, known)
            elif word.endswith("eth") and len(word) > 3 and word not in _REAL_ETH:
                new = _plain_eth(word, known)
            elif word.endswith("in'"):
                new = word[:-1] + "g"
            elif word == "thine":
                new = "your"
        after_thou = 2 if token in ("thou",) else max(0, after_thou - 1)
        out.append(token if new is None else new)
    return "".join(out)
