"""The engine's edit against the ffmpeg binary with the same graph and the same settings, one after the other."""

import statistics
import subprocess
import time
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

from studio import engine
from studio.engine.editing import graph_text
from studio.engine.timeline import Timeline
from tests.bench.report import Figure
from tests.engine import media_files

ROUNDS = 3
SECONDS, SIZE, FPS = 10, (1280, 720), 24
PROMPT = "warmer, more saturated, vignette"


def ours(source: Path, target: Path) -> float:
    began = time.monotonic()
    engine.render(
        engine.RenderSpec(
            operation="edit",
            plans=(engine.parse(PROMPT),),
            inputs=({"role": "source", "path": str(source), "mime": "video/mp4"},),
            settings={"format": "mp4", "quality": 80},
            seed=1,
            output=str(target),
        )
    )
    return time.monotonic() - began


def theirs(source: Path, target: Path, filters: str) -> float:
    began = time.monotonic()
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-i", str(source), "-vf", filters,
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "48", "-pix_fmt", "yuv420p",
            "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart", str(target),
        ],
        check=True,
    )  # fmt: skip
    return time.monotonic() - began


def filters() -> str:
    """The very text that the engine's graph is made of."""
    text, _ = graph_text(Timeline(0.0, SECONDS, 1.0), engine.parse(PROMPT).steps, Fraction(FPS), *SIZE)
    return text


def measure(folder: Path) -> list[Figure]:
    chain = filters()
    source = folder / "source.mp4"
    media_files.clip(source, seconds=SECONDS, size=SIZE, fps=FPS)
    ours(source, folder / "warm-up.mp4")
    pairs = [(ours(source, folder / "ours.mp4"), theirs(source, folder / "theirs.mp4", chain)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine for mine, _ in pairs) / statistics.median(other for _, other in pairs)
    best = min(mine for mine, _ in pairs)
    return [Figure("local edit against the ffmpeg binary", ratio, "×", 1.10, f"{SECONDS} s 720p, ours {best:.2f} s")]
