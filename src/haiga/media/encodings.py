"""Bytes to text: which encoding a file is in, and what has to be said about it.

UTF-8 first, then a byte-order mark; anything else is guessed by charset-normalizer
(https://charset-normalizer.readthedocs.io), and a guess is always told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from haiga.core.errors import UserError

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),  # before UTF-16, whose mark it begins with
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

NOT_TEXT = (
    (b"PK\x03\x04", "a zip archive or an office document", "unpack it, or save it as plain text"),
    (b"%PDF-", "a PDF", "save its text in a .txt file"),
    (b"{\\rtf", "an RTF document", "save it as plain text"),
    (b"\xd0\xcf\x11\xe0", "an office document", "save it as plain text"),
    (b"\x89PNG", "a picture", "give a text file"),
    (b"\xff\xd8\xff", "a picture", "give a text file"),
    (b"GIF8", "a picture", "give a text file"),
    (b"PAR1", "a Parquet file", "save it as CSV"),
    (b"SQLite format 3", "a database", "save its table as CSV"),
    (b"BZh", "a compressed file", "unpack it, or compress it as .gz"),
    (b"\xfd7zXZ", "a compressed file", "unpack it, or compress it as .gz"),
    (b"7z\xbc\xaf", "a compressed file", "unpack it, or compress it as .gz"),
)
"""How files begin that people mistake for text: bytes, what it is, what to do."""

ONE_BYTE = tuple(
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859_2 iso8859_5 iso8859_7 "
    "koi8_r mac_roman cp437 cp850 cp866 cp874".split()
)
TWO_BYTES = tuple("cp932 euc_jp gb18030 big5 cp949".split())
"""The encodings that are thought of: those that text files are really found in."""

_TYPOGRAPHY = "‘’“”…–—"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROLS = bytes({*range(1, 9), *range(14, 27), *range(28, 32), 127})
_BINARY_SHARE = 0.01  # of control bytes, or of NULs; compressed data have a tenth
_SAMPLE = 200_000  # bytes shown to the detector: lines that are not ASCII
_ESCAPED = re.compile("[\udc80-\udcff]")
_NAMES = {"latin_1": "ISO-8859-1", "utf_8": "UTF-8"}


@dataclass(frozen=True)
class Decoded:
    """A file's text, and what must be said: "not UTF-8; read as windows-1252"."""

    text: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, name: str) -> Decoded:
    """The text in a file's bytes, without byte-order mark and NULs; `name` is for messages.

    Raises `UserError` when the bytes are no text, or none that can be told.
    """
    for start, what, remedy in NOT_TEXT:
        if data.startswith(start):
            raise UserError(f"{name}: is {what}, not text; {remedy}")
    decoded = _by_bom(data) or _utf_16_without_bom(data)
    if decoded is None:
        _refuse_binary(data, name)
        decoded = _utf_8(data) or _guessed(data, name)
    nuls = decoded.text.count("\0")
    if not nuls:
        return decoded
    said = f"{nuls} NUL {'byte' if nuls == 1 else 'bytes'} left out"
    return Decoded(decoded.text.replace("\0", ""), (*decoded.notes, said))


def _by_bom(data: bytes) -> Decoded | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            if encoding == "utf-8":
                return _utf_8(data[len(mark) :])
            text = data[len(mark) :].decode(encoding, "replace")
            lost = text.count("\ufffd")
            if lost > _BINARY_SHARE * len(text):
                return None  # two bytes that only look like a mark
            said = (f"{encoding.upper()} with {lost} damaged characters",) if lost else ()
            return Decoded(text, said)
    return None


def _utf_16_without_bom(data: bytes) -> Decoded | None:
    """UTF-16 by its NULs: Latin letters have one each, other scripts at spaces and line ends.

    They stand in every second byte and hardly any elsewhere. Where they are few, the text
    must be without a fault: letters of any script, marks, spaces and line ends.
    """
    sample = data[:65_536]
    pairs = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if pairs < 2 or max(even, odd) < max(2, 0.01 * pairs) or min(even, odd) > max(even, odd) / 8:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = data.decode(encoding, "replace")
    shown = text[:32_768]
    faults = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in shown)
    allowed = _BINARY_SHARE * len(shown) if max(even, odd) >= 0.4 * pairs else 0
    if faults > max(allowed, len(data) % 2):  # half a character at the end is one
        return None
    return Decoded(text, (f"not UTF-8; read as {_pretty(encoding)}",))


def _refuse_binary(data: bytes, name: str) -> None:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if max(controls, data.count(0)) > max(3, _BINARY_SHARE * len(data)):
        raise UserError(f"{name}: is a binary file, not text; give a text file")


def _utf_8(data: bytes) -> Decoded | None:
    """UTF-8, also where a few bytes in it are not; `None` when most are not."""
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    strays = len(_ESCAPED.findall(text))
    sound = sum(1 for _ in re.finditer("[^\0-\x7f\udc80-\udcff]", text))
    if sound < 3 * strays:
        return None
    mended = _ESCAPED.sub(
        lambda found: bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace"), text
    )
    bytes_ = "1 byte that is" if strays == 1 else f"{strays} bytes that are"
    return Decoded(mended, (f"UTF-8 with {bytes_} not; read as windows-1252 there",))


def _guessed(data: bytes, name: str) -> Decoded:
    from charset_normalizer import from_bytes  # takes 30 ms to import, and is seldom needed

    sample = _telling(data)
    beyond = (len(data) - len(data.translate(None, bytes(range(128, 256))))) / len(data)
    # Where few bytes are beyond ASCII no character takes two (a Mac dash is not `ﾑ`), and
    # what language the detector sees hangs on a letter or two.
    thought_of = [*ONE_BYTE, *(TWO_BYTES if beyond > 0.05 else ())]
    scores = {
        encoding: match.coherence * (beyond > 0.03)
        - match.chaos
        + _prior(encoding)
        + _looks(sample, encoding)
        for match in from_bytes(sample, steps=20, cp_isolation=thought_of)
        for encoding in match.could_be_from_charset
    }
    close = sorted(scores, key=lambda encoding: -scores[encoding])  # stable: else as found
    if not close and _looks(sample, "cp1252") > 0:
        close = ["cp1252"]  # `Oh!...!—` is too little for the detector
    for encoding in close:
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        return Decoded(text, (f"not UTF-8; read as {_pretty(encoding)}",))
    if close:
        text = data.decode(close[0], "replace")
        lost = text.count("\ufffd")
        said = f"not UTF-8; read as {_pretty(close[0])}, with {lost} damaged characters"
        return Decoded(text, (said,))
    raise UserError(f"{name}: is in no encoding that can be told; save it as UTF-8")


def _prior(encoding: str) -> float:
    """What an encoding has ahead of others, in the detector's coherence (0 to 1).

    charset-normalizer 3.5 takes the first by name of those that fit equally well,
    cp1250 before cp1252, and `naïve` becomes `naďve`. Bytes that pair without a fault
    are seldom anything but pairs.
    """
    if encoding in TWO_BYTES:
        return 0.3
    return {"cp1252": 0.03, "cp437": -0.1, "cp850": -0.1, "cp866": -0.1, "cp874": -0.1}.get(
        encoding, 0.0
    )


def _looks(sample: bytes, encoding: str) -> float:
    """How the characters beyond ASCII stand, each from -1 (odd) to 0.3 (at home), on average.

    At home are curly quotation marks and dashes where prose has them. Odd are capitals
    within a word, other alphabets within a Latin word, and symbols beside letters.
    """
    text = sample[:20_000].decode(encoding, "ignore")
    places = [match.start() for match in re.finditer("[^\0-\x7f]", text)]
    return sum(_look(text, place) for place in places) / max(1, len(places))


def _look(text: str, place: int) -> float:
    char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if char in _TYPOGRAPHY:
        opens, closes = char in "‘“", char in "’”"
        return 0.3 * ((opens and not before.isalnum()) or (closes and not before.isspace())
                      or not (opens or closes))  # fmt: skip
    if not char.isalpha():
        return -1.0 * (before.isalpha() or after.isalpha())
    if char.isupper():
        alone = not before.isalpha() and not after.isalpha()
        return -1.0 * (before.islower() or (alone and not before.isspace()))
    foreign = char > "\u024f"  # beyond the Latin alphabet
    return -1.0 * (
        foreign and ((before + after).isascii() and (before.isalpha() or after.isalpha()))
    )


def _telling(data: bytes) -> bytes:
    """The lines that tell an encoding: those with bytes beyond ASCII, up to a limit.

    The detector looks at a few places only; in a large file in English it would
    see nothing but ASCII there. Long lines are thinned to such words: a space, a
    comma or a quotation mark is never the second half of a character.
    """
    found: list[bytes] = []
    size = end = 0
    while size < _SAMPLE and (place := _BEYOND_ASCII.search(data, end)):
        begin = data.rfind(b"\n", 0, place.start()) + 1
        end = data.find(b"\n", place.end())
        end = len(data) if end < 0 else end
        line = data[begin : min(end, begin + 40 * _SAMPLE)]
        if len(line) > 4_000:
            words = (word for word in re.split(rb'[\s",]+', line) if not word.isascii())
            line = b" ".join(words)
            line = line[: _SAMPLE + 1].rpartition(b" ")[0] if len(line) > _SAMPLE else line
        found.append(line)
        size += len(line) + 1
    return b"\n".join(found)


def _pretty(encoding: str) -> str:
    """The name people know: cp1252 is windows-1252, iso8859_2 is ISO-8859-2."""
    if encoding in _NAMES:
        return _NAMES[encoding]
    if re.fullmatch(r"cp125\d", encoding):
        return "windows-" + encoding[2:]
    if encoding.startswith("iso8859_"):
        return "ISO-8859-" + encoding[8:]
    return encoding.replace("_", "-").upper() if encoding.startswith("utf") else encoding
