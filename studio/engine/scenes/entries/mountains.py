"""Mountains, by their words."""

from studio.engine.errors import gettext_noop as _
from studio.engine.scenes.entry import (
    DAWN,
    DAY,
    FOG,
    NIGHT,
    RAIN,
    SHOWN,
    SNOW,
    STILL,
    SUNSET,
    TRAVELS,
    Choice,
    DrawnScene,
    Words,
)

LABELS = {
    "": _("Mountains"),
    "sunset": _("Mountains at sunset"),
    "dawn": _("Mountains at sunrise"),
    "day": _("Mountains by day"),
    "night": _("Mountains at night"),
}
SUBJECT = Words(
    en=r"mountain (?:ranges?|tops?|peaks?|ridges?)|mountains?|mountainous|peaks?|summits?|ridges?|alps|alpine|"
    r"himalayas?|highlands?|snow capped (?:mountains?|peaks?)",
    zh=r"雪山|高山|群山|山脉|山峰|山岭|山峦|山谷|山顶|远山|山水|山景|山川|山",
)
HINT = Words(
    en=r"hills?|valleys?|forests?|pines?|woods|fir trees?|wilderness", zh=r"丘陵|峡谷|森林|松林|松树|树林|山丘"
)
ITS_OWN = Words(
    en=r"layers of|layers?|layered|rugged|rocky|high|tall|majestic|silhouettes?|snow capped|trees?|capped|clear",
    zh=r"层层|层叠|连绵|起伏|巍峨|雄伟|高耸|树|剪影|之间|间",
)

MOUNTAINS = DrawnScene(
    id="mountains",
    module="mountains",
    labels=LABELS,
    subject=SUBJECT,
    hint=HINT,
    choices={
        "palette": {
            "sunset": Choice(LABELS["sunset"], SUNSET),
            "dawn": Choice(LABELS["dawn"], DAWN),
            "day": Choice(LABELS["day"], DAY),
            "night": Choice(LABELS["night"], NIGHT),
        },
        "weather": {"snow": SNOW, "fog": FOG, "rain": RAIN},
        "move": TRAVELS,
    },
    shown=(SUBJECT, HINT, SHOWN, ITS_OWN, STILL),
    examples_en=(
        "mountains at sunrise with mist in the valleys",
        "layered mountain ridges at sunset",
        "a mountain range by day, drifting clouds",
        "snow falling on the mountains at night",
        "a pine forest in the rain",
    ),
    examples_zh=("日出时的群山", "夕阳下的山脉", "云雾中的山峰", "下雪的山谷", "星空下的雪山"),
    ideas=(_("Mountain ridges at sunrise, mist in the valleys"),),
)
