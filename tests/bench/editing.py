"""The engine's edits against the ffmpeg binary with the same graph and the same settings, one after the other."""

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

from studio import engine
from studio.engine.editing import graph_text, lettered
from studio.engine.timeline import fold
from studio.operations.proc import descendants
from tests.bench.report import Figure
from tests.engine import media_files

ROUNDS = 3
SECONDS, SIZE, FPS = 10, (1280, 720), 24
GRADE = "warmer, more saturated, vignette"
EDITS = {
    "grade": GRADE,
    "slow motion": "half speed",
    "caption": 'add the caption "A day by the sea"',
    "reverse": "play it backwards",
}
LOOK_EVERY = 0.2


class Peak:
    """The most memory that any process begun in here held at once, in megabytes (VmHWM, looked at from outside)."""

    def __enter__(self) -> "Peak":
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            for pid in descendants(os.getpid()):
                with suppress(OSError, IndexError, ValueError):
                    text = Path(f"/proc/{pid}/status").read_text()
                    self.megabytes = max(self.megabytes, int(text.split("VmHWM:")[1].split()[0]) / 1024)


def ours(source: Path, target: Path, prompt: str) -> float:
    began = time.monotonic()
    engine.render(
        engine.RenderSpec(
            operation="edit",
            plans=(engine.parse(prompt),),
            inputs=({"role": "source", "path": str(source), "mime": "video/mp4"},),
            settings={"format": "mp4", "quality": 80},
            seed=1,
            output=str(target),
        )
    )
    return time.monotonic() - began


def theirs(source: Path, target: Path, filters: Sequence[str]) -> float:
    began = time.monotonic()
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-i", str(source), *filters,
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "48", "-pix_fmt", "yuv420p",
            "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart", str(target),
        ],
        check=True,
    )  # fmt: skip
    return time.monotonic() - began


def filters(name: str, folder: Path) -> list[str]:
    """What the binary is told: the very text that the engine's graph is made of, and the same for the sound."""
    if name == "reverse":
        return ["-vf", "reverse", "-af", "areverse"]
    timeline, steps = fold([engine.parse(EDITS[name])], SECONDS)
    text, captions = graph_text(timeline, steps, Fraction(FPS), *SIZE)
    if captions:
        drawn = folder / "caption.png"
        next(iter(lettered(steps, *SIZE).values())).image.save(drawn)
        return ["-i", str(drawn), "-filter_complex", f"[0:v]{text.replace('[caption0]', '[1:v]')}"]
    sound = ["-af", f"atempo={timeline.speed}"] if timeline.speed != 1 else []
    return ["-vf", text, *sound]


def together(do: Callable[[], float]) -> tuple[float, float]:
    """Seconds, and megabytes at the peak."""
    with Peak() as peak:
        seconds = do()
    return seconds, peak.megabytes


def measure(folder: Path) -> list[Figure]:
    source = folder / "source.mp4"
    media_files.clip(source, seconds=SECONDS, size=SIZE, fps=FPS)
    ours(source, folder / "warm-up.mp4", GRADE)
    return [figure for name in EDITS for figure in compared(name, source, folder)]


def compared(name: str, source: Path, folder: Path) -> list[Figure]:
    told = filters(name, folder)
    pairs = [
        (
            together(lambda: ours(source, folder / "ours.mp4", EDITS[name])),
            together(lambda: theirs(source, folder / "theirs.mp4", told)),
        )
        for _ in range(ROUNDS)
    ]
    mine, other = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
    my_memory, other_memory = (max(pair[side][1] for pair in pairs) for side in (0, 1))
    how = f"{SECONDS} s 720p, ours {mine:.2f} s"
    return [
        Figure(f"local edit against the ffmpeg binary: {name}", mine / other, "×", 1.10, how),
        Figure(
            f"memory at the peak against it: {name}", my_memory / other_memory, "×", 1.25, f"ours {my_memory:.0f} MB"
        ),
    ]
