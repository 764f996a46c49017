"""Moments played again or in another order: reverse, boomerang, loop, freeze; and how smoothly they follow."""

from studio.engine.effects.entry import Effect, Limit, Params, Stage, Words, number
from studio.engine.errors import gettext_noop as _


def seconds_text(params: Params) -> str:
    return f"{number({'seconds': 1.0, **params}, 'seconds'):.1f} s"


REVERSE = Effect(
    id="reverse",
    stage=Stage.TIME,
    label=_("Direction"),
    value=lambda params: _("backwards"),
    change=("reversed", 1),
    limits={},
    en=Words(
        names="revers(e|ed|es|ing)( (it|the (video|clip|footage)))?|in reverse|revers(e|ed) playback|"
        "(play|run|played|playing|show)?( (it|this|the (video|clip)))? backwards?|rewind(ing)?|rewound|"
        "(play|run)( it)? in reverse|back to front|from (the )?end to (the )?(start|beginning)",
    ),
    zh=Words(
        names="倒放|倒带|反向播放|倒着播放|倒着放|倒播|逆向播放|反着播放|反向|倒序播放|倒序|时光倒流|倒退播放|回放倒带"
    ),
    examples_en=("reverse it", "play it backwards"),
    examples_zh=("倒放", "倒着播放"),
)

BOOMERANG = Effect(
    id="boomerang",
    stage=Stage.TIME,
    label=_("Direction"),
    value=lambda params: _("forwards and backwards"),
    change=("there and back", 1),
    limits={},
    en=Words(
        names="boomerang( effect)?|ping pong( loop)?|forwards? (and|then) (then )?back(wards?)?|"
        "forwards? (and|then) (in )?reverse|back and forth( loop)?|bounce loop",
    ),
    zh=Words(
        names="来回播放|回旋镖|回旋镖效果|往返播放|来回循环|正放再倒放|正放然后倒放|正着放再倒着放|来回放|乒乓循环"
    ),
    examples_en=("make it a boomerang", "play it forwards and backwards"),
    examples_zh=("来回播放", "回旋镖效果"),
)

LOOP = Effect(
    id="loop",
    stage=Stage.TIME,
    label=_("Plays"),
    value=lambda params: f"{round(number({'plays': 2.0, **params}, 'plays'))}×",
    change=("twice", 1),
    limits={"plays": Limit(2.0, 2.0, 20.0)},
    en=Words(
        names="loop(ed|ing|s)?|repeat(ed|ing|s)?|play (it )?again|over and over( again)?|on (a )?loop|replay(ed)?"
    ),
    zh=Words(names="循环|循环播放|重复|重复播放|反复播放|再放一遍|再播一遍|连播|重播|反复"),
    examples_en=("loop it 3 times", "repeat it twice"),
    examples_zh=("循环3次", "重复播放两遍"),
)

FREEZE = Effect(
    id="freeze",
    stage=Stage.TIME,
    label=_("Still at the end"),
    value=seconds_text,
    change=("still end", 1),
    limits={"seconds": Limit(0.2, 2.0, 30.0)},
    en=Words(
        names="(freeze|hold|pause)( on)?( the)? (last|final|end|ending) (frame|picture|image|shot)|"
        "(freeze|hold|pause)( on)?( the)? (frame|picture|image) at the end|freeze(d|s)? at the end|"
        "freeze( the)? (end|ending)|freeze frame( at the end)?|end(ing)? (on|with) a freeze( frame)?|"
        "end on a still( frame)?|still frame at the end",
    ),
    zh=Words(
        names="定格|结尾定格|最后定格|定格最后一帧|定格在最后一帧|最后一帧定格|画面定格|冻结最后一帧|冻结画面|停在最后一帧|"
        "最后一帧停留|停留在最后一帧|结尾停住|结尾停留|结尾冻结|末尾定格|定格结尾"
    ),
    examples_en=("freeze the last frame", "hold the last frame for 3 seconds"),
    examples_zh=("定格最后一帧", "结尾定格3秒"),
)

SMOOTH = Effect(
    id="smooth",
    stage=Stage.TIME,
    label=_("Frame rate"),
    value=lambda params: f"{number({'fps': 60.0, **params}, 'fps'):g} fps",
    change=("more pictures", 1),
    limits={"fps": Limit(24.0, 60.0, 60.0)},
    en=Words(
        names="smooth(er|en|ly)? (motion|movement|movements|playback|video)|smooth(en)?( it)? out|"
        "make it smooth(er)?|"
        "smooth(en|er)( the)?( (motion|movement|video))?|smooth (the|out the) (motion|movement|video)|"
        "(frame |motion )?interpolat(e|ed|ion)( (the )?frames)?|(higher|high|increase the|raise the) frame ?rate|"
        "frame ?rate|more frames|less (choppy|jerky|juddery|stuttery)|buttery smooth|"
        "fluid (motion|movement)|more fluid",
        faults="choppy|jerky|juddery|stuttery",
    ),
    zh=Words(
        names="补帧|插帧|更流畅|流畅一点|流畅些|流畅|流畅度|提高帧率|帧率|高帧率|提升帧率|丝滑|更丝滑|顺滑|更顺滑|动作更流畅",
        faults="卡顿|不流畅|一卡一卡",
    ),
    examples_en=("make the motion smoother", "increase the frame rate to 60 fps"),
    examples_zh=("补帧到60帧", "让动作更流畅"),
)
