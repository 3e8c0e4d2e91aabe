"""Makes the fonts in `src/haiga/gallery/fonts/` from the published web fonts.

Run once by a person, never by haiga (needs `fonttools` and `brotli`):

    npm pack @fontsource/cormorant-garamond@5.3.0 @fontsource/yuji-boku@5.3.0
    python runs/fonts/build_fonts.py FOLDER_WITH_THE_UNPACKED_PACKAGES

Three things are changed, which the Open Font License allows because neither font
reserves its name: the subsets that the packages cut a font into are merged again,
glyphs nobody needs are left out, and the kerning is written in the old `kern`
table, which haiga reads by itself (`gallery/fontfile.py`).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

OUT = Path(__file__).parents[2] / "src" / "haiga" / "gallery" / "fonts"

LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *range(0x1E80, 0x1E86),
    0x1E9E,
    0x1EF2,
    0x1EF3,
    *range(0x2010, 0x2016),
    *range(0x2018, 0x201F),
    0x2020,
    0x2022,
    0x2026,
    0x2032,
    0x2033,
    0x2039,
    0x203A,
    0x2044,
    0x20AC,
    0xFB01,
    0xFB02,
]
LIGATURES = {0xFB01: ("fi", "fi.liga"), 0xFB02: ("fl", "fl.liga")}
# What seals say: seasons, weather, plants, animals, colours, numbers, and the words of names.
SEAL_KANJI = (
    "俳画句詩歌絵書筆墨紙印人心夢風雨雪月花鳥虫魚山川海空星雲霧露霜氷水火木金土石日夜朝夕春夏秋冬"
    "松竹梅桜菊蘭蓮柳楓苔草葉根実森林野原池沼湖泉滝波島里村庭門家寺道橋舟旅白黒赤青緑紫黄銀"
    "一二三四五六七八九十百千万年時古今新古静寂光影音声鶴雁燕雀鷺蛙蝶蛍蝉猫犬馬牛鹿狐狸兎龍亀"
    "子女男母父友君我無有生死天地東西南北上中下大小高深遠近明暗清玄幽真善美愛悲喜楽和安永平"
    "芭蕉蕪村茶一良寛千代尼子規秋桜虚山頭火雅号作也之乃堂庵亭居士翁童仙客主"
)
KANA = [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), 0x30FC]


def kerning(font: TTFont) -> dict[tuple[str, str], int]:
    """Pairs and their horizontal advances (font units) from the `kern` feature of GPOS."""
    pairs: dict[tuple[str, str], int] = {}
    if "GPOS" not in font:
        return pairs
    gpos = font["GPOS"].table
    wanted = {
        i
        for record in gpos.FeatureList.FeatureRecord
        if record.FeatureTag == "kern"
        for i in record.Feature.LookupListIndex
    }
    glyphs = set(font.getGlyphOrder())
    for index in sorted(wanted):
        seen: dict[tuple[str, str], int] = {}
        for sub in gpos.LookupList.Lookup[index].SubTable:
            table = getattr(sub, "ExtSubTable", sub)
            if table.LookupType != 2:
                continue
            _read_pairs(table, glyphs, seen)
        for pair, value in seen.items():
            pairs[pair] = pairs.get(pair, 0) + value
    return pairs


def _read_pairs(table: Any, glyphs: set[str], seen: dict[tuple[str, str], int]) -> None:
    if table.Format == 1:
        for left, pairset in zip(table.Coverage.glyphs, table.PairSet, strict=True):
            for record in pairset.PairValueRecord:
                value = record.Value1.XAdvance if record.Value1 else 0
                seen.setdefault((left, record.SecondGlyph), value or 0)
        return
    for left in table.Coverage.glyphs:
        first = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)]
        for right in glyphs:
            record = first.Class2Record[table.ClassDef2.classDefs.get(right, 0)]
            value = getattr(record.Value1, "XAdvance", 0) if record.Value1 else 0
            seen.setdefault((left, right), value or 0)


def common(font: TTFont) -> set[str]:
    """The glyphs whose kerning is kept: ASCII, Latin-1 letters, quotes and dashes."""
    cmap = font.getBestCmap()
    codes = [*range(0x21, 0x7F), *range(0xC0, 0x100), 0x2013, 0x2014, 0x2026, 0xFB01, 0xFB02]
    return {cmap[c] for c in [*codes, 0x2018, 0x2019, 0x201C, 0x201D] if c in cmap}


def build(parts: list[Path], codes: list[int], out: Path, *, smallest_kern: int) -> None:
    pairs: dict[tuple[str, str], int] = {}
    with tempfile.TemporaryDirectory() as scratch:
        plain = []
        for i, part in enumerate(parts):
            font = TTFont(part)
            if not set(font.getBestCmap()) & set(codes):
                continue
            for code, names in LIGATURES.items():  # the web font knows them by name alone
                named = [name for name in names if name in font.getGlyphOrder()]
                for table in font["cmap"].tables:
                    if named and table.isUnicode():
                        table.cmap.setdefault(code, named[0])
            kept = common(font)
            pairs.update(
                (pair, value)
                for pair, value in kerning(font).items()
                if abs(value) >= smallest_kern and kept.issuperset(pair)
            )
            font.flavor = None
            options = Options()
            options.layout_features = []
            options.hinting = False
            options.notdef_outline = True
            options.name_IDs = ["*"]
            options.drop_tables += ["GPOS", "GSUB", "GDEF", "STAT", "DSIG", "meta"]
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=codes)
            subsetter.subset(font)
            file = Path(scratch) / f"{i}.ttf"
            font.save(file)
            plain.append(str(file))
        merged = Merger().merge(plain) if len(plain) > 1 else TTFont(plain[0])
    order = set(merged.getGlyphOrder())
    pairs = {pair: value for pair, value in pairs.items() if order.issuperset(pair)}
    for table in ("GPOS", "GSUB", "GDEF"):
        if table in merged:
            del merged[table]
    if pairs:
        merged["kern"] = kern_table(pairs)
    merged.save(out)
    sys.stdout.write(
        f"{out.name}: {out.stat().st_size:,} bytes, {len(merged.getBestCmap())} characters, "
        f"{len(pairs)} kerning pairs\n"
    )


def kern_table(pairs: dict[tuple[str, str], int]) -> Any:
    table = newTable("kern")
    table.version = 0
    table.kernTables = []
    items = sorted(pairs.items())
    for start in range(0, len(items), 10_000):  # the length field of a subtable has 16 bits
        sub = KernTable_format_0()
        sub.version = 0
        sub.coverage = 1
        sub.tupleIndex = None
        sub.kernTable = dict(items[start : start + 10_000])
        table.kernTables.append(sub)
    return table


def main() -> None:
    source = Path(sys.argv[1])
    cormorant = next(source.glob("*cormorant-garamond*/files"))
    yuji = next(source.glob("*yuji-boku*/files"))
    OUT.mkdir(exist_ok=True)
    for style, weight in (("italic", 600), ("normal", 600)):
        parts = [
            cormorant / f"cormorant-garamond-{subset}-{weight}-{style}.woff2"
            for subset in ("latin", "latin-ext")
        ]
        name = {"italic": "SemiBoldItalic", "normal": "SemiBold"}[style]
        build(parts, LATIN, OUT / f"CormorantGaramond-{name}.ttf", smallest_kern=8)
    # "latin" first, then the numbered slices of the Japanese glyphs
    parts = [yuji / "yuji-boku-latin-400-normal.woff2"]
    parts += sorted(yuji.glob("yuji-boku-[0-9]*-400-normal.woff2"))
    seal = [*range(0x20, 0x7F), 0xB7, 0x2019, *KANA, *sorted({ord(c) for c in SEAL_KANJI})]
    build(parts, seal, OUT / "YujiBoku-Seal.ttf", smallest_kern=8)
    for folder, out in ((cormorant, "CormorantGaramond-OFL.txt"), (yuji, "YujiBoku-OFL.txt")):
        (OUT / out).write_text((folder.parent / "LICENSE").read_text())


if __name__ == "__main__":
    main()
