"""The ocean, by its words."""

from studio.engine.errors import gettext_noop as _
from studio.engine.scenes.entry import DAWN, DAY, NIGHT, SHOWN, STILL, SUNSET, Choice, DrawnScene, Words

LABELS = {
    "": _("Ocean"),
    "sunset": _("Ocean at sunset"),
    "dawn": _("Ocean at dawn"),
    "day": _("Ocean by day"),
    "night": _("Ocean at night"),
}
SUBJECT = Words(
    en=r"oceans?|seas?|seascapes?|seasides?|seashores?|beach(?:es)?|coast(?:line|al)?|shores?|surf|tides?|lagoons?|"
    r"sailboats?",
    zh=r"大海|海洋|海面|海边|海滩|海岸|沙滩|海浪|波浪|浪花|海上|海景|海水|海平线|帆船|航行|(?<![云上])海",
)
HINT = Words(
    en=r"waves?|horizons?|bays?|water|sail(?:ing|s)?|boats?|yachts?|ships?|harbou?rs?",
    zh=r"水面|小船|船",
)
ITS_OWN = Words(
    en=r"glitter(?:ing)?|reflections?|reflecting|islands?|gulls?|seagulls?", zh=r"倒影|波光|粼粼|小岛|岛|海鸥"
)

OCEAN = DrawnScene(
    id="ocean",
    module="ocean",
    labels=LABELS,
    subject=SUBJECT,
    hint=HINT,
    choices={
        "palette": {
            "sunset": Choice(LABELS["sunset"], SUNSET),
            "dawn": Choice(LABELS["dawn"], DAWN),
            "day": Choice(LABELS["day"], DAY),
            "night": Choice(LABELS["night"], NIGHT),
        }
    },
    shown=(SUBJECT, HINT, SHOWN, ITS_OWN, STILL),
    examples_en=("a calm ocean at sunset", "the sea at night under the moon", "waves in the morning sun"),
    examples_zh=("夕阳下的大海", "月光下的大海", "清晨的海浪"),
    ideas=(
        _("A calm ocean at sunset, the sun just above the horizon"),
        _("A sailing boat at dawn, gentle waves"),
    ),
)
