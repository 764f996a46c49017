"""Words for colours, by the dye that they choose."""

from studio.engine.errors import gettext_noop as _
from studio.engine.scenes.entry import Choice, Choices, Words

COLOURS: Choices = {
    "red": Choice(_("red"), Words(r"reds?|crimson|scarlet|ruby|burgundy|wine red", r"红色|大红|深红|绯红|酒红|红")),
    "pink": Choice(_("pink"), Words(r"pink|rose|blush|salmon|peach", r"粉色|粉红色|粉红|玫瑰色|玫红|桃色|粉")),
    "gold": Choice(
        _("gold"),
        Words(
            r"gold(?:en)?|yellow|amber|champagne|honey|orange|warm",
            r"金色|金黄色|金黄|黄色|橙色|琥珀|香槟|暖色|金|黄|橙",
        ),
    ),
    "green": Choice(_("green"), Words(r"greens?|emerald|jade|olive", r"绿色|翠绿|碧绿|祖母绿|墨绿|绿")),
    "teal": Choice(_("teal"), Words(r"teal|turquoise|cyan|aqua", r"青色|青绿|湖蓝|蓝绿|青")),
    "blue": Choice(
        _("blue"), Words(r"blues?|sapphire|azure|navy|cobalt|indigo|cool", r"蓝色|深蓝|宝蓝|天蓝|靛蓝|冷色|蓝")
    ),
    "violet": Choice(
        _("violet"), Words(r"violet|purple|lavender|lilac|magenta|plum", r"紫色|紫罗兰|淡紫|薰衣草色|品红|紫")
    ),
    "white": Choice(_("white"), Words(r"white|silver|pearl|ivory|cream", r"白色|银色|珍珠色|象牙色|银白|白|银")),
    "black": Choice(_("black"), Words(r"black|dark|onyx|charcoal", r"黑色|深色|暗色|墨色|黑")),
}
