"""What a task costs, in credits (EvoLink's model page of Gemini Omni: prices per million tokens)."""

from typing import Any

CREDITS_PER_USD = 68
CNY_PER_USD = 6.8
INPUT = 86.7 / 1_000_000
"""Credits for one token of text, image or film that goes in."""
OUTPUT = 1011.5 / 1_000_000
"""Credits for one token of film that comes out."""
TOKENS_PER_SECOND = 5792
"""Of film at 720p, in and out; its sound is included."""
FACTORS = {360: 1 / 3, 720: 1.0, 1080: 1.5, 2160: 3.0}
"""Tokens at other heights, compared with 720p."""
TOKENS_PER_IMAGE = 258


def factor(size: tuple[int, int]) -> float:
    """Of a film of that many pixels; sizes between two steps count as the larger."""
    return next((value for height, value in FACTORS.items() if min(size) <= height), FACTORS[2160])


def charge(
    prompt: str, images: int, seconds_in: float, seconds_out: float, factor_in: float = 1, factor_out: float = 1
) -> float:
    """In credits. Text counts a token for four letters, an image 258: neither is published."""
    texts = len(prompt) // 4 + 1
    fed = texts + images * TOKENS_PER_IMAGE + seconds_in * TOKENS_PER_SECOND * factor_in
    return round(fed * INPUT + seconds_out * TOKENS_PER_SECOND * factor_out * OUTPUT, 4)


def cost(credits: float) -> dict[str, Any]:
    usd = credits / CREDITS_PER_USD
    return {"credits": credits, "usd": round(usd, 6), "cny": round(usd * CNY_PER_USD, 6)}
