"""What a turn without a source clip shows: a scene chosen by its words, or the camera's move over a photo."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio.engine.parser.tokens import Prompt, Token
from studio.engine.plan import Scene


@dataclass(frozen=True)
class Words:
    """Regular expressions without groups: English at word boundaries, Chinese anywhere."""

    en: str
    zh: str


OCEAN = Words(
    en=r"oceans?|seas?|seascapes?|seasides?|seashores?|beach(?:es)?|coast(?:line|al)?|shores?|waves?|surf|tides?|"
    r"horizons?|bays?|lagoons?|water|sail(?:ing|s)?|boats?|sailboats?|yachts?|ships?|harbou?rs?",
    zh=r"大海|海洋|海面|海边|海滩|海岸|沙滩|海浪|波浪|浪花|海上|海景|海水|海平线|水面|帆船|小船|航行|海|船",
)
PALETTES = {
    "sunset": Words(
        en=r"sun ?sets?|dusk|golden hour|evenings?|twilight|setting sun|orange sky|red sky",
        zh=r"日落|夕阳|黄昏|傍晚|落日|晚霞|黄金时刻",
    ),
    "dawn": Words(
        en=r"dawn|sun ?rises?|daybreak|early morning|mornings?|rising sun|first light|pastel|misty morning",
        zh=r"黎明|日出|清晨|早晨|早上|晨光|拂晓|破晓|朝霞|朝阳",
    ),
    "day": Words(
        en=r"day(?:time|light)?|noon|midday|afternoons?|sunny|blue sky|bright sky|clear sky|summer day|summer",
        zh=r"白天|中午|正午|下午|晴天|晴朗|蓝天|阳光|夏日|夏天",
    ),
    "night": Words(
        en=r"nights?|night ?time|midnight|moon(?:light|lit|rise)?|stars?|starry|full moon|dark sky",
        zh=r"夜晚|晚上|夜里|深夜|午夜|月光|月亮|满月|星空|星星|夜景|夜",
    ),
}
SHOWN = Words(
    en=(
        r"sun|moon|sky|skies|clouds?|cloudy|glitter(?:ing)?|reflections?|reflecting|calm|gentle|gently|peaceful|"
        r"rolling|drifting|"
        r"shimmer(?:ing)?|islands?|birds?|gulls?|seagulls?|sparkling"
    ),
    zh=r"太阳|天空|云彩|白云|云朵|云|倒影|波光|粼粼|平静|宁静|安静|温柔|小岛|岛|海鸥|鸟",
)
STILL_WORDS = Words(
    en=r"clip|video|film|scene|view|shot|sounds?|quiet|wide|big|small|little|deep|blue|under|over|above|along|alone|"
    r"distant|far|open|endless|vast|empty|lonely|serene|relaxing|soft|bright|dark|warm|golden|slowly|moving|passing|"
    r"wind|breeze|landscape|scenery|nature|rays?|lights?|shining|glowing|falling|breaking|single|lone|white|tropical",
    zh=(
        r"一艘|一条|一只|一片|一幅|一轮|一望无际|辽阔|广阔|蔚蓝|蓝色|美丽|远处|远方|缓缓|慢慢|微风|海风|风|风景|"
        r"景色|声音|"
        r"下的|上的|中的|里的|的|闪闪|闪耀|金色|温暖|明亮|慢|缓|着|上|下|中|里|在|升起|落下|拍打|轻轻"
    ),
)
MOVES = {
    "in": Words(
        en=r"(?:slow(?:ly)? )?(?:zoom(?:s|ing)?|push(?:es|ing)?|dolly)(?: slowly)? in(?:to)?|zoom|move closer|closer",
        zh=r"(?:慢慢|缓慢|缓缓)?(?:推近|拉近|放大|推进|推镜|靠近)",
    ),
    "out": Words(
        en=r"(?:slow(?:ly)? )?(?:zoom(?:s|ing)?|pull(?:s|ing)?|dolly)(?: slowly)? (?:out|back)|wider",
        zh=r"(?:慢慢|缓慢|缓缓)?(?:拉远|缩小|拉镜|远离|拉开)",
    ),
    "left": Words(
        en=r"(?:slow(?:ly)? )?(?:pan(?:s|ning)?|moves?|moving)(?: slowly)?(?: to the)? left|from right to left",
        zh=r"(?:镜头)?(?:向左|往左)(?:平移|移动|摇|移)?|左移",
    ),
    "right": Words(
        en=r"(?:slow(?:ly)? )?(?:pan(?:s|ning)?|moves?|moving)(?: slowly)?(?: to the)? right|from left to right|"
        r"(?:slow(?:ly)? )?pan(?:s|ning)?",
        zh=r"(?:镜头)?(?:向右|往右)(?:平移|移动|摇|移)?|右移|平移|摇镜",
    ),
    "up": Words(
        en=r"(?:slow(?:ly)? )?(?:pan|tilt|moves?)(?:s|ing)?(?: slowly)? up(?:wards?)?",
        zh=r"(?:镜头)?(?:向上|往上)(?:平移|移动|摇|移)?|上移",
    ),
    "down": Words(
        en=r"(?:slow(?:ly)? )?(?:pan|tilt|moves?)(?:s|ing)?(?: slowly)? down(?:wards?)?",
        zh=r"(?:镜头)?(?:向下|往下)(?:平移|移动|摇|移)?|下移",
    ),
}
CAMERA = Words(
    en=r"camera|photos?|pictures?|images?|animate|bring|life|alive|gently|slowly|slow|move(?:ment)?|motion",
    zh=r"镜头|照片|图片|相片|动起来|活起来|运镜|慢慢|缓慢|缓缓|轻轻|动",
)


@lru_cache(64)
def _pattern(words: Words) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words.en})\b|{words.zh}")


def read_scene(prompt: Prompt, operation: str) -> Scene | None:
    """The scene; its words become such as need no report."""
    if operation in {"animate", "reference"}:
        move = _first(prompt, MOVES)
        _pass_over(prompt, CAMERA)
        return {"name": "photo", "move": move}
    if operation != "generate":
        return None
    if _pattern(OCEAN).search(prompt.plain) is None:
        return None
    palette = _first(prompt, PALETTES)
    for words in (OCEAN, SHOWN, STILL_WORDS):
        _pass_over(prompt, words)
    return {"name": "ocean", "palette": palette}


def _first(prompt: Prompt, table: Mapping[str, Words]) -> str:
    """The choice that is named first (of two at the same place the longer); all of them are passed over."""
    hits = [
        (match.start(), -len(match[0]), name)
        for name, words in table.items()
        if (match := _pattern(words).search(prompt.plain))
    ]
    for words in table.values():
        _pass_over(prompt, words)
    return min(hits)[2] if hits else ""


def _pass_over(prompt: Prompt, words: Words) -> None:
    tokens, at = prompt.tokens, 0
    for match in _pattern(words).finditer(prompt.plain):
        while at < len(tokens) and tokens[at].end <= match.start():
            at += 1
        inside = at
        while inside < len(tokens) and tokens[inside].start < match.end():
            _cover(tokens[inside], match.start(), match.end())
            inside += 1


def _cover(token: Token, start: int, end: int) -> None:
    """A token that is a word of the scene through and through means nothing else any more."""
    token.covered |= set(range(max(start, token.start), min(end, token.end)))
    whole = len(token.covered) == token.end - token.start or (" " in token.text and not token.has("is"))
    if whole and not token.has("join"):
        token.tags = {"fill": True}
