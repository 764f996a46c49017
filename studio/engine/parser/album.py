"""What is said of a film of photos: that each fades into the next, how long each is shown, where the camera goes."""

import re

from studio.engine.parser.tokens import Prompt, pass_over
from studio.engine.plan import Scene, Step

KEN_BURNS = re.compile(r"\bken burns(?: effect| style)?\b|肯·?伯恩斯(?:效果)?")
FADES = r"(?:soft |gentle |slow )?(?:cross[- ]?)?(?:fades?|fading|dissolves?|dissolving)(?: softly| gently| slowly)?"
ANYWAY = re.compile(
    r"\b(?:slide ?-?shows?|albums?|montage|film|transitions?|each|every|one (?:by one|after (?:the other|another))|"
    rf"in (?:this|the given) order|cross[- ]?(?:fades?|fading|dissolves?)|{FADES}(?: between(?: them| each| the)?|"
    r" from one to the (?:next|other)| (?:in)?to each other))\b|"
    r"幻灯片|相册|影集|短片|每一?张|逐张|依次|按顺序|转场|叠化|交叉淡化|淡化过渡"
)
"""What is done without being asked for."""

COUNT = r"\d+(?:\.\d+)?|one|two|three|four|five"
PHOTO = r"(?:photo|picture|image|slide)"
EACH = re.compile(
    rf"\b(?:for )?(?P<before>{COUNT}) ?(?:s|secs?|seconds?) (?:for |on )?"
    rf"(?:(?:each|every|per)(?: {PHOTO}| one)?|a {PHOTO})\b|"
    rf"\b(?:each|every)(?: {PHOTO}| one)?(?: (?:is|stays?|lasts?|shown|on|for|screen))* (?P<after>{COUNT}) ?"
    r"(?:s|secs?|seconds?)\b|"
    r"每一?张(?:照片|图片|相片)?(?:停留|显示|展示|放|播放)?(?P<chinese>\d+(?:\.\d+)?|[一二两三四五])秒"
)
COUNTS = {name: float(at % 5 + 1) for at, name in enumerate([*["one", "two", "three", "four", "five"], *"一二三四五"])}
COUNTS["两"] = 2.0
LEAST, MOST = 0.5, 8.0

TRAVELLING = {"zoom-in": "in", "zoom-out": "out"}


def read_album(prompt: Prompt, several: bool) -> dict[str, float]:
    """The scene's `each`, the seconds that each photo is shown, where they are said."""
    pass_over(prompt, KEN_BURNS)
    if not several:
        return {}
    match = EACH.search(prompt.plain)
    pass_over(prompt, EACH)
    pass_over(prompt, ANYWAY)
    if match is None:
        return {}
    said = next(found for found in match.groups() if found)
    return {"each": min(MOST, max(LEAST, COUNTS.get(said) or float(said)))}


def with_camera(scene: Scene, steps: list[Step]) -> tuple[Scene, list[Step]]:
    """Over photos an effect's camera is the scene's own: a second one on top would travel twice."""
    if scene["name"] != "photo":
        return scene, steps
    camera = [step for step in steps if step.id in TRAVELLING or step.id == "pan"]
    moves = [TRAVELLING.get(step.id) or str(step.params.get("direction", "right")) for step in camera]
    rest = [step for step in steps if step not in camera]
    return {**scene, "move": scene["move"] or next(iter(moves), "")}, rest
