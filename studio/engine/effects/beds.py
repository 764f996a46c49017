"""Sounds that are made from nothing and mixed under a clip's own."""

from studio.engine.effects.entry import Effect, Params, Stage, Words, number, strength
from studio.engine.errors import gettext_noop as _

SOUND = "(sounds?|noises?|ambien(ce|t)|audio|sound effects?)"


def _level(params: Params) -> str:
    """A bed without strength takes away the one that an earlier turn laid."""
    return f"{round(100 * strength(params))} %" if number({"k": 1.0, **params}, "k") else _("off")


def _bed(id: str, label: str, en: str, zh: str, examples_en: tuple[str, ...], examples_zh: tuple[str, ...]) -> Effect:
    return Effect(
        id=id,
        bed=id.removesuffix("-sound"),
        stage=Stage.SOUND,
        label=label,
        value=_level,
        change=("bed", 1),
        percent=100,
        en=Words(names=en),
        zh=Words(names=zh),
        examples_en=examples_en,
        examples_zh=examples_zh,
    )


def _of(things: str) -> str:
    """ "rain sounds", "the sound of the rain"."""
    return f"({things}) {SOUND}|(sounds?|noise) of (the |a )?({things})"


WAVES = _bed(
    "waves-sound",
    _("Sound of waves"),
    _of("ocean|ocean waves?|sea|sea waves?|waves?|surf|beach|crashing waves"),
    "海浪声|海浪的声音|波浪声|波浪的声音|浪花的声音|大海的声音|海的声音|浪声|海声|浪花声|海边的声音|涛声",
    ("add ocean sounds", "add the sound of waves"),
    ("加海浪声", "配上大海的声音"),
)
WIND = _bed(
    "wind-sound",
    _("Sound of wind"),
    _of("wind|breeze|howling wind|storm wind"),
    "风声|呼呼的风声|刮风的声音|风的声音|微风声",
    ("add wind sounds", "add the sound of wind in the background"),
    ("加风声", "添加风的声音"),
)
RAIN = _bed(
    "rain-sound",
    _("Sound of rain"),
    _of("rain|rainfall|raindrops?|rainy day|rain drops?|falling rain"),
    "雨声|下雨声|下雨的声音|雨的声音|雨滴声|淅沥声",
    ("add rain sounds", "add the sound of rain"),
    ("加雨声", "添加下雨的声音"),
)
CITY = _bed(
    "city-sound",
    _("Sound of a city"),
    _of("city|street|traffic|urban|busy street|city street|town|cars"),
    "城市声|城市的声音|街道声|街道的声音|车流声|街头声音|城市噪音|城市环境音|车声|都市声音|马路声",
    ("add city sounds", "add the sound of traffic"),
    ("加城市的声音", "配上车流声"),
)
CRICKETS = _bed(
    "crickets-sound",
    _("Sound of crickets"),
    _of("crickets?|cicadas?|summer night|insects?|night insects") + "|(chirping )?crickets( chirping)?",
    "蟋蟀声|虫鸣|虫鸣声|蛐蛐声|虫声|夏夜的声音|夏夜虫鸣|蟋蟀的叫声",
    ("add cricket sounds", "add the sound of crickets"),
    ("加虫鸣声", "添加蟋蟀声"),
)
MUSIC = _bed(
    "music",
    _("Music"),
    "(background |ambient )?(music|pad music|music bed|music track)|soundtrack|bgm|backing track|synth pad|ambient pad",
    "背景音乐|音乐|配乐|轻音乐|柔和的音乐|舒缓的音乐|舒缓音乐|轻柔的音乐|氛围音乐|环境音乐|伴奏|轻柔音乐|柔和音乐",
    ("add background music", "add some calm music"),
    ("加背景音乐", "配上轻音乐"),
)
