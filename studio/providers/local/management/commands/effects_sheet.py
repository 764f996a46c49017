"""manage.py effects_sheet OUT [CLIP]: every effect of the local engine on one clip, to be looked at."""

import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from studio import engine

SCENE = "a sailing boat on the sea by day"


class Command(BaseCommand):
    help = "Writes one picture that shows what each effect of the local engine makes of a clip."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("output", metavar="OUT", help=".png or .jpg")
        parser.add_argument("clip", nargs="?", metavar="CLIP", help="without it a scene is drawn")

    def handle(self, *args: Any, **options: Any) -> None:
        output = Path(options["output"])
        if output.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
            self._end(_("%(name)s: it must end in .png or .jpg.") % {"name": output})
        if options["clip"] and not Path(options["clip"]).is_file():
            self._end(_("%(name)s: there is no such file.") % {"name": options["clip"]})
        try:
            with tempfile.TemporaryDirectory() as folder:
                made = engine.effects_sheet(options["clip"] or self._drawn(Path(folder)), output)
        except engine.EngineError as error:
            self._end(f"{options['clip'] or output}: {error.detail}")
        except OSError as error:
            self._end(f"{error.filename or output}: {error.strerror}")
        shown = _("%(count)d effects, %(width)d × %(height)d pixels") % {
            "count": made["effects"],
            "width": made["width"],
            "height": made["height"],
        }
        self.stdout.write(f"{output}: {shown}")

    @staticmethod
    def _drawn(folder: Path) -> Path:
        """Two seconds of a scene of our own."""
        clip = folder / "scene.mp4"
        plan = engine.parse(SCENE, operation="generate")
        settings = {"duration": 2, "width": 640, "height": 360, "format": "mp4", "quality": 95}
        engine.render(engine.RenderSpec(operation="generate", plans=[plan], settings=settings, seed=1, output=clip))
        return clip

    def _end(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(1)
