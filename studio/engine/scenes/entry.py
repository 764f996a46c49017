"""What a drawn scene is: one frozen entry from which parser, reply, chips, drawing and tests derive."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.engine.errors import gettext_noop as _


@dataclass(frozen=True)
class Words:
    """Regular expressions without groups: English at word boundaries, Chinese anywhere."""

    en: str
    zh: str


@dataclass(frozen=True)
class Choice:
    """One of the things that words choose; `label` is the message id under which the reply names it."""

    label: str
    words: Words


Choices = Mapping[str, Choice]


@dataclass(frozen=True)
class DrawnScene:
    """`subject` chooses the scene, and so does `hint` where no scene's subject is named.

    `module` is the one of `studio.engine.scenes` whose `film` draws it, loaded by the worker alone. `choices` are
    what else words decide, by the key under which `film` finds it; `shown` is what it always shows, so that nobody
    needs to be told. `labels` name the scene for each palette, "" where none was asked for. A scene that is `quoted`
    shows words in quotes, and is chosen where nothing else is and something is quoted.
    """

    id: str
    module: str
    labels: Mapping[str, str]
    subject: Words
    hint: Words
    choices: Mapping[str, Choices]
    shown: tuple[Words, ...]
    examples_en: tuple[str, ...]
    examples_zh: tuple[str, ...]
    ideas: tuple[str, ...] = ()
    quoted: bool = False


ASPECTS = {"weather": _("Weather"), "move": _("Camera")}
"""What the reply calls each further choice that was made."""

SUNSET = Words(
    en=r"sun ?sets?|dusk|golden hour|evenings?|twilight|setting sun|orange sky|red sky",
    zh=r"日落|夕阳|黄昏|傍晚|落日|晚霞|黄金时刻",
)
DAWN = Words(
    en=r"dawn|sun ?rises?|daybreak|early morning|mornings?|rising sun|first light|pastel|misty morning",
    zh=r"黎明|日出|清晨|早晨|早上|晨光|拂晓|破晓|朝霞|朝阳",
)
DAY = Words(
    en=r"day(?:time|light)?|noon|midday|afternoons?|sunny|blue sky|bright sky|clear sky|summer day|summer",
    zh=r"白天|中午|正午|下午|晴天|晴朗|蓝天|阳光|夏日|夏天",
)
NIGHT = Words(
    en=r"nights?|night ?time|midnight|moon(?:light|lit|rise)?|stars?|starry|full moon|dark sky",
    zh=r"夜晚|晚上|夜里|深夜|午夜|月光|月亮|满月|星空|星星|夜景|夜",
)
SHOWN = Words(
    en=(
        r"sun|moon|sky|skies|clouds?|cloudy|calm|gentle|gently|peaceful|drifting|shimmer(?:ing)?|birds?|sparkling|"
        r"rolling"
    ),
    zh=r"太阳|天空|云彩|白云|云朵|云|平静|宁静|安静|温柔|鸟",
)
STILL = Words(
    en=r"clip|video|film|scene|view|shot|sounds?|quiet|wide|big|small|little|deep|blue|under|over|above|along|alone|"
    r"distant|far|open|endless|vast|empty|lonely|serene|relaxing|soft|bright|dark|warm|golden|slowly|moving|passing|"
    r"wind|breeze|landscape|scenery|nature|rays?|lights?|shining|glowing|falling|breaking|single|lone|white|tropical",
    zh=(
        r"一艘|一条|一只|一片|一幅|一轮|一望无际|辽阔|广阔|蔚蓝|蓝色|美丽|远处|远方|缓缓|慢慢|微风|海风|风|风景|"
        r"景色|声音|"
        r"下的|上的|中的|里的|的|闪闪|闪耀|金色|温暖|明亮|慢|缓|着|上|下|中|里|在|升起|落下|拍打|轻轻"
    ),
)

MOVES: Choices = {
    "in": Choice(
        _("slow push in"),
        Words(
            en=r"(?:slow(?:ly)? )?(?:zoom(?:s|ing)?|push(?:es|ing)?|dolly)(?: slowly)? in(?:to)?|zoom|move closer|"
            r"closer",
            zh=r"(?:慢慢|缓慢|缓缓)?(?:推近|拉近|放大|推进|推镜|靠近)",
        ),
    ),
    "out": Choice(
        _("slow pull out"),
        Words(
            en=r"(?:slow(?:ly)? )?(?:zoom(?:s|ing)?|pull(?:s|ing)?|dolly)(?: slowly)? (?:out|back)|wider",
            zh=r"(?:慢慢|缓慢|缓缓)?(?:拉远|缩小|拉镜|远离|拉开)",
        ),
    ),
    "left": Choice(
        _("slow pan left"),
        Words(
            en=r"(?:slow(?:ly)? )?(?:pan(?:s|ning)?|moves?|moving)(?: slowly)?(?: to the)? left|from right to left",
            zh=r"(?:镜头)?(?:向左|往左)(?:平移|移动|摇|移)?|左移",
        ),
    ),
    "right": Choice(
        _("slow pan right"),
        Words(
            en=r"(?:slow(?:ly)? )?(?:pan(?:s|ning)?|moves?|moving)(?: slowly)?(?: to the)? right|from left to right|"
            r"(?:slow(?:ly)? )?pan(?:s|ning)?",
            zh=r"(?:镜头)?(?:向右|往右)(?:平移|移动|摇|移)?|右移|平移|摇镜",
        ),
    ),
    "up": Choice(
        _("slow tilt up"),
        Words(
            en=r"(?:slow(?:ly)? )?(?:pan|tilt|moves?)(?:s|ing)?(?: slowly)? up(?:wards?)?",
            zh=r"(?:镜头)?(?:向上|往上)(?:平移|移动|摇|移)?|上移",
        ),
    ),
    "down": Choice(
        _("slow tilt down"),
        Words(
            en=r"(?:slow(?:ly)? )?(?:pan|tilt|moves?)(?:s|ing)?(?: slowly)? down(?:wards?)?",
            zh=r"(?:镜头)?(?:向下|往下)(?:平移|移动|摇|移)?|下移",
        ),
    ),
}
TRAVELS: Choices = {name: MOVES[name] for name in ("in", "out", "left", "right")}
"""The moves of a camera among things that stand one behind the other."""

SNOW = Choice(
    _("Snow"),
    Words(
        en=r"snow(?:ing|fall|y|flakes?|storm)?|blizzard|winter(?:y|ry)?", zh=r"下雪|飘雪|雪花|大雪|小雪|冬天|冬日|雪"
    ),
)
FOG = Choice(
    _("Fog"),
    Words(en=r"fog(?:gy)?|mist(?:y)?|haz[ey]|low clouds|sea of clouds", zh=r"大雾|薄雾|雾气|雾霭|云海|云雾|雾"),
)
RAIN = Choice(
    _("Rain"),
    Words(
        en=r"(?:heavy |light )?rain(?:ing|y|drops?|fall|storm)?|drizzl(?:e|ing)|showers?",
        zh=r"下雨|大雨|小雨|细雨|雨天|雨夜|雨中|雨水|雨",
    ),
)
