"""Static files: compressed, with hashed names; ES modules import each other by hashed name too."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

OUR_SCRIPTS = "js/"
HASHED = re.compile(r"\.[0-9a-f]{12}\.")


class StudioStaticFilesStorage(CompressedManifestStaticFilesStorage):
    # Without it a module that is imported by another loads twice, under two names.
    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[[re.Match[str]], str]:
        """Only our own modules are rewritten: others' scripts show imports in comments, of files that do not exist."""
        if name.endswith(".js") and not name.startswith(OUR_SCRIPTS):
            return lambda found: found.group(0)
        converter: Callable[[re.Match[str]], str] = super().url_converter(name, *args, **kwargs)
        return converter

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Pages name the hashed files only: compressing the others too would double the first start's longest step."""
        yield from super().compress_files([path for path in paths if HASHED.search(path)])
