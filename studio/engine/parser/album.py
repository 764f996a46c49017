"""What is said of a film of photos: that each fades into the next, how long each is shown, where the camera goes."""

import re

from studio.engine.parser.tokens import Prompt, pass_over
from studio.engine.plan import Scene, Step

PHOTO = r"(?:photo|picture|image|slide)"
FADES = r"(?:soft |gentle |slow )?(?:cross[- ]?)?(?:fades?|fading|dissolves?|dissolving)(?: softly| gently| slowly)?"
REFUSED = (
    "no ",
    "not ",
    "n't ",
    "without ",
    "without any ",
    "instead of ",
    "than ",
    "stop ",
    "remove ",
    "不要",
    "别",
    "没有",
    "不用",
)
WANTED = "".join(f"(?<!{words})" for words in REFUSED)
KEN_BURNS = re.compile(rf"{WANTED}\bken burns(?: effect| style)?\b|{WANTED}肯·?伯恩斯(?:效果)?")
ANYWAY = re.compile(
    rf"{WANTED}\b(?:slide ?-?shows?|albums?|montage|film|transitions?|(?:each|every) (?:{PHOTO}|one)|one by one|"
    rf"one after (?:the other|another)|in (?:this|the given) order|cross[- ]?(?:fades?|fading|dissolves?)|"
    rf"{FADES}(?: between(?: them| each| the)?| from one to the (?:next|other)| (?:in)?to each other))\b|"
    rf"{WANTED}(?:幻灯片|相册|影集|短片|每一?张|逐张|依次|按顺序|转场|叠化|交叉淡化|淡化过渡)"
)
"""What is done without being asked for."""

COUNTS = {"half a": 0.5, "半": 0.5, "两": 2.0}
for _names in (["one", "two", "three", "four", "five", "six", "seven", "eight"], [*"一二三四五六七八"]):
    COUNTS |= {name: float(count) for count, name in enumerate(_names, 1)}
COUNT = "|".join([r"\d+(?:\.\d+)?", *COUNTS])
ALONE = r"(?<![\d,./-])(?<!twenty )(?<!thirty )(?<!forty )(?<! to )(?<! and )"
EACH = re.compile(
    rf"{ALONE}\b(?P<before>{COUNT}) ?(?:s|secs?|seconds?) (?:for |on )?"
    rf"(?:(?:each|every|per|a) {PHOTO}|(?:for )?each(?: one)?)"
    rf"(?=[ ,.;!]*(?:$|[,.;!])| (?:with|and|in)\b)|"
    rf"\b(?:each|every)(?: {PHOTO}| one)?(?: (?:is|stays?|lasts?|shown|on|for|screen))+ (?P<after>{COUNT}) ?"
    r"(?:s|secs?|seconds?)\b|"
    rf"每一?张(?:照片|图片|相片)?(?:停留|显示|展示|放|播放)?(?P<chinese>{COUNT})秒"
)
LEAST, MOST = 0.5, 8.0

TRAVELLING = {"zoom-in": "in", "zoom-out": "out"}


def read_album(prompt: Prompt, several: bool) -> dict[str, float]:
    """The scene's `each`, the seconds that each photo is shown, where they are said."""
    pass_over(prompt, KEN_BURNS)
    if not several:
        return {}
    each = _each(prompt)
    pass_over(prompt, ANYWAY)
    return each


def _each(prompt: Prompt) -> dict[str, float]:
    """What is said more than once, or refused, or out of bounds stays to be reported."""
    matches = list(EACH.finditer(prompt.plain))
    if len(matches) != 1 or any(words in prompt.plain[: matches[0].start()][-24:] for words in REFUSED):
        return {}
    said = next(found for found in matches[0].groups() if found)
    seconds = COUNTS.get(said) or float(said)
    if not LEAST <= seconds <= MOST:
        return {}
    pass_over(prompt, EACH)
    return {"each": seconds}


def with_camera(scene: Scene, steps: list[Step]) -> tuple[Scene, list[Step]]:
    """Over photos an effect's camera is the scene's own: a second one on top would travel twice."""
    if scene["name"] != "photo":
        return scene, steps
    camera = [step for step in steps if step.id in TRAVELLING or step.id == "pan"]
    moves = [TRAVELLING.get(step.id) or str(step.params.get("direction", "right")) for step in camera]
    rest = [step for step in steps if step not in camera]
    return {**scene, "move": scene["move"] or next(iter(moves), "")}, rest
