"""Looks of the whole picture: black and white, vintage, teal and orange; and the vignette."""

from studio.engine.effects.entry import (
    TO_RGB,
    TO_YUV,
    Effect,
    Limit,
    Params,
    Stage,
    Words,
    number,
    strength,
    strength_text,
)
from studio.engine.errors import gettext_noop as _

MONOCHROME = {"k": Limit(0.1, 1.0, 1.0)}


def _mono(params: Params) -> str:
    return f"hue=s={1 - MONOCHROME['k'].clamp(number({'k': 1.0, **params}, 'k')):.3f}"


def _vintage(params: Params) -> str:
    """Lifted blacks, creamy whites, faded colour, a little grain."""
    k = strength(params)
    return (
        f"{TO_RGB},curves=r='0/{0.055 * k:.3f} 0.5/{0.5 + 0.05 * k:.3f} 1/{1 - 0.005 * k:.3f}'"
        f":g='0/{0.035 * k:.3f} 0.5/{0.5 + 0.015 * k:.3f} 1/{1 - 0.035 * k:.3f}'"
        f":b='0/{0.075 * k:.3f} 0.5/{0.5 - 0.02 * k:.3f} 1/{1 - 0.15 * k:.3f}'"
        f",{TO_YUV},hue=s={1 - 0.2 * k:.3f},vignette=angle={0.36 + 0.08 * k:.4f},noise=c0s={round(5 * k)}:c0f=t"
    )


def _teal_orange(params: Params) -> str:
    """Shadows towards teal, skin and highlights towards orange; the middle stays where it is."""
    k = strength(params)
    return (
        f"curves=r='0/0 0.25/{0.25 - 0.055 * k:.3f} 0.5/{0.5 + 0.02 * k:.3f} 0.75/{0.75 + 0.05 * k:.3f} 1/1'"
        f":g='0/0 0.25/{0.25 - 0.004 * k:.3f} 0.5/0.5 0.75/{0.75 + 0.008 * k:.3f} 1/1'"
        f":b='0/{0.03 * k:.3f} 0.25/{0.25 + 0.03 * k:.3f} 0.5/{0.5 - 0.02 * k:.3f} 0.75/{0.75 - 0.07 * k:.3f}"
        f" 1/{1 - 0.08 * k:.3f}'"
    )


def _vignette(params: Params) -> str:
    return f"vignette=angle={0.36 + 0.27 * strength(params):.4f}"


BLACK_AND_WHITE = Effect(
    id="bw",
    stage=Stage.LOOK,
    label=_("Black and white"),
    value=strength_text,
    percent=100,
    change=("flat chroma", 0),
    limits=MONOCHROME,
    video=_mono,
    en=Words(
        names=(
            "make it gr[ae]y( ?scale)?|gr[ae]y tones|all gr[ae]y|in gr[ae]y|black (and|n|or)? ?white|black white|"
            "b( and | n | / )?w|bw|blackandwhite|black / white|monochrom(e|"
            "atic)|gr[ae]yscale|gr[ae]y scale|mono"
            "|desaturate (it )?(completely|fully|entirely)|(completely|fully|entirely) desaturated?|"
            "shades of gr[ae]y|colou?rless"
        ),
        absence="colou?rs?|all colou?rs?|saturation|colou?ring|colou?r information",
    ),
    zh=Words(
        names=(
            "黑白|黑白照片|黑白胶片|黑白影片|黑白画面|彩色变黑白|彩色转黑白|黑白色|黑白片|黑白照|灰度|单色|去色|"
            "无彩色|无色|无色彩|黑白电影"
        ),
        absence="颜色|色彩|彩色|所有颜色",
    ),
    examples_en=("make it black and white", "turn it into greyscale"),
    examples_zh=("变成黑白", "去掉颜色"),
)

VINTAGE = Effect(
    id="vintage",
    stage=Stage.LOOK,
    label=_("Vintage film"),
    value=strength_text,
    percent=100,
    change=("picture", 1),
    video=_vintage,
    en=Words(
        names=(
            "vintage|retro|old(er)? (film|movies?|school|fashioned|time|timey|footage|cinema|home movies?|style)|"
            "film (look|stock|style|feel|vibe|aesthetic|effect)"
            "|(8|16|35) ?mm( film)?|super 8|kodak|kodachrome|analog(ue)?( film)?|nostalgi(c|a)|antique|aged( film)?"
            "|film like|filmic|celluloid|(19)?[56789]0 (' )?s (style|look|vibe|vibes|feel|film|movie|aesthetic|video|"
            "footage|cinema|effect|tv|camcorder|mood|home video)|the (19)?[56789]0 (' )?s|(nineteen )?(fifties|"
            "sixties|seventies|eighties|nineties)( style| look| vibe| feel| film)?|lomo"
        ),
    ),
    zh=Words(
        names=(
            "复古|复古风|复古风格|怀旧|怀旧风|胶片|胶片感|胶片风|胶片风格|怀旧风格|做旧|老电影|旧电影|老胶片|年代感|古早|古早味|"
            "电影胶片|八十年代|九十年代|七十年代|柯达"
        ),
    ),
    examples_en=("give it a vintage look", "make it look like an old film"),
    examples_zh=("加上复古效果", "做成老电影的感觉"),
)

TEAL_ORANGE = Effect(
    id="teal-orange",
    stage=Stage.LOOK,
    label=_("Teal and orange"),
    value=strength_text,
    percent=100,
    change=("picture", 1),
    video=_teal_orange,
    in_rgb=True,
    en=Words(
        names=(
            "cinema (look|style|feel|vibe)|teal( and| /)? orange|orange( and)? teal|blockbusters?|cinematic|"
            "cinematically|hollywood|"
            "(like )?(a )?movie (look|grade|style|colou?rs?)"
            "|look like a (movie|film)|looks like a (movie|film)|movie like|like in the movies|"
            "(action )?movie colou?r grad(e|ing)|teal orange"
        ),
    ),
    zh=Words(
        names=(
            "电影大片|电影大片感|青橙|青橙色|青橙色调|橙青|橙青色调|电影感|电影质感|大片|大片感|电影级|电影风|电影风格|"
            "电影调色|好莱坞|"
            "电影色调|电影色彩"
        ),
    ),
    examples_en=("teal and orange look", "make it cinematic"),
    examples_zh=("青橙色调", "加点电影感"),
)

VIGNETTE = Effect(
    id="vignette",
    stage=Stage.VIGNETTE,
    label=_("Vignette"),
    value=strength_text,
    percent=100,
    change=("corners", -1),
    video=_vignette,
    en=Words(
        names=(
            "(dark )?vignett(e|es|ed|ing)( effect)?|(dark(en|ens|ened|ening|er)?|dim|shade|blacken|"
            "dimmer) (of )?(the |all )?(4 |four )?"
            "(edges|corners|borders|sides of the (frame|picture)|frame edges|outer edges|edges and corners|"
            "corners and edges)"
            "|(edges|corners|borders) (are |a bit |slightly |much )?(dark|darker|darkened|dimmed|dimmer)"
        ),
    ),
    zh=Words(
        names=(
            "暗角|晕影|四角变暗|四周变暗|四周压暗|边缘变暗|边缘压暗|压暗边缘|压暗四周|压暗四角|边角变暗|角落变暗|"
            "暗边|渐晕|边缘暗化|调暗边缘|四角压暗|四周暗|边缘暗|四角暗|角落暗|边角暗|周围暗|边缘压暗"
        ),
    ),
    examples_en=("add a vignette", "darken the corners"),
    examples_zh=("加暗角", "四周压暗"),
)
