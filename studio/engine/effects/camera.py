"""The camera over a moving picture: nearer, farther, to a side. It travels between pixels, so nothing judders."""

from studio.engine.effects.entry import Box, Effect, Limit, Params, Stage, Words, number
from studio.engine.errors import gettext_noop as _

TRAVEL = 0.3
"""How much larger the picture becomes over the clip at the usual strength."""
STRENGTH = {"k": Limit(0.1, 1.0, 3.4)}
"""Up to twice as large."""
DIRECTIONS = ("left", "right", "up", "down")


def _growth(params: Params) -> float:
    """How many times as large the picture is when the camera is near."""
    return 1 + TRAVEL * STRENGTH["k"].clamp(number({"k": 1.0, **params}, "k"))


def _eased(moment: float, length: float) -> float:
    """0 to 1 over the clip, slow at both ends."""
    part = min(1.0, max(0.0, moment / length)) if length > 0 else 0.0
    return part * part * (3 - 2 * part)


def _towards_the_middle(size: float) -> Box:
    return (1 - size) / 2, (1 - size) / 2, size, size


def _zoomed(params: Params, part: float) -> Box:
    return _towards_the_middle(_growth(params) ** -part)


def _zoom_in(params: Params, moment: float, length: float) -> Box:
    return _zoomed(params, _eased(moment, length))


def _zoom_out(params: Params, moment: float, length: float) -> Box:
    return _zoomed(params, 1 - _eased(moment, length))


def direction(params: Params) -> str:
    wanted = str(params.get("direction", "right"))
    return wanted if wanted in DIRECTIONS else "right"


def _pan(params: Params, moment: float, length: float) -> Box:
    """From the other side to the one that is named, over the part of the picture that the camera leaves out."""
    size = 1 / _growth(params)
    there, middle = (1 - size) * _eased(moment, length), (1 - size) / 2
    back = 1 - size - there
    left, top = {"right": (there, middle), "left": (back, middle), "down": (middle, there), "up": (middle, back)}[
        direction(params)
    ]
    return left, top, size, size


def _zoom_text(start: float, end: float) -> str:
    return f"{round(100 * start)} → {round(100 * end)} %"


SLOWLY = "(slow(ly)? |gentl[ey] )?"
AFTER = "( slowly)?"

ZOOM_IN = Effect(
    id="zoom-in",
    stage=Stage.CAMERA,
    label=_("Zoom"),
    value=lambda params: _zoom_text(1, _growth(params)),
    change=("middle grows", 1),
    percent=100 * TRAVEL,
    limits=STRENGTH,
    opposite="zoom-out",
    view=_zoom_in,
    en=Words(
        names=f"{SLOWLY}(zoom(s|ed|ing)?|push(es|ing)?|dolly(ing)?)( it| the camera)? in{AFTER}|"
        f"{SLOWLY}zoom(ing|s|ed)?|"
        "push in|(move|go|get|come|bring)( the camera| it| us)? closer|closer|camera push|crash zoom|"
        "ken burns( effect)?|(slow )?punch in",
    ),
    zh=Words(
        names="推近|拉近|放大|推镜|推进|推镜头|镜头推近|镜头拉近|镜头推进|慢慢推近|缓慢推近|慢慢放大|缓慢放大|缓慢推进|慢慢推进|"
        "慢慢拉近|缓慢拉近|逐渐放大|逐渐推近|画面放大|镜头缓慢推进|镜头慢慢推近|镜头慢慢拉近|变焦推近|靠近|放大画面|缓缓推近|缓缓推进|缓缓放大"
    ),
    examples_en=("slow zoom in", "push in slowly"),
    examples_zh=("镜头慢慢推近", "缓慢放大"),
)

ZOOM_OUT = Effect(
    id="zoom-out",
    stage=Stage.CAMERA,
    label=_("Zoom"),
    value=lambda params: _zoom_text(_growth(params), 1),
    change=("middle shrinks", 1),
    percent=100 * TRAVEL,
    limits=STRENGTH,
    opposite="zoom-in",
    view=_zoom_out,
    en=Words(
        names=f"{SLOWLY}(zoom(s|ed|ing)?|dolly(ing)?)( it| the camera)? (out|back){AFTER}|"
        f"{SLOWLY}(pull(s|ed|ing)?)( the camera)? (out|back){AFTER}|"
        "(move|go)( the camera| it)? (farther|further)( away)?|"
        "farther away|further away|dolly out|(camera )?pull back|wider (shot|view)",
    ),
    zh=Words(
        names="拉远|缩小|拉镜|拉镜头|镜头拉远|缓慢拉远|慢慢拉远|慢慢缩小|缓慢缩小|逐渐拉远|逐渐缩小|镜头慢慢拉远|镜头缓慢拉远|画面缩小|"
        "拉开镜头|镜头拉开|远离|缓缓拉远"
    ),
    examples_en=("slow zoom out", "pull back slowly"),
    examples_zh=("镜头慢慢拉远", "缓慢缩小"),
)

PAN = Effect(
    id="pan",
    stage=Stage.CAMERA,
    label=_("Camera"),
    value=lambda params: {
        "left": _("pan left"),
        "right": _("pan right"),
        "up": _("tilt up"),
        "down": _("tilt down"),
    }[direction(params)],
    change=("middle travels", 1),
    percent=100 * TRAVEL,
    limits=STRENGTH,
    view=_pan,
    en=Words(
        names=f"{SLOWLY}(camera )?pan(s|ned|ning)?( it| the camera)?{AFTER}( across)?|"
        f"{SLOWLY}(camera )?tilt(s|ed|ing)?( it| the camera)?( slowly)? (up|down)(wards?)?|"
        "(move|slide|moving|sliding)( the camera| the shot) (slowly )?(to the )?(left|right|up|down)|"
        "(from )?left to right|(from )?right to left|camera (moves?|slides?)( to the)? (left|right|up|down)",
    ),
    zh=Words(
        names="平移|摇镜|摇镜头|横移|横摇|镜头平移|左移|右移|向左平移|向右平移|向左移动|向右移动|向左移|向右移|镜头向左|镜头向右|镜头左移|镜头右移|"
        "向左摇|向右摇|上移|下移|向上平移|向下平移|向上移动|向下移动|镜头向上|镜头向下|向上摇|向下摇|镜头向左移动|镜头向右移动|镜头向上移动|"
        "镜头向下移动|镜头向左平移|镜头向右平移|镜头上移|镜头下移|从左到右|从右到左|缓慢平移|慢慢平移"
    ),
    examples_en=("pan left", "pan slowly to the right", "tilt up"),
    examples_zh=("镜头向左平移", "镜头向右移动"),
)
