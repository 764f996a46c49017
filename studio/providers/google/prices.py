"""What an interaction cost. Google says how many tokens it took; what they cost stands in its price list.

Gemini API, pricing: in and thought as listed; what is shot by 1.2 is reckoned from its price of a second. Google's bill
may be lower where it had some of the input at hand already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.providers.google.calling import count, rows, table, text


@dataclass(frozen=True)
class Tokens:
    """Micro-dollars for one token, which is dollars for a million: read, written or thought, and shot."""

    read: float
    written: float
    shot: float


LIST = {
    "gemini-omni-1.1-flash": Tokens(1.5, 9.0, 17.5),
    "gemini-omni-1.2-flash": Tokens(1.5, 9.0, 12.0),
}


def cost(model: str, usage: Any) -> int | None:
    """Micro-dollars; None where Google does not say enough, which does not mean that it was free."""
    price, said = LIST.get(model), table(usage)
    read, made = count(said.get("total_input_tokens")), count(said.get("total_output_tokens"))
    shot = film_tokens(said)
    if price is None or read is None or made is None or not shot:
        return None
    written = max(0, made - shot) + (count(said.get("total_thought_tokens")) or 0)
    return round(read * price.read + written * price.written + shot * price.shot)


def film_tokens(usage: Mapping[str, Any]) -> int:
    """What was shot, whatever became of it."""
    spent = rows(usage.get("output_tokens_by_modality"))
    return sum(count(each.get("tokens")) or 0 for each in spent if text(each.get("modality")).lower() == "video")
