"""Every effect that can be seen, on one clip and on one sheet. Runs only inside a worker."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from .catalogue import EFFECTS
from .editing import line
from .effects.entry import Effect, Stage
from .lettering import font
from .limits import granted
from .parser import parse
from .plan import Step
from .reading import Source
from .timeline import Timeline

Job = dict[str, Any]
Report = Callable[[float], None]
BOX = (640, 360)
CELL = (384, 216)
COLUMNS = 5
SECONDS = 1.0
UNSEEN = {Stage.TRIM, Stage.TIME, Stage.SOUND}
WELL_ON = 0.85  # the picture shown is changed more than this share of the others: effects that come in bursts are seen


def effects_sheet(job: Job, report: Report) -> Job:
    """job: path, output (PNG or JPEG). A second from the middle of the clip through each effect: {effects, …}."""
    whole = Source(str(job["path"]), limits=granted(job), box=BOX)
    start = max(0.0, (whole.seconds - SECONDS) / 2)
    source = Source(str(job["path"]), limits=granted(job), start=start, end=start + SECONDS, box=BOX)
    frames = [frame for frame in source if isinstance(frame, av.VideoFrame)]
    effects = [effect for effect in EFFECTS if effect.stage not in UNSEEN]
    cells = [_cell(frames[len(frames) // 2], "original")]
    for effect in effects:
        cells.append(_cell(_seen(frames, _example(effect), source.fps), effect.id))
        report(len(cells) / (len(effects) + 1))
    sheet = _laid_out(cells)
    sheet.save(str(job["output"]), "PNG" if str(job.get("format")) == "png" else "JPEG", quality=82)
    return {"effects": len(effects), "width": sheet.width, "height": sheet.height}


def _example(effect: Effect) -> Step:
    return parse(effect.examples_en[0]).steps[0]


def _seen(frames: Sequence[av.VideoFrame], step: Step, fps: Fraction) -> av.VideoFrame:
    """One picture of what the effect makes of them."""
    way = line(Timeline(0.0, float(len(frames) / fps)), [step], fps, frames[0].width, frames[0].height)
    made = [picture for frame in [*frames, None] for picture in way.push(frame)]
    changes = [_change(one, other) for one, other in zip(frames, made, strict=False)]
    return made[int(np.argsort(changes)[int(WELL_ON * (len(changes) - 1))])]


def _change(one: av.VideoFrame, other: av.VideoFrame) -> float:
    first, second = (frame.reformat(160, 90, "rgb24").to_ndarray().astype(int) for frame in (one, other))
    return float(np.abs(first - second).mean())


def _cell(frame: av.VideoFrame, name: str) -> Image.Image:
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    cell = ImageOps.pad(image, CELL, Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(cell)
    pen.text((8, 4), name, font=font(16), fill="white", stroke_width=2, stroke_fill="black")
    return cell


def _laid_out(cells: Sequence[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (CELL[0] * COLUMNS, CELL[1] * -(-len(cells) // COLUMNS)))
    for place, cell in enumerate(cells):
        sheet.paste(cell, (place % COLUMNS * CELL[0], place // COLUMNS * CELL[1]))
    return sheet
