"""How long layering takes beside the text recogniser alone, and how much memory: `python tests/benchmarks/bench_layer.py [PICTURE]`.

Each run is a process of its own, started in turn, three times each; the smallest time counts, since other work on the machine only
adds. One process reads the text of the picture and ends, the other is `layerdesk layer PICTURE -o OUT.psd -o OUT.pptx -o OUT.svg`.
Ends with status 1 where the ratio is above 3 or the peak above 1.2 GB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parents[2]
RUNS = 3
MOST_RATIO, MOST_MEGABYTES = 3.0, 1200.0

_READ = """
import sys
import numpy as np
from PIL import Image
from layerdesk.engines.rapidocr_engine import RapidOcr
from layerdesk.layering.protocols import Silent
print(len(RapidOcr().recognise(np.asarray(Image.open(sys.argv[1]).convert("RGB")), context=Silent())))
"""


def poster() -> Image.Image:
    """A 1024 x 1536 poster: gradient, headline, a photo-like square of noise, a card with small print, a ball."""
    rows, columns = np.mgrid[0:1536, 0:1024].astype(np.float32)
    ground = np.stack([30 + rows / 20, 60 + rows / 12, 120 + columns / 16], axis=-1)
    picture = Image.fromarray(ground.astype(np.uint8))
    noise = np.random.default_rng(5).integers(0, 256, (440, 440, 3), dtype=np.uint8)
    picture.paste(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(3)), (72, 460))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((620, 500, 940, 820), fill=(220, 120, 60))
    draw.ellipse((690, 560, 780, 640), fill=(250, 200, 160))
    draw.rounded_rectangle((72, 960, 952, 1400), 28, fill=(252, 247, 238))
    draw.rounded_rectangle((640, 1280, 900, 1352), 36, fill=(200, 60, 44))
    for text, at, size, colour in (
        ("SUMMER", (68, 90), 130, "white"),
        ("TEA FAIR", (68, 240), 110, "#ffd27a"),
        ("Forty growers at one long table", (72, 380), 40, "white"),
        ("Tasting ticket", (112, 1000), 54, "#12304d"),
        *((f"Line {n} of the small print, set rather long", (112, 1080 + 38 * n), 26, "#3b4a58") for n in range(5)),
        ("Reserve", (700, 1292), 40, "white"),
        ("Open daily 10:00 to 19:00", (72, 1450), 28, "white"),
    ):
        draw.text(at, text, fill=colour, font=ImageFont.load_default(size))
    return picture


def timed(command: list[str]) -> tuple[float, float, float]:
    """(seconds on the wall, seconds of all cores, peak megabytes) of a command that must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command[:3])} ended with status {process.returncode}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "poster.png")
        if len(sys.argv) == 1:
            poster().save(picture)
        outputs = [word for suffix in ("psd", "pptx", "svg") for word in ("-o", f"{folder}/out.{suffix}")]
        runs = [
            (timed(["-c", _READ, str(picture)]), timed(["-m", "layerdesk", "layer", str(picture), *outputs])) for _ in range(RUNS)
        ]
    reading = [min(run[0][part] for run in runs) for part in range(2)]
    layering = [min(run[1][part] for run in runs) for part in range(2)]
    peak = max(run[1][2] for run in runs)
    ratio = layering[0] / reading[0]
    print(
        f"text recogniser alone  {reading[0]:6.2f} s wall  {reading[1]:6.2f} s cpu  {max(run[0][2] for run in runs):6.0f} MB peak"
    )
    print(f"whole of layer         {layering[0]:6.2f} s wall  {layering[1]:6.2f} s cpu  {peak:6.0f} MB peak")
    print(f"ratio {ratio:.2f} on the wall (at most {MOST_RATIO}), {layering[1] / reading[1]:.2f} of cpu")
    print(f"peak {peak:.0f} MB (at most {MOST_MEGABYTES:.0f})")
    return int(ratio > MOST_RATIO or peak > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
