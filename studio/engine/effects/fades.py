"""From black and into black: the light of the picture, and its sound with it."""

from studio.engine.effects.entry import Effect, Limit, Params, Stage, Words, number
from studio.engine.effects.replay import seconds_text
from studio.engine.errors import gettext_noop as _

LAST_PICTURE = 0.04
"""The clip's last picture begins about so many seconds before its end, and shall be black."""


def _share(params: Params, length: float) -> float:
    """Seconds of the fade: never more than half of the clip."""
    return max(0.01, min(number({"seconds": 1.0, **params}, "seconds"), length / 2))


def _in(params: Params, moment: float, length: float) -> float:
    return min(1.0, max(0.0, moment / _share(params, length)))


def _out(params: Params, moment: float, length: float) -> float:
    return _in(params, length - LAST_PICTURE - moment, length)


SECONDS = {"seconds": Limit(0.1, 1.0, 20.0)}
FADES = "(slow(ly)? )?fad(e|es|ed|ing)"
SHOWN = "(video|picture|image|clip|film|movie|footage|shot|scene)"
BOTH = f"( the)? (sound|audio) and( the)? {SHOWN}|( the)? {SHOWN} and( the)? (sound|audio)"
FADED = f"( it| everything|( the)? {SHOWN}|{BOTH})"

FADE_IN = Effect(
    id="fade-in",
    stage=Stage.FADE,
    label=_("Fade in"),
    value=seconds_text,
    change=("black beginning", 1),
    limits=SECONDS,
    light=_in,
    en=Words(
        names=f"{FADES}{FADED}?( slowly| gently)? in( slowly| gently)?( from black)?|fade in effect|{FADES} in({BOTH})|"
        f"{FADES}({FADED}| up)?( slowly)? from black|(start|begin|open)(ing|s)? (from|with|on|in) black|"
        "(come|comes|coming|rise|rises|rising|emerge|emerges|emerging)( up| in)?( slowly| gently)? (from|out of) black",
    ),
    zh=Words(
        names="淡入|渐显|淡入效果|画面淡入|开头淡入|从黑屏淡入|黑屏淡入|从黑场淡入|慢慢淡入|渐入|从黑渐显|开头渐显|片头淡入"
    ),
    examples_en=("fade in", "fade in from black over 2 seconds"),
    examples_zh=("淡入", "开头淡入2秒"),
)

FADE_OUT = Effect(
    id="fade-out",
    stage=Stage.FADE,
    label=_("Fade out"),
    value=seconds_text,
    change=("black end", 1),
    limits=SECONDS,
    light=_out,
    en=Words(
        names=f"{FADES}{FADED}?( slowly| gently)? out( slowly| gently)?( to black)?|fade out effect|"
        f"{FADES} out({BOTH})|"
        f"{FADES}({FADED}| down)?( slowly)? (in)?to black|"
        "(end|finish|close)(ing|s|es)? (in|with|on) black|"
        "fade away",
    ),
    zh=Words(
        names="淡出|渐隐|淡出效果|画面淡出|结尾淡出|淡出到黑屏|结尾淡出到黑|结尾淡出到黑屏|最后淡出到黑|"
        "淡出至黑屏|淡出到黑|淡出黑场|慢慢淡出|渐出|渐黑|渐变到黑|最后淡出|片尾淡出|结尾渐黑|末尾淡出"
    ),
    examples_en=("fade out", "fade to black at the end"),
    examples_zh=("淡出", "结尾淡出"),
)
