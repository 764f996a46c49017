"""Looks that change the light of the scene: neon, sunset, day for night, dreamy."""

from studio.engine.effects.curves import curves
from studio.engine.effects.entry import TO_RGB, TO_YUV, Effect, Params, Stage, Words, by_pixel, strength, strength_text
from studio.engine.errors import gettext_noop as _


def _neon(params: Params, unit: float) -> str:
    """Violet shadows, pink lights, and what is bright glows."""
    k = strength(params)
    tones = curves(
        k,
        {
            "r": ((0, 0.05), (0.3, 0.22), (0.6, 0.66), (1, 1)),
            "g": ((0, 0.01), (0.3, 0.19), (0.6, 0.49), (1, 0.95)),
            "b": ((0, 0.14), (0.3, 0.43), (0.6, 0.76), (1, 1)),
        },
    )
    glow = f"curves=interp=pchip:all='0/0 0.55/0 1/0.9',gblur=sigma={14 * unit:.2f}"
    return (
        f"{TO_RGB},{tones},split[a][b];[b]{glow}[g];[a][g]blend=all_mode=screen:all_opacity={min(1.0, 0.6 * k):.3f},"
        f"{TO_YUV},hue=s={1 + 0.15 * k:.3f}"
    )


def _sunset(params: Params) -> str:
    """Golden lights and rosy shadows, a little lower than by day."""
    return curves(
        strength(params),
        {
            "r": ((0, 0.03), (0.25, 0.28), (0.5, 0.59), (0.75, 0.85), (1, 1)),
            "g": ((0, 0.005), (0.25, 0.215), (0.5, 0.455), (0.75, 0.7), (1, 0.93)),
            "b": ((0, 0.045), (0.25, 0.2), (0.5, 0.355), (0.75, 0.51), (1, 0.7)),
        },
    )


def _night(params: Params) -> str:
    """Moonlight: blue, pale, the lights taken down. The dark parts sink less, or they would be black."""
    k = strength(params)
    tones = curves(
        k,
        {
            "r": ((0, 0), (0.15, 0.075), (0.35, 0.135), (0.6, 0.24), (1, 0.55)),
            "g": ((0, 0.004), (0.15, 0.095), (0.35, 0.18), (0.6, 0.31), (1, 0.66)),
            "b": ((0, 0.02), (0.15, 0.15), (0.35, 0.28), (0.6, 0.46), (1, 0.86)),
        },
    )
    return f"hue=s={max(0.2, 1 - 0.4 * k):.3f},{TO_RGB},{tones},{TO_YUV},vignette=angle={0.36 + 0.16 * k:.4f}"


def _dreamy(params: Params, unit: float) -> str:
    k = strength(params)
    return (
        f"split[a][b];[b]gblur=sigma={12 * unit:.2f}[g];"
        f"[a][g]blend=c0_mode=screen:c0_opacity={min(0.9, 0.45 * k):.3f}:c1_mode=normal:c1_opacity=0.5"
        ":c2_mode=normal:c2_opacity=0.5"
    )


NEON = Effect(
    id="neon",
    stage=Stage.LOOK,
    slow=True,
    label=_("Neon"),
    value=strength_text,
    percent=100,
    change=("picture", 1),
    shaped=by_pixel(_neon),
    en=Words(
        names=(
            "neon (look|glow|style|colou?rs?|lit|city|noir|vibe|vibes)|cyber ?punk( 2077)?|"
            "(synth|vapou?r|retro) ?wave|blade ?runner|tron|(pink|purple|magenta) and (blue|cyan|teal) "
            "(light|lights|lighting|tones)"
        ),
        things="neon( lights?)?",
    ),
    zh=Words(
        names="霓虹感|霓虹色|霓虹灯光|霓虹效果|赛博朋克|赛博|蒸汽波|银翼杀手",
        things="霓虹|霓虹灯",
    ),
    examples_en=("give it a neon look", "make it cyberpunk"),
    examples_zh=("加上霓虹效果", "做成赛博朋克风格"),
)

SUNSET = Effect(
    id="sunset",
    stage=Stage.LOOK,
    label=_("Sunset light"),
    value=strength_text,
    percent=100,
    change=("warmth", 1),
    video=_sunset,
    in_rgb=True,
    en=Words(
        names=(
            "golden hours?( look| light)?|magic hour|(late )?(evening|afternoon) (sun|light)|low sun|"
            "early morning light|sunset (vibes?|tones|colou?rs)"
        ),
        things="sun ?sets?|dusk|sun ?rises?|dawn|setting sun|early morning|sundown",
    ),
    zh=Words(
        names="夕阳西下|落日余晖|晨光|黄金时刻|黄金时段|魔幻时刻|魔法时刻|余晖",
        things="日落|夕阳|落日|黄昏|傍晚|日出|黎明|清晨|晚霞|朝霞",
    ),
    examples_en=("make it look like sunset", "golden hour light"),
    examples_zh=("变成日落的光线", "黄金时刻的感觉"),
)

DAY_FOR_NIGHT = Effect(
    id="day-for-night",
    stage=Stage.LOOK,
    label=_("Day for night"),
    value=strength_text,
    percent=100,
    change=("luma", -1),
    video=_night,
    en=Words(
        names=("day (for|to|into|2) night|from day to night|moon ?lit|after dark|night look|blue hour|nocturnal"),
        things="night ?times?|nights?|mid ?night|moon ?light|night (scene|shot)",
    ),
    zh=Words(
        names=(
            "入夜|白天变黑夜|白天变夜晚|白天变成黑夜|白天变成夜晚|白天变晚上|日转夜|日景变夜景|蓝调时刻|夜晚效果|"
            "夜景效果"
        ),
        things="夜晚|夜景|晚上|黑夜|月光|月光下|夜间|夜里|深夜|午夜|半夜|夜色",
    ),
    examples_en=("turn day into night", "make it look like it is night"),
    examples_zh=("变成夜晚", "把白天变成黑夜"),
)

DREAMY = Effect(
    id="dreamy",
    stage=Stage.LOOK,
    label=_("Soft glow"),
    value=strength_text,
    percent=100,
    change=("glow", 1),
    shaped=by_pixel(_dreamy),
    en=Words(
        names=(
            "dream(y|ier|like|ily)|dream sequence|soft (glow|focus)|glow(s|ing|y)?( effect)?|bloom(ing)?|ethereal|"
            "halation|orton( effect)?|pro mist|heavenly|angelic|fairy ?tale|romantic|hazy glow|glamou?r glow"
        ),
    ),
    zh=Words(
        names="梦幻|梦幻感|梦境|梦境感|如梦|如梦似幻|柔光|柔光感|柔焦|辉光|泛光|发光|光晕感|唯美|空灵|仙气|朦胧|朦胧感|浪漫|童话感"
    ),
    examples_en=("make it dreamy", "add a soft glow"),
    examples_zh=("加点梦幻感", "加上柔光效果"),
)
