"""Words with what rules found in them marked."""

from collections.abc import Iterable, Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

AROUND = 40  # characters that an excerpt shows before the first mark
EXCERPT = 110


def marked(text: str, places: Iterable[Sequence[int]]) -> SafeString:
    """Escaped, with <mark> about each place. Places that lie in one another become one."""
    parts, at = [], 0
    for start, end in merged(places, len(text)):
        parts += [escape(text[at:start]), format_html("<mark>{}</mark>", text[start:end])]
        at = end
    return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 (escaped piece by piece)


def excerpt(text: str, places: Iterable[Sequence[int]]) -> SafeString:
    """One line of it, about the first mark."""
    spans = merged(places, len(text))
    start = max(0, spans[0][0] - AROUND) if spans else 0
    end = min(len(text), start + EXCERPT)
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if b > start and a < end]
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return format_html("{}{}{}", before, marked(text[start:end], inside), after)


def merged(places: Iterable[Sequence[int]], length: int) -> list[tuple[int, int]]:
    """In order, within the text, none touching the next."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((max(0, int(a)), min(length, int(b))) for a, b in places):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
