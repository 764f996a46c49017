"""Weather and air: fog, snow, rain, embers. What moves in it is drawn by the painters of the same names."""

from studio.engine.effects.curves import curves
from studio.engine.effects.entry import Effect, Params, Stage, Words, by_pixel, strength, strength_text
from studio.engine.errors import gettext_noop as _


def _fog(params: Params, unit: float) -> str:
    """Less contrast and colour, more light; the drifting banks come on top."""
    k = strength(params)
    return f"lutyuv=y='val*{1 - 0.2 * k:.3f}+{32 * k:.1f}',hue=s={1 - 0.25 * k:.3f},gblur=sigma={0.8 * k * unit:.2f}"


def _snow(params: Params) -> str:
    """A pale, cold day."""
    k = strength(params)
    return f"lutyuv=y='val*{1 - 0.06 * k:.3f}+{12 * k:.1f}',hue=s={1 - 0.15 * k:.3f}"


def _rain(params: Params) -> str:
    """A dull and bluish day."""
    return curves(
        strength(params),
        {
            "r": ((0, 0), (0.5, 0.41), (1, 0.86)),
            "g": ((0, 0.005), (0.5, 0.44), (1, 0.9)),
            "b": ((0, 0.02), (0.5, 0.49), (1, 0.94)),
        },
    )


def _embers(params: Params) -> str:
    """The glow of a fire that is out of sight."""
    return curves(
        strength(params),
        {
            "r": ((0, 0.01), (0.5, 0.52), (1, 1)),
            "g": ((0, 0), (0.5, 0.45), (1, 0.92)),
            "b": ((0, 0), (0.5, 0.4), (1, 0.82)),
        },
    )


FOG = Effect(
    id="fog",
    stage=Stage.ATMOSPHERE,
    label=_("Fog"),
    value=strength_text,
    percent=100,
    change=("veil", 1),
    shaped=by_pixel(_fog),
    en=Words(
        names=(
            "fogg(y|ier)|misty morning|haz(y|ier)|mist(y|ier)|(fog|mist|haze) effect|"
            "(morning|ground|low|rolling|drifting) (fog|mist|haze)"
        ),
        things="fog|mist|haze",
    ),
    zh=Words(
        names="起雾|雾蒙蒙|雾气弥漫|雾气缭绕|大雾|浓雾|薄雾|晨雾|雾效|雾化|雾气效果|烟雾缭绕|有雾",
        things="雾|雾气|雾霭",
    ),
    examples_en=("add some fog", "make it misty"),
    examples_zh=("加一层雾", "起雾的感觉"),
)

SNOW = Effect(
    id="snow",
    stage=Stage.ATMOSPHERE,
    label=_("Snowfall"),
    value=strength_text,
    percent=100,
    change=("bright specks", 1),
    video=_snow,
    en=Words(
        names=(
            "snowing|snow ?falls?|snow(y|ier)|let it snow|make it snow|snow effect|(falling|drifting) snow( ?flakes)?|"
            "winter snow|snow ?flakes( falling)?|snow falling|snow ?storm|blizzard|flurries"
        ),
        things="snow",
    ),
    zh=Words(
        names="下雪|飘雪|飘着雪|飘着雪花|大雪|小雪|雪花|雪花飘落|飘雪花|下大雪|下小雪|下着雪|落雪|雪景效果|暴风雪|飞雪|雪效",
        things="雪|雪景",
    ),
    examples_en=("let it snow", "add falling snow"),
    examples_zh=("加上下雪效果", "飘雪花"),
)

RAIN = Effect(
    id="rain",
    stage=Stage.ATMOSPHERE,
    label=_("Rain"),
    value=strength_text,
    percent=100,
    change=("bright specks", 1),
    video=_rain,
    in_rgb=True,
    en=Words(
        names=(
            "raining|rain ?falls?|rain(y|ier)|make it rain|let it rain|rain effect|(falling|pouring) rain|rain falling|"
            "rain ?drops?( falling)?|rain ?storm|down ?pour|drizzl(e|ing)"
        ),
        things="rain",
    ),
    zh=Words(
        names="下雨|雨滴|雨天|大雨|小雨|下大雨|下小雨|下着雨|暴雨|雨丝|细雨|毛毛雨|雨效|雨天效果|雨景效果",
        things="雨|雨景|雨水",
    ),
    examples_en=("make it rain", "add rain"),
    examples_zh=("加上下雨效果", "变成雨天"),
)

EMBERS = Effect(
    id="embers",
    stage=Stage.ATMOSPHERE,
    slow=True,
    label=_("Embers"),
    value=strength_text,
    percent=100,
    change=("warm specks", 1),
    video=_embers,
    in_rgb=True,
    en=Words(
        names=(
            "(glowing|floating|flying|fire|rising|drifting) (embers?|sparks?|particles?)|ember effect|spark effect|"
            "fire ?fl(y|ies)|(golden|magic|fire) particles|particle effect|floating dust|dust particles|sparks flying"
        ),
        things="embers?|sparks?|particles?",
    ),
    zh=Words(
        names="火花|火星|余烬|萤火虫|粒子|粒子效果|火花四溅|火星飞舞|飞舞的火星|金色粒子|光点|漂浮的光点|飘浮粒子|火花效果"
    ),
    examples_en=("add glowing embers", "add sparks"),
    examples_zh=("加一些火花", "加飞舞的火星"),
)
