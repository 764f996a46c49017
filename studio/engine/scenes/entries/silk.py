"""Silk, by its words."""

from studio.engine.errors import gettext_noop as _
from studio.engine.scenes.entry import STILL, DrawnScene, Words

from .colours import COLOURS

LABELS = {
    "": _("Silk"),
    "red": _("Silk in red"),
    "pink": _("Silk in pink"),
    "gold": _("Silk in gold"),
    "green": _("Silk in green"),
    "teal": _("Silk in teal"),
    "blue": _("Silk in blue"),
    "violet": _("Silk in violet"),
    "white": _("Silk in white"),
    "black": _("Silk in black"),
}
SUBJECT = Words(
    en=r"silk(?:en|y)?|satin|velvet|fabrics?|cloth|drap(?:es|ery)|abstract|textiles?",
    zh=r"丝绸|绸缎|锦缎|天鹅绒|布料|织物|绸|抽象背景|抽象",
)
HINT = Words(en=r"folds?|ribbons?|veils?", zh=r"褶皱|丝带|飘带")
ITS_OWN = Words(
    en=r"flow(?:ing|s)?|wav(?:es|ing|y)|ripples?|rippling|billowing|smooth|elegant|luxur(?:y|ious)|undulating|liquid|"
    r"loops?|colou?r(?:s|ful)?|shiny|sheen|draped|of light|light|streams?|slow|calm|gentle|gently|"
    r"peaceful|shimmer(?:ing)?|sparkling|drifting|rolling|shapes?|art|background",
    zh=r"流动|飘动|飘逸|起伏|波纹|波浪|光泽|柔滑|柔软|优雅|华丽|丝滑|光影|背景|平静|宁静|温柔|色",
)

SILK = DrawnScene(
    id="silk",
    module="silk",
    labels=LABELS,
    subject=SUBJECT,
    hint=HINT,
    choices={"palette": COLOURS},
    shown=(SUBJECT, HINT, ITS_OWN, STILL),
    examples_en=(
        "flowing red silk",
        "an abstract background in deep blue",
        "golden satin folds",
        "waves of violet silk",
    ),
    examples_zh=("流动的红色丝绸", "蓝色的抽象背景", "金色绸缎的褶皱", "紫色的丝绸"),
    ideas=(_("Flowing silk in deep blue"),),
)
