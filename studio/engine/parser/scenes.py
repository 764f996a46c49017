"""What a turn without a source clip shows: a scene chosen by its words, or the camera's move over a photo."""

import re
from collections.abc import Mapping
from functools import lru_cache

from studio.engine.drawable import sorted_out
from studio.engine.parser.album import read_album
from studio.engine.parser.captions import clean
from studio.engine.parser.tokens import Prompt, pass_over
from studio.engine.plan import Scene
from studio.engine.scenes.entries import SCENES
from studio.engine.scenes.entry import MOVES, Choices, DrawnScene, Words

CAMERA = Words(
    en=r"camera|photos?|pictures?|images?|animate|bring|life|alive|gently|slowly|slow|move(?:ment)?|motion",
    zh=r"镜头|照片|图片|相片|动起来|活起来|运镜|慢慢|缓慢|缓缓|轻轻|动",
)


@lru_cache(256)
def _pattern(words: Words) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words.en})\b|{words.zh}")


def read_scene(prompt: Prompt, operation: str) -> tuple[Scene | None, list[str]]:
    """The scene, whose words become such as need no report; and what is not drawn of it, besides those.

    That is what was asked for beyond the first of a kind ("rain and fog"), and what no font of ours has.
    """
    undrawn: list[str] = []
    if operation in {"animate", "reference"}:
        move, each = _first(prompt, MOVES, undrawn), read_album(prompt, operation == "reference")
        _pass_over(prompt, CAMERA)
        return {"name": "photo", "move": move, **each}, undrawn
    scene = _chosen(prompt) if operation == "generate" else None
    if scene is None:
        return None, []
    found = {"name": scene.id} | {aspect: _first(prompt, table, undrawn) for aspect, table in scene.choices.items()}
    for words in scene.shown:
        _pass_over(prompt, words)
    if not scene.quoted:
        return found, undrawn
    said, unwritten = _quotations(prompt)
    return found | {"text": "\n".join(said)}, undrawn + unwritten


def _chosen(prompt: Prompt) -> DrawnScene | None:
    """The scene whose subject is named first, or where none is, whose hint; words in quotes where there is neither."""
    drawn, quoted = ([scene for scene in SCENES if scene.quoted == each] for each in (False, True))
    for part in ("subject", "hint"):
        name = _named(prompt, {scene.id: getattr(scene, part) for scene in drawn})
        if name:
            return next(scene for scene in drawn if scene.id == name)
    if not any(sorted_out(clean(words))[0] for words in prompt.quotes.values()):
        return None
    return next((scene for scene in quoted if _is_all(prompt, scene)), None)


def _is_all(prompt: Prompt, scene: DrawnScene) -> bool:
    """Whether the scene is named, or nothing but its words stand around the quotation."""
    if any(_pattern(words).search(prompt.plain) for words in (scene.subject, scene.hint)):
        return True
    rest = prompt.plain
    for words in (*scene.shown, *(choice.words for table in scene.choices.values() for choice in table.values())):
        rest = _pattern(words).sub(" ", rest)
    return not any(char.isalnum() for char in rest)


def _quotations(prompt: Prompt) -> tuple[list[str], list[str]]:
    """What is quoted, a line each, and the characters of it that cannot be drawn."""
    sorted_quotes = [sorted_out(clean(prompt.quotes[place])) for place in sorted(prompt.quotes)]
    for token in prompt.tokens:
        if token.has("quote"):
            token.tags = {"fill": True}
    lines = [" ".join(good.split()) for good, _ in sorted_quotes if good]
    return lines, [bad for _, bad in sorted_quotes if bad]


def _named(prompt: Prompt, table: Mapping[str, Words]) -> str:
    """What is named first; of two at the same place the longer."""
    hits = [
        (match.start(), -len(match[0]), name)
        for name, words in table.items()
        if (match := _pattern(words).search(prompt.plain))
    ]
    return min(hits)[2] if hits else ""


def _first(prompt: Prompt, choices: Choices, undrawn: list[str]) -> str:
    """The choice that is named first; the words of all are passed over, and of others that are named noted."""
    table = {name: choice.words for name, choice in choices.items()}
    name = _named(prompt, table)
    taken = [match.span() for match in _pattern(table[name]).finditer(prompt.plain)] if name else []
    for words in (words for other, words in table.items() if other != name):
        for start, end in (match.span() for match in _pattern(words).finditer(prompt.plain)):
            if all(end <= a or b <= start for a, b in taken):
                undrawn.append(prompt.text[start:end])
                taken.append((start, end))
    for words in table.values():
        _pass_over(prompt, words)
    return name


def _pass_over(prompt: Prompt, words: Words) -> None:
    pass_over(prompt, _pattern(words))
