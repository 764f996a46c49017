"""The scenes that the engine draws. Adding one is adding its entry to a module here, and to this list."""

from studio.engine.scenes.entries.city import CITY
from studio.engine.scenes.entries.mountains import MOUNTAINS
from studio.engine.scenes.entries.ocean import OCEAN
from studio.engine.scenes.entries.silk import SILK
from studio.engine.scenes.entries.title import TITLE
from studio.engine.scenes.entry import DrawnScene

SCENES: tuple[DrawnScene, ...] = (OCEAN, MOUNTAINS, CITY, SILK, TITLE)
