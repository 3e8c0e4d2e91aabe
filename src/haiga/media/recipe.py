"""The recipe inside a PNG: how a picture was made, and that a machine made it.

Two iTXt chunks: `haiga` holds the recipe as JSON, `XML:com.adobe.xmp` an XMP
packet with the IPTC digital source type for media made by a trained model
(https://cv.iptc.org/newscodes/digitalsourcetype/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from haiga.core.errors import BadPicture, UserError

RECIPE_KEY = "haiga"
FILMS = (".webp",)
XMP_KEY = "XML:com.adobe.xmp"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"
    xmp:CreatorTool="haiga"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
"""The XMP packet that every picture and film of haiga carries."""


def recipe_chunks(recipe: Mapping[str, Any] | None) -> PngInfo:
    """The text chunks of a PNG: always the XMP packet, and the recipe where there is one."""
    chunks = PngInfo()
    if recipe is not None:
        text = json.dumps(recipe, ensure_ascii=False, sort_keys=True, allow_nan=False)
        chunks.add_itxt(RECIPE_KEY, text)
    chunks.add_itxt(XMP_KEY, XMP)
    return chunks


def read_recipe(path: str | Path) -> dict[str, Any]:
    """The recipe inside a PNG that haiga made.

    Raises BadPicture when the file is no readable PNG and UserError when it
    carries no recipe (platforms that re-encode a picture strip it).
    """
    path = Path(path)
    if not path.is_file():
        raise BadPicture(f"{path}: there is no such file")
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()  # text may follow the pixels
            text = image.info.get(RECIPE_KEY)
    except UnidentifiedImageError as error:
        if path.suffix.lower() in FILMS:
            strip = path.with_suffix(".png")
            beside = f": {strip}" if strip.is_file() else ""
            raise UserError(
                f"{path}: is a film, and films carry no recipe; the strip of its stations does"
                f"{beside}"
            ) from error
        raise BadPicture(f"{path}: is not a readable PNG ({error})") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on a damaged file
        raise BadPicture(f"{path}: is not a readable PNG ({error})") from error
    if not isinstance(text, str):
        raise UserError(
            f"{path}: carries no haiga recipe; use the PNG as haiga wrote it, "
            "since editors and websites strip what they do not know"
        )
    try:
        recipe = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: its haiga recipe is damaged ({error})") from error
    if not isinstance(recipe, dict):
        raise UserError(f"{path}: its haiga recipe is damaged (not a table)")
    return recipe
