"""The shape of the picture and how it stands: mirrored, turned, cropped, between bars, held still or shaken.

What holds it still is no filter: see `steadying` in the engine.
"""

import math

from studio.engine.effects.entry import Box, Effect, Limit, Params, Stage, Words, number, strength
from studio.engine.errors import gettext_noop as _

RATIOS = ("9:16", "16:9", "1:1", "4:5", "4:3", "3:4", "21:9")
SCOPE = 2.39
FILLED_TO = 15
"""Up to so many degrees a turned picture is enlarged until it fills its frame; beyond, its corners stay black."""
SHAKE = 0.05


INTO = "(make it |make this |turn it |to |into |in |as |for |a |crop it |convert it to |make the (video|clip) )"
FORMAT = "( (video|format|mode|orientation|version|crop|aspect ratio|clip))"
UPRIGHT, LYING, SQUARE = "(vertical|portrait)", "(landscape|horizontal)", "square"
SHAPES_EN = {
    "9:16": f"{INTO}{UPRIGHT}{FORMAT}?|{UPRIGHT}{FORMAT}|9:16|9 / 16|for (tiktok|(instagram )?(reels|stories)|"
    "(youtube )?shorts|(a )?phones?|mobile)",
    "16:9": f"{INTO}{LYING}{FORMAT}?|{LYING}{FORMAT}|16:9|16 / 9",
    "1:1": f"{INTO}{SQUARE}{FORMAT}?|{SQUARE}{FORMAT}|1:1",
    "4:5": "4:5",
    "4:3": "4:3",
    "3:4": "3:4",
    "21:9": "21:9",
}
SHAPES_ZH = {
    "9:16": "竖屏|竖版|竖屏视频|竖版视频|竖向|竖幅|竖直画面|抖音比例|抖音尺寸|手机竖屏",
    "16:9": "横屏|横版|横屏视频|横版视频|横向画面|横幅",
    "1:1": "方形|正方形|正方的|(裁|剪|变|做|改|弄)成方的|方的画面|正方形画面|方形视频|方形画面|正方形视频",
}


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def _degrees(params: Params) -> float:
    """Clockwise, above -180 and up to 180."""
    return 180 - (180 - number({"degrees": 90.0, **params}, "degrees")) % 360


def _degrees_text(params: Params) -> str:
    return f"{_degrees(params):+g}°".replace("-", "−").replace("+180", "180")


def _rotate(params: Params, width: int, height: int) -> str:
    degrees = _degrees(params)
    quarters = {90.0: "transpose=clock", -90.0: "transpose=cclock", 180.0: "hflip,vflip", 0.0: "null"}
    if degrees in quarters:
        return quarters[degrees]
    angle = math.radians(degrees)
    text = f"rotate=a={angle:.6f}:c=black"
    if abs(degrees) > FILLED_TO:
        return text
    wide, high = max(width, height), min(width, height)
    zoom = math.cos(angle) + wide / high * abs(math.sin(angle))
    return f"{text},crop={_even(width / zoom - 2)}:{_even(height / zoom - 2)},scale={width}:{height}:flags=bicubic"


def _rotated(params: Params, width: int, height: int) -> tuple[int, int]:
    return (height, width) if abs(_degrees(params)) == 90 else (width, height)


def ratio(params: Params) -> str:
    wanted = str(params.get("ratio", RATIOS[0]))
    return wanted if wanted in RATIOS else RATIOS[0]


def _cropped(params: Params, width: int, height: int) -> tuple[int, int]:
    """The largest even part of the middle that has the ratio."""
    across, down = (int(part) for part in ratio(params).split(":"))
    return min(width, _even(height * across / down)), min(height, _even(width * down / across))


def _aspect(params: Params, width: int, height: int) -> str:
    return "crop={}:{}".format(*_cropped(params, width, height))


def _letterbox(params: Params, width: int, height: int) -> str:
    """Two bars, or none where the picture is as wide already."""
    bar = round((height - width / SCOPE) / 2)
    if bar < 1:
        return ""
    bars = (f"drawbox=x=0:y={y}:w={width}:h={bar}:color=black:t=fill" for y in (0, height - bar))
    return ",".join(bars)


def _shake(params: Params, moment: float, length: float) -> Box:
    """A hand's tremble: several slow and quick swings that never meet in one beat."""
    k = strength(params)
    room = SHAKE * k
    swings = ((1.7, 0.0, 0.45), (3.1, 1.3, 0.3), (6.7, 2.1, 0.25))
    across = sum(part * math.sin(2 * math.pi * pace * moment + start) for pace, start, part in swings)
    down = sum(part * math.sin(2 * math.pi * pace * 1.13 * moment + start + 2) for pace, start, part in swings)
    return room / 2 * (1 + across), room / 2 * (1 + down), 1 - room, 1 - room


MIRROR = Effect(
    id="mirror",
    stage=Stage.GEOMETRY,
    label=_("Mirrored"),
    value=lambda params: _("left to right"),
    change=("columns swapped", 1),
    limits={},
    video=lambda params: "hflip",
    en=Words(
        names="mirror(ed|ing|s)?( (image|horizontally|effect|(the )?(image|video|picture|clip)|it))?|"
        "flip(ped|ping|s)?( it| the (video|image|picture|clip|frame))?"
        " ?(horizontally|sideways|left to right|left right)?|"
        "horizontal(ly)? (flip|mirror|flipped)|h flip|hflip|swap left and right|left right flip",
    ),
    zh=Words(
        names="镜像|镜像翻转|水平翻转|左右翻转|左右颠倒|水平镜像|左右镜像|横向翻转|左右对调|左右反转|水平反转|翻转|翻转画面|画面翻转"
    ),
    examples_en=("mirror it", "flip it horizontally"),
    examples_zh=("镜像", "左右翻转"),
)

FLIP_V = Effect(
    id="flip-v",
    stage=Stage.GEOMETRY,
    label=_("Mirrored"),
    value=lambda params: _("top to bottom"),
    change=("rows swapped", 1),
    limits={},
    video=lambda params: "vflip",
    en=Words(
        names="flip(ped|ping|s)?( it| the (video|image|picture|clip|frame))? (vertical(ly)?|upside down|top to bottom)|"
        "vertical(ly)? (flip|mirror|flipped)|v flip|vflip|upside down|mirror(ed)?( it)? vertically|"
        "turn(ed)? upside down",
    ),
    zh=Words(names="垂直翻转|上下翻转|上下颠倒|上下镜像|垂直镜像|纵向翻转|上下反转|垂直反转|颠倒|倒过来|倒立|竖直翻转"),
    examples_en=("flip it vertically", "turn it upside down"),
    examples_zh=("上下翻转", "垂直翻转"),
)

ROTATE = Effect(
    id="rotate",
    stage=Stage.GEOMETRY,
    label=_("Rotation"),
    value=_degrees_text,
    change=("turned", 1),
    limits={"degrees": Limit(-360.0, 90.0, 360.0)},
    shaped=_rotate,
    size=_rotated,
    en=Words(
        names="rotat(e|ed|es|ing|ion)|turn(ed)?( it| the (video|picture|image|clip))? (sideways|on its side)|"
        "(a )?quarter turn|(a )?half turn|tilt(ed)?( it| the (video|picture|image|clip))? by|"
        "straighten( it| the (horizon|video|picture|image|clip))?|turn(ed)?( it| the (video|picture|image|clip))? "
        "(counter |anti )?clockwise",
    ),
    zh=Words(
        names="旋转|转动|转向|顺时针旋转|逆时针旋转|顺时针|逆时针|向右旋转|向左旋转|旋转画面|画面旋转|倾斜|向左转|向右转|横过来"
    ),
    examples_en=("rotate it 90 degrees", "rotate it 10 degrees counterclockwise", "turn it sideways"),
    examples_zh=("旋转90度", "画面向左旋转90度"),
)

ASPECT = Effect(
    id="aspect",
    stage=Stage.GEOMETRY,
    label=_("Aspect ratio"),
    value=ratio,
    change=("ratio", 1),
    limits={},
    shaped=_aspect,
    size=_cropped,
    en=Words(names="|".join(SHAPES_EN.values())),
    zh=Words(names="|".join(SHAPES_ZH.values())),
    examples_en=("crop to 9:16", "make it vertical", "make it square"),
    examples_zh=("裁成9:16", "变成竖屏", "改成正方形"),
)

STABILISE = Effect(
    id="stabilise",
    stage=Stage.STABILISE,
    slow=True,
    label=_("Stabilised"),
    value=lambda params: _("on"),
    change=("steadier", 1),
    limits={},
    en=Words(
        names="stabili[sz](e|ed|es|ing|ation|er)( (the )?(shot|video|footage|clip|camera|image))?|"
        "stead(y|ier|ied)( (the )?(shot|video|footage|clip|camera|image))?|less shak(y|iness)|"
        "(remove|reduce|fix|get rid of|take out|smooth out)( the)? (camera )?"
        "(shakes?|shakiness|shaking|wobble|jitter)|"
        "(less|no|without)( the)? (camera )?(shake|shaking|wobble)|smooth (camera|out the camera)|anti ?shake|deshake",
        faults="shaky|wobbly|jittery|unsteady",
    ),
    zh=Words(
        names="防抖|稳定|去抖|增稳|稳定画面|画面稳定|去除抖动|减少抖动|消除抖动|去掉抖动|镜头稳定|稳一点|稳一下|稳一稳|稳住|平稳|平稳一点|防抖动|不抖|不晃",
        faults="太抖|太晃|有点抖|有点晃|抖得厉害|晃得厉害|太抖了|太晃了|抖个不停",
    ),
    examples_en=("stabilize the shot", "remove the camera shake"),
    examples_zh=("画面防抖", "稳定画面"),
)

SHAKE_ON = Effect(
    id="shake",
    stage=Stage.CAMERA,
    label=_("Camera shake"),
    value=lambda params: f"{round(100 * strength(params))} %",
    change=("shaken", 1),
    percent=100,
    view=_shake,
    en=Words(
        names="(camera|hand ?held|screen) shake|hand ?held (look|feel|camera|style|effect)|"
        "shak(e|ing) (the )?(camera|screen)|"
        "shaky cam(era)?( (look|effect))?|earthquake( (effect|shake))?|shake (effect|it)|shakier|camera wobble|"
        "make it (shak(e|y)|hand ?held)|wobbly camera",
        amounts="shake|shakiness|camera shake",
    ),
    zh=Words(
        names="手持感|手持抖动|手持效果|手持镜头|镜头抖动|镜头晃动|加抖动|抖动效果|晃动效果|地震效果|震动效果|画面震动|屏幕震动|手持风格|摇晃"
    ),
    examples_en=("add camera shake", "give it a handheld look"),
    examples_zh=("加手持抖动", "镜头晃动效果"),
)

LETTERBOX = Effect(
    id="letterbox",
    stage=Stage.LETTERBOX,
    label=_("Letterbox"),
    value=lambda params: "2.39:1",
    change=("black bars", 1),
    limits={},
    shaped=_letterbox,
    en=Words(
        names="letter ?box(ed|ing)?|(cinema |cinematic |film |movie |widescreen )?black (bars|borders)|"
        "(cinema|cinematic|film|movie|widescreen) (bars|borders)"
        "( at the top and (the )?bottom)?|"
        "anamorphic( (look|ratio|bars|format))?|cinemascope|widescreen( (look|bars|format|crop))?|scope format|"
        "(2.35|2.39|2.40|2.4) : 1",
    ),
    zh=Words(
        names="宽银幕|黑边|遮幅|电影黑边|上下黑边|加黑边|电影画幅|宽银幕黑边|电影遮幅|宽荧幕|上下加黑边|电影感黑边"
    ),
    examples_en=("add black bars", "give it a letterbox"),
    examples_zh=("加电影黑边", "宽银幕"),
)
