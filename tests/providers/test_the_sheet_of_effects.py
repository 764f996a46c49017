"""manage.py effects_sheet: every effect on one picture; refuses in sentences."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from studio.engine.catalogue import EFFECTS
from studio.engine.sheet import UNSEEN
from tests.engine import media_files

EFFECT_NAMES = ["original", *(effect.id for effect in EFFECTS if effect.stage not in UNSEEN), "nothing"]


def sheet(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command on a data folder that holds no database."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", "effects_sheet", *arguments],
        cwd=settings.BASE_DIR,
        env=environment | {"STUDIO_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def cells_of(sheet: np.ndarray) -> np.ndarray:
    return sheet.reshape(sheet.shape[0] // 216, 216, 5, 384, 3).swapaxes(1, 2).reshape(-1, 216, 384, 3)


def test_the_sheet_in_the_documentation_shows_the_effects_as_they_are(tmp_path: Path) -> None:
    """Where this fails: look at the new sheet, and if it is right, `manage.py effects_sheet docs/effects.jpg`."""
    done = sheet(tmp_path, str(tmp_path / "sheet.jpg"))
    assert done.returncode == 0
    drawn, kept = (
        np.asarray(Image.open(path).convert("RGB")).astype(int)
        for path in (tmp_path / "sheet.jpg", Path(settings.BASE_DIR, "docs", "effects.jpg"))
    )
    assert drawn.shape == kept.shape
    apart = np.abs(cells_of(drawn) - cells_of(kept)).mean(axis=(1, 2, 3))
    changed = [EFFECT_NAMES[place] for place in np.flatnonzero(apart > 2.0)]
    assert changed == []


@pytest.mark.parametrize("given", [True, False], ids=["a clip", "a drawn scene"])
def test_every_effect_that_can_be_seen_has_a_cell_of_its_own(tmp_path: Path, given: bool) -> None:
    clip = [str(media_files.clip(tmp_path / "a.mp4", 1))] if given else []
    done = sheet(tmp_path, str(tmp_path / "sheet.png"), *clip)
    assert (done.returncode, done.stderr) == (0, "")
    count = int(done.stdout.split(": ")[1].split(" ")[0])
    assert 0.6 * len(EFFECTS) < count <= len(EFFECTS)
    with Image.open(tmp_path / "sheet.png") as picture:
        shown = np.asarray(picture.convert("RGB"))
    cells = cells_of(shown)
    assert len({cell.tobytes() for cell in cells[: count + 1]}) == count + 1
    assert not cells[count + 1 :].any()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sheet.gif",), "sheet.gif: it must end in .png or .jpg."),
        (("sheet.png", "none.mp4"), "none.mp4: there is no such file."),
        (("sheet.png", "README.md"), "README.md: This is not a clip that can be read here."),
    ],
    ids=["another ending", "no clip", "no film"],
)
def test_it_refuses_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = sheet(tmp_path, *arguments)
    assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr
    assert not Path(settings.BASE_DIR, "sheet.png").exists()
