"""A city at night, by its words."""

from studio.engine.errors import gettext_noop as _
from studio.engine.scenes.entry import (
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
    "": _("City at night"),
    "dusk": _("City at dusk"),
    "neon": _("City at night in neon light"),
}
SUBJECT = Words(
    en=r"city|cities|cityscapes?|skylines?|downtown|metropolis|skyscrapers?|manhattan|urban(?: landscape| scene)?|"
    r"megacity|city ?lights?",
    zh=r"城市|都市|城景|天际线|摩天大楼|摩天楼|高楼大厦|高楼|市中心|万家灯火|城里",
)
HINT = Words(
    en=r"buildings?|towers?|streets?|avenues?|traffic|high ?rises?|neon(?: lights?| signs?)?|cyber ?punk",
    zh=r"大楼|楼房|街道|街头|马路|车流|霓虹灯|霓虹|赛博朋克|夜景",
)
ITS_OWN = Words(
    en=r"windows?|lit|lit up|lights|rivers?|waterfronts?|water|reflect(?:ions?|ing|ed)?|flicker(?:ing)?|cars?|"
    r"twinkling|glitter(?:ing)?|busy|modern|big|tall|huge|headlights|street ?lamps?|of the|at|quay|harbou?r|bay",
    zh=r"灯光|灯火|窗户|窗|亮着|亮|河边|江边|河面|江面|河|江|倒影|倒映|水面|汽车|车灯|闪烁|璀璨|繁华|现代|路灯|辉煌",
)
DUSK = Words(en=SUNSET.en + r"|blue hour|nightfall", zh=SUNSET.zh + r"|蓝调时刻|暮色|华灯初上")
NEON = Words(en=r"neon(?: lights?| signs?)?|cyber ?punk|synthwave|futuristic", zh=r"霓虹灯|霓虹|赛博朋克|未来")

CITY = DrawnScene(
    id="city",
    module="city",
    labels=LABELS,
    subject=SUBJECT,
    hint=HINT,
    choices={
        "palette": {
            "dusk": Choice(LABELS["dusk"], DUSK),
            "neon": Choice(LABELS["neon"], NEON),
        },
        "weather": {"snow": SNOW, "fog": FOG, "rain": RAIN},
        "move": TRAVELS,
    },
    shown=(SUBJECT, HINT, NIGHT, SHOWN, ITS_OWN, STILL),
    examples_en=(
        "a city at night, lights reflected in the river",
        "a neon city in the rain",
        "the skyline at dusk",
        "skyscrapers in the fog at night",
        "snow falling on the city, slow pan left",
    ),
    examples_zh=("城市夜景，灯光倒映在河面", "雨夜的霓虹城市", "黄昏的天际线", "雾中的摩天大楼", "雪中的都市"),
    ideas=(_("A city at night in the rain, lights on the river"),),
)
