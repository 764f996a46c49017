"""manage.py edit IN "prompt" OUT: the local engine on the command line."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from studio import engine
from studio.providers import catalogue
from studio.providers.local.provider import LABEL, NOTHING_DONE, three_examples

FAILED, NOTHING_TO_DO = 1, 2
SPEC = catalogue.spec("local", "engine-1")


class Command(BaseCommand):
    help = "Edits a clip with the local engine. With --explain nothing is rendered: the plan is printed as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", metavar="IN")
        parser.add_argument("prompt", nargs="?", metavar="PROMPT")
        parser.add_argument("output", nargs="?", metavar="OUT", help="its suffix is the format: .mp4, .webm or .mov")
        parser.add_argument(
            "--explain", metavar="PROMPT", help='print what the prompt would do; "-" reads a prompt per line'
        )
        parser.add_argument(
            "--prores",
            action="store_true",
            help="ProRes 422 in a .mov, for cutting programs: large, and no browser plays it",
        )
        parser.add_argument("--quality", type=int, default=int(SPEC.quality.default or 95), help="20 to 99")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["explain"] is not None:
            self._explain(lines() if options["explain"] == "-" else [options["explain"]])
            return
        if not options["output"]:
            self._end(_('Give three things: manage.py edit IN "prompt" OUT. Or ask with --explain "prompt".'))
        source, output, quality = Path(options["source"]), Path(options["output"]), options["quality"]
        self._check(source, output, quality, options["prores"])
        plan = engine.parse(options["prompt"], operation="edit")
        self._tell(plan)
        try:
            self._render(plan, source, output, "prores" if options["prores"] else suffix_of(output), quality)
        except engine.MediaRefused as error:
            self._end(f"{source}: {error.detail}")
        except engine.EngineError as error:
            self._end(_("The engine failed, and nothing was written: %(detail)s") % {"detail": error.detail})
        except OSError as error:
            self._end(f"{error.filename or output}: {error.strerror}")

    def _explain(self, prompts: Iterable[str]) -> None:
        try:
            for prompt in prompts:
                self.stdout.write(json.dumps(engine.explain(prompt)))
                self.stdout.flush()
        except BrokenPipeError:
            sys.stderr.close()  # whoever reads has seen enough; Python would say so at its exit

    def _check(self, source: Path, output: Path, quality: int, prores: bool) -> None:
        if not source.is_file():
            self._end(_("%(name)s: there is no such file.") % {"name": source})
        allowed = ("mov",) if prores else SPEC.formats
        if suffix_of(output) not in allowed:
            formats = ", ".join(f".{name}" for name in allowed)
            self._end(_("%(name)s: it must end in one of %(formats)s.") % {"name": output, "formats": formats})
        if not output.parent.is_dir():
            self._end(_("%(name)s: there is no such folder.") % {"name": output.parent})
        if output.exists() and output.samefile(source):
            self._end(
                _("%(name)s: a clip cannot be edited onto itself. Give the result another name.") % {"name": output}
            )
        if not SPEC.quality.allow(quality):
            self._end(_("The quality goes from 20 to 99."))

    def _tell(self, plan: engine.Plan) -> None:
        """The honest label, what will be done and what will not; ends where nothing can be."""
        self.stdout.write(_(LABEL))
        for step in plan.steps:
            label, value = engine.describe(step)
            self.stdout.write(f"  {label} {value}".rstrip())
        for words in plan.not_done:
            self.stdout.write(_("Not possible with the local engine: %(words)s") % {"words": words})
        if not plan.renders:
            examples = [f"  {example}" for example in three_examples("en")]
            self._end("\n".join([_(NOTHING_DONE), *examples]), NOTHING_TO_DO)

    def _render(self, plan: engine.Plan, source: Path, output: Path, format: str, quality: int) -> None:
        probe = engine.probe(source)
        if probe.hdr:
            self.stdout.write(_("Its high dynamic range is made into standard colours."))
        bar = Bar(self.stderr.isatty(), self.stderr.write)
        made = engine.render(
            engine.RenderSpec(
                operation="edit",
                plans=[plan],
                inputs=[{"role": "source", "path": str(source.resolve()), "mime": f"{probe.kind}/{probe.container}"}],
                settings={"format": format, "quality": quality},
                seed=0,
                output=output.resolve(),
            ),
            on_progress=bar.show,
            should_stop=lambda: False,
        )
        bar.end()
        self.stdout.write(f"{output}: {made.width}x{made.height}, {made.duration:.2f} s, {made.fps:.2f} fps")

    def _end(self, sentence: str, code: int = FAILED) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(code)


class Bar:
    """Progress on a terminal; silence in a pipe."""

    def __init__(self, shown: bool, write: Callable[..., Any]) -> None:
        self.shown, self.write, self.last = shown, write, -1

    def show(self, progress: float) -> None:
        percent = int(progress * 100)
        if self.shown and percent > self.last:
            self.last = percent
            self.write(f"\r{percent:3d} %", style_func=str, ending="")

    def end(self) -> None:
        if self.shown:
            self.write("\r     \r", style_func=str, ending="")


def suffix_of(path: Path) -> str:
    return path.suffix.lstrip(".").lower()


def lines() -> Iterator[str]:
    """Prompts as they come in, one per line; bytes that are no UTF-8 are no reason to stop."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")
