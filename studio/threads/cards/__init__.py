"""What a page shows of turns and takes: plain values from a fixed number of queries, however many turns there are."""

from studio.threads.cards.parts import (
    Alternative,
    InputCard,
    Media,
    TakeCard,
    label_of,
    length_of,
    stage_of,
    take_card,
)
from studio.threads.cards.turn import TurnCard, model_label, percent_of

__all__ = [
    "Alternative",
    "InputCard",
    "Media",
    "TakeCard",
    "TurnCard",
    "label_of",
    "length_of",
    "model_label",
    "percent_of",
    "stage_of",
    "take_card",
]
