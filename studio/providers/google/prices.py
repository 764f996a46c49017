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
    read, made, thought = (count(said.get(f"total_{word}_tokens") or 0) for word in ("input", "output", "thought"))
    shot = film_tokens(said)
    if price is None or not read or not made or thought is None or not shot:
        return None
    written = max(0, made - shot) + thought
    return round(read * price.read + written * price.written + shot * price.shot)


def film_tokens(usage: Mapping[str, Any]) -> int | None:
    """What was shot, whatever became of it; None where a number is said that cannot be."""
    spent = rows(usage.get("output_tokens_by_modality"))
    said = [count(each.get("tokens")) for each in spent if text(each.get("modality")).lower() == "video"]
    known = [tokens for tokens in said if tokens is not None]
    return sum(known) if len(known) == len(said) else None
