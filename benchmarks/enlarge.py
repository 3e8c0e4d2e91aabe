"""How much nearer than bicubic and Lanczos is the upscaler, how fast, how honest?

    python benchmarks/enlarge.py --pictures DIR [--model upscaler] [--held-out FILE] [--quick]

Pictures that took no part in training (`runs/upscaler/held_out.txt`) are made 4 and 2 times
smaller by Pillow's antialiased bicubic, enlarged again, and compared: PSNR of luma (BT.601),
a border of as many pixels as the scale left out, the mean over pictures of a set and over the
sets' pictures of a kind. Then on one picture: seconds on two threads, the peak memory of a
4,096 px result in a process of its own, tiles against one piece, and the result made small
again against the picture it came from.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from machine import machine_line
from PIL import Image

from haiga.core.nouns import Picture
from haiga.inspection.enlargement import honesty
from haiga.media.pictures import read_picture
from haiga.roles.upscalers.network import NetworkUpscaler

KINDS = {
    "photographs": ("fsa_color_photos", "documerica_photos"),
    "paintings": ("square_paintings", "aic_paintings", "met_paintings", "berlin_mood_paintings",
                  "chinese_landscapes", "hokusai_fuji"),
    "watercolours of fruit": ("usda_watercolors_small",),
    "textures": ("museum_textures",),
}  # fmt: skip
LUMA = np.array([0.299, 0.587, 0.114])
HELD_OUT = Path(__file__).parents[1] / "runs" / "upscaler" / "held_out.txt"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    p.add_argument("--pictures", type=Path, required=True)
    p.add_argument("--model", default="upscaler")
    p.add_argument("--held-out", type=Path, default=HELD_OUT)
    p.add_argument("--fidelity", type=float, default=1.0)
    p.add_argument("--quick", action="store_true", help="40 pictures of each set at most")
    p.add_argument("--memory", metavar="PICTURE", help=argparse.SUPPRESS)
    o = p.parse_args()
    if o.memory:
        print(peak_of(o.model, Path(o.memory)))
        return
    print(machine_line())
    upscaler = NetworkUpscaler(model=o.model, fidelity=o.fidelity)
    names = o.held_out.read_text().split("\n")
    sets: dict[str, list[Path]] = defaultdict(list)
    for name in sorted(filter(None, names)):
        sets[name.split("/")[0]].append(o.pictures / name)
    heads = "pictures  bicubic  Lanczos  network    gain  median   least … most"
    print(f"\nluma PSNR, dB             {heads}")
    for scale in (4, 2):
        for kind, folders in KINDS.items():
            rows = [row for f in folders for row in compared(sets[f], scale, upscaler, f, o.quick)]
            told(f"×{scale} {kind}", np.array(rows))
    speed_and_honesty(o, upscaler, sets)


def compared(
    paths: list[Path], scale: int, upscaler: NetworkUpscaler, folder: str, quick: bool
) -> list[tuple[float, float, float]]:
    """PSNR of bicubic, Lanczos and the network for each picture of a set."""
    rows = []
    for path in paths[: 40 if quick else None]:
        whole = read_picture(path)
        height, width = (side // scale * scale for side in whole.shape[:2])
        whole = whole[:height, :width]
        size = (width // scale, height // scale)
        small = np.asarray(Image.fromarray(whole).resize(size, Image.Resampling.BICUBIC))
        plain = [np.asarray(Image.fromarray(small).resize((width, height), way))
                 for way in (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)]  # fmt: skip
        (ours,) = upscaler.enlarge([small], size_px=max(height, width))
        rows.append(tuple(psnr(made, whole, scale) for made in (*plain, ours)))
    if rows:
        told(f"   {folder}", np.array(rows))
    return rows


def told(name: str, rows: np.ndarray) -> None:
    if not len(rows):
        return
    bicubic, lanczos, network = rows.mean(0)
    gain = rows[:, 2] - rows[:, 0]
    each = f"{bicubic:>9.2f}{lanczos:>9.2f}{network:>9.2f}{gain.mean():>+8.2f}"
    each += f"{np.median(gain):>+8.2f}"
    print(f"{name:<28}{len(rows):>6}{each}   {gain.min():+.2f} … {gain.max():+.2f}", flush=True)


def psnr(made: Picture, wanted: Picture, border: int) -> float:
    inner = slice(border, -border)
    error = ((made.astype(float) - wanted) @ LUMA)[inner, inner]
    return float(10 * np.log10(255**2 / max(1e-6, (error**2).mean())))


def speed_and_honesty(
    o: argparse.Namespace, upscaler: NetworkUpscaler, sets: dict[str, list[Path]]
) -> None:
    whole = Image.fromarray(read_picture(sets["aic_paintings"][0]))
    fast = NetworkUpscaler(model=o.model, fidelity=o.fidelity, fast=True)
    print("\nseconds on two threads, the median of 5 and the best")
    for name, maker, side, size_px in (
        ("256 → 1,024", upscaler, 256, 1024),
        ("512 → 1,024", upscaler, 512, 1024),
        ("128 → 1,024, fast", fast, 128, 1024),
        ("128 → 1,024", upscaler, 128, 1024),
    ):
        small = np.asarray(whole.resize((side, side), Image.Resampling.BICUBIC))
        maker.enlarge([small], size_px=size_px)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            maker.enlarge([small], size_px=size_px)
            seconds.append(time.perf_counter() - start)
        print(f"{name:<22}{np.median(seconds):>7.2f}{min(seconds):>7.2f}")
    small = np.asarray(whole.resize((384, 384), Image.Resampling.BICUBIC))
    print("\nmade small again, colour, seams")
    for scale in (2, 3, 4, 6, 8):
        (large,) = upscaler.enlarge([small], size_px=384 * scale)

        def enlarge(part: Picture, by: int = scale) -> Picture:
            return upscaler.enlarge([part], size_px=by * max(part.shape[:2]))[0]

        found = honesty(small, large, tile_px=upscaler.tile_px, enlarge=enlarge)
        print(f"×{scale}: {found.told()}")
    (tiled,) = NetworkUpscaler(model=o.model, fidelity=o.fidelity, tile_px=64).enlarge(
        [small], size_px=1536
    )
    (one,) = NetworkUpscaler(model=o.model, fidelity=o.fidelity, tile_px=2048).enlarge(
        [small], size_px=1536
    )
    apart = np.abs(tiled.astype(int) - one).max()
    print(f"tiles of 64 px against one piece, 384 → 1,536 px: {apart}/255 at most")
    here = [sys.executable, __file__, "--pictures", str(o.pictures), "--model", o.model]
    done = subprocess.run([*here, "--memory", str(sets["aic_paintings"][0])],
                          capture_output=True, text=True, check=True)  # fmt: skip
    print(f"1,024 → 4,096 px by `haiga enlarge`: {done.stdout.strip()}")


def peak_of(model: str, path: Path) -> str:
    """Seconds and the most memory of a whole `haiga enlarge` to 4,096 × 4,096 px."""
    import tempfile

    from haiga.actions.enlarge import enlarge_file

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.png"
        Image.fromarray(read_picture(path)).resize((1024, 1024)).save(source)
        start = time.perf_counter()
        name = None if model == "upscaler" else model
        enlarge_file(source, scale=4, fidelity=None, upscaler=name, out=Path(folder) / "out.png")
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{seconds:.1f} s, {peak / 1e6:.2f} GB at most"


if __name__ == "__main__":
    main()
