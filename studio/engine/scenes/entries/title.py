"""A title card, by its words."""

from studio.engine.errors import gettext_noop as _
from studio.engine.scenes.entry import DrawnScene, Words

from .colours import COLOURS

LABELS = {
    "": _("Title card"),
    "red": _("Title card in red"),
    "pink": _("Title card in pink"),
    "gold": _("Title card in gold"),
    "green": _("Title card in green"),
    "teal": _("Title card in teal"),
    "blue": _("Title card in blue"),
    "violet": _("Title card in violet"),
    "white": _("Title card in white"),
    "black": _("Title card in black"),
}
SUBJECT = Words(
    en=r"title ?cards?|title screen|opening titles?|end titles?|intro(?: card| title)?|title sequence|end card",
    zh=r"片头|片尾|标题卡|标题页|标题画面|字幕卡|开场标题",
)
HINT = Words(
    en=r"titles?|headings?|headlines?|text|words|letters|captions?|subtitles?",
    zh=r"标题|文字|字样|写着|大字|字幕|副标题|片名",
)
ITS_OWN = Words(
    en=r"a|an|the|in|on|with|and|of|that says|that reads|saying|says|reading|reads|show(?:s|ing)?|"
    r"please|make|create|card|backgrounds?|gradients?|colou?rs?|deep|soft|light|bright|elegant|simple|beautiful|big|large|"
    r"cent(?:er|re)(?:ed)?|in the (?:middle|cent(?:er|re))|gentle|gently|slow(?:ly)?|moving|animated|"
    r"glow(?:ing)?|video|film|clip",
    zh=r"一个|一张|的|在|上|和|与|用|做|制作|生成|写|背景|渐变|颜色|色|深|浅|柔和|优雅|简单|漂亮|大|居中|中间|缓缓|动态|视频|短片",
)

TITLE = DrawnScene(
    id="title",
    module="title",
    labels=LABELS,
    subject=SUBJECT,
    hint=HINT,
    choices={"palette": COLOURS},
    shown=(SUBJECT, HINT, ITS_OWN),
    examples_en=(
        'a title card "Summer in Lisbon" in gold',
        '"Chapter One" on a deep blue background',
        'title: "The End"',
    ),
    examples_zh=("片头“夏日里斯本”，金色", "深蓝色背景上的标题“第一章”", "“再见”"),
    ideas=(_("A title card “A summer by the sea” in gold"),),
    quoted=True,
)
