"""Looks of film and its laboratories: sepia, noir, bleach bypass, cross processing."""

from studio.engine.effects.curves import curves
from studio.engine.effects.entry import TO_RGB, TO_YUV, Effect, Params, Stage, Words, strength, strength_text
from studio.engine.effects.look import MONOCHROME
from studio.engine.errors import gettext_noop as _

SEPIA = ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131))


def _sepia(params: Params) -> str:
    """Every channel as a mixture of all; its lights a little lower, or they would burn out."""
    k = MONOCHROME["k"].clamp(strength(params))
    rows = []
    for at, row in enumerate(SEPIA):
        rows += [f"{k * 0.9 * part + (1 - k) * (at == column):.4f}" for column, part in enumerate(row)] + ["0"]
    return "colorchannelmixer=" + ":".join(rows)


def _noir(params: Params) -> str:
    """Grey with deep shadows and hard lights; dark clips keep their drawing."""
    k = strength(params)
    tones = curves(k, {"all": ((0, 0), (0.12, 0.07), (0.3, 0.2), (0.6, 0.63), (0.85, 0.93), (1, 1))})
    return (
        f"hue=s={max(0.0, 1 - 2 * k):.3f},{TO_RGB},{tones},{TO_YUV},"
        f"vignette=angle={0.36 + 0.18 * k:.4f},noise=c0s={round(6 * k)}:c0f=t"
    )


def _bleach(params: Params) -> str:
    k = strength(params)
    tones = curves(k, {"all": ((0, 0), (0.25, 0.17), (0.5, 0.52), (0.75, 0.84), (1, 1))})
    return f"hue=s={max(0.1, 1 - 0.55 * k):.3f},{TO_RGB},{tones},{TO_YUV}"


def _cross_process(params: Params) -> str:
    """Slide film in the wrong bath: contrast in red and green, blue shadows, yellow lights."""
    return curves(
        strength(params),
        {
            "r": ((0, 0), (0.25, 0.17), (0.5, 0.52), (0.75, 0.87), (1, 1)),
            "g": ((0, 0), (0.25, 0.21), (0.5, 0.55), (0.75, 0.84), (1, 1)),
            "b": ((0, 0.12), (0.25, 0.3), (0.5, 0.47), (0.75, 0.66), (1, 0.84)),
        },
    )


SEPIA_TONE = Effect(
    id="sepia",
    stage=Stage.LOOK,
    label=_("Sepia"),
    value=strength_text,
    percent=100,
    limits=MONOCHROME,
    change=("sepia", 1),
    video=_sepia,
    in_rgb=True,
    en=Words(
        names=(
            "sepia( ?tones?| toned| tint(ed)?| filter| colou?rs?)?|daguerreotype|tintype|"
            "brown (tones?|toned|tint|tinted)|brownish"
        ),
        things="(old|antique|victorian|aged|faded|historic(al)?) photo(graph)?s?",
    ),
    zh=Words(
        names=("棕褐|棕褐色|棕褐色调|褐色调|棕色调|棕调|深褐色|乌贼墨|泛黄老照片|泛黄照片|复古棕|怀旧棕|褐色"),
        things="老照片|旧照片|老相片|旧相片",
    ),
    examples_en=("make it sepia", "make it look like an old photo"),
    examples_zh=("变成棕褐色", "做成老照片的样子"),
)

NOIR = Effect(
    id="noir",
    stage=Stage.LOOK,
    label=_("Film noir"),
    value=strength_text,
    percent=100,
    change=("flat chroma", 0),
    video=_noir,
    en=Words(
        names=(
            "(classic )?(film )?noir( film| movie)?|film noire|hard ?boiled|sin city|"
            "(old )?(crime|detective|gangster) (film|movie|story)s?"
        ),
    ),
    zh=Words(names="黑色电影|黑色电影风格|黑色风格|侦探片|侦探电影|警匪片|罪恶之城|黑白侦探片"),
    examples_en=("give it a film noir look", "make it like a detective movie"),
    examples_zh=("黑色电影风格", "做成侦探片的感觉"),
)

BLEACH = Effect(
    id="bleach",
    stage=Stage.LOOK,
    label=_("Bleach bypass"),
    value=strength_text,
    percent=100,
    change=("chroma", -1),
    video=_bleach,
    en=Words(
        names=(
            "bleach(ed)? ?by ?pass(ed)?|silver retention|skip bleach|gritt(y|ier|iness)|grit|gritty war (film|movie)|"
            "war (film|movie)s?|saving private ryan|rugged|raw and gritty"
        ),
    ),
    zh=Words(names="跳漂白|漂白|跳漂|留银|留银冲洗|粗粝|粗粝感|粗犷|战争片|战争电影|冷硬"),
    examples_en=("apply a bleach bypass", "make it gritty"),
    examples_zh=("用跳漂白效果", "做成战争片的质感"),
)

CROSS_PROCESS = Effect(
    id="crossprocess",
    stage=Stage.LOOK,
    label=_("Cross processing"),
    value=strength_text,
    percent=100,
    change=("picture", 1),
    video=_cross_process,
    in_rgb=True,
    en=Words(names="(x|cross)( |-)?process(ed|ing)?|cross developed|lomograph(y|ic)|holga|expired film|toy camera"),
    zh=Words(names="交叉冲印|正片负冲|交叉冲洗|过期胶片|过期胶卷|玩具相机"),
    examples_en=("cross process it", "make it look like expired film"),
    examples_zh=("做成正片负冲", "过期胶片的效果"),
)
