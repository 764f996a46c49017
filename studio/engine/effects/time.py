"""Time: slower, faster, trim. What plays moments again, or in another order, is in `replay`."""

from studio.engine.effects.entry import Effect, Limit, Params, Stage, Words, number
from studio.engine.errors import gettext_noop as _

SLOWEST, FASTEST = 10.0, 20.0
LONGEST = 86_400.0


def _speed_text(speed: float) -> str:
    return f"{speed:.2f}".rstrip("0").rstrip(".") + "×"


def _lead(speed: float) -> float:
    """How many milliseconds too early sound comes out of one atempo filter. Measured on clicks, tones and noise."""
    return 35 - 52 * (speed - 0.5) if speed < 1 else 13


def _tempo(speed: float) -> str:
    """Sound at another speed and the same pitch, in step with the picture.

    One atempo filter does not go below a half, and is clean only up to two.
    """
    steps = []
    while speed < 0.5:
        steps.append(0.5)
        speed /= 0.5
    while speed > 2:
        steps.append(2.0)
        speed /= 2
    lead = 0.0
    for step in (steps := [*steps, speed]):
        lead = lead / step + _lead(step)
    return ",".join([*(f"atempo={step:.6f}" for step in steps), f"adelay={lead:.1f}:all=1"])


def _seconds(params: Params, name: str, default: float = 0.0) -> float:
    return number({name: default, **params}, name)


def _trim_text(params: Params) -> str:
    """Times below zero count from the end of the clip."""
    start = _seconds(params, "start")
    end = _seconds(params, "end") if "end" in params else None
    if end is None:
        return f"−{-start:.1f} s –" if start < 0 else f"{start:.1f} s –"
    return f"{start:.1f}–{end:.1f} s" if end >= 0 else f"{start:.1f} – −{-end:.1f} s"


SLOW = Effect(
    id="slow",
    stage=Stage.TIME,
    label=_("Speed"),
    value=lambda params: _speed_text(1 / _seconds(params, "factor", 2)),
    change=("duration", 1),
    opposite="fast",
    limits={"factor": Limit(1.05, 2.0, SLOWEST)},
    factors={0.5: 1.5, 1.0: 2.0, 1.6: 3.0, 2.0: 4.0},
    video=lambda params: f"setpts=PTS*{_seconds(params, 'factor', 2):.6f}",
    audio=lambda params: _tempo(1 / _seconds(params, "factor", 2)),
    en=Words(
        names=(
            "slow(er|ed|ing|s)( down)?|slow ?mo|slo ?mo|slow down time|slow time|slowmotion|slow motion|super "
            "slow motion|slow down|"
            "bullet time|decelerat(e|ed|es|ing)"
        ),
        qualities="slow|sluggish|leisurely",
    ),
    zh=Words(
        names=(
            "慢动作|慢放|放慢|减速|变慢|慢镜头|慢速|慢下来|调慢|降速|升格|慢速播放|慢播|慢镜|减慢|减缓|缓慢|慢动作效果"
        ),
        qualities="慢|缓慢",
    ),
    examples_en=("slow it down", "play it at half speed"),
    examples_zh=("慢放两倍", "变成慢动作"),
)

FAST = Effect(
    id="fast",
    stage=Stage.TIME,
    label=_("Speed"),
    value=lambda params: _speed_text(_seconds(params, "factor", 2)),
    change=("duration", -1),
    opposite="slow",
    limits={"factor": Limit(1.05, 2.0, FASTEST)},
    factors={0.5: 1.5, 1.0: 2.0, 1.6: 3.0, 2.0: 4.0},
    video=lambda params: f"setpts=PTS/{_seconds(params, 'factor', 2):.6f}",
    audio=lambda params: _tempo(_seconds(params, "factor", 2)),
    en=Words(
        names=(
            "fast(er|en)|double time|fast forward(ed|ing)?|fast motion|quick(er|en|ens|ly)|time ?lapse|speed(ed|"
            "ing|s)? up|"
            "sped up|hyper ?lapse"
            "|accelerat(e|ed|es|ing|ion)|speed(y|ier)|hurry( up)?|rapid(er|ly)?|swift(er|ly)?"
        ),
        qualities="fast|quick|hasty|rapid|rushed|hectic",
        amounts=(
            "speed|pace|tempo|playback speed|velocity|playback rate|playback|frame speed|clip speed|video speed|"
            "speediness"
        ),
    ),
    zh=Words(
        names="快进|加速|加快|变快|快放|快动作|调快|提速|快速|快速播放|延时|延时摄影|倍速|快镜头|快播|降格",
        qualities="快|急促|快速",
        amounts="速度|播放速度|节奏|速率|播放速率|视频速度|倍率",
    ),
    examples_en=("speed it up", "play it at 2x speed"),
    examples_zh=("加速播放", "两倍速"),
)

TRIM = Effect(
    id="trim",
    stage=Stage.TRIM,
    label=_("Trim"),
    value=_trim_text,
    change=("duration", -1),
    limits={"start": Limit(-LONGEST, 0.0, LONGEST), "end": Limit(-LONGEST, 0.0, LONGEST)},
    en=Words(),
    zh=Words(),
    examples_en=("trim from 2 to 5 seconds", "keep only the first 3 seconds"),
    examples_zh=("截取第2秒到第5秒", "只保留前3秒"),
)
