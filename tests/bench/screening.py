"""Prompts in two languages against two thousand rules of all kinds, with the look at whether the rules have changed.

The rules stand in the product's own database and are read like in any web process; afterwards they are gone.
"""

import random

from tests.bench.people import inside
from tests.bench.report import Figure, percentile
from tests.product import Product

RULES, PROMPTS = 2000, 500
LETTERS = "abcdefghijklmnopqrstuvwxyz"
KINDS = (  # shares of twenty
    *["words"] * 7, *["chinese words"] * 4, *["phrase"] * 3, *["chinese phrase"], *["pattern"] * 2,
    *["chinese pattern"], *["regex"] * 2,
)  # fmt: skip
EXPRESSIONS = (r"\b{a}\w*\s+{b}", r"{a}\d{{2,4}}", r"(?:{a}|{b})s?\b", r"{z}.{{0,4}}{y}", r"\w+@{a}\.com", r"{a}.*{b}")


def measure(product: Product) -> list[Figure]:
    walls, busy, hits, compiling = inside(product, "screening", str(RULES), str(PROMPTS))
    detail = f"{PROMPTS} prompts in English and Chinese, {hits} of them matched"
    return [
        Figure(f"a prompt against {RULES:,} rules, p95", percentile(walls, 0.95), "ms", 5, detail),
        Figure("of it processor time, p95", percentile(busy, 0.95), "ms"),
        Figure(f"{RULES:,} rules are compiled after a change in", compiling, "ms"),
    ]


def rule(number: int, chance: random.Random) -> tuple[str, str]:
    """Kind and text of a rule that looks for what nobody says by chance."""
    kind, _space, script = KINDS[number % len(KINDS)].rpartition(" ")
    if kind:
        stars = {"words": "", "phrase": "的", "pattern": "*"}[script]
        return script, signs(chance, 2) + stars + signs(chance, 2)
    a, b = word(chance), word(chance)
    if script == "regex":
        form = EXPRESSIONS[number % len(EXPRESSIONS)]
        return script, form.format(a=a, b=b, z=signs(chance, 1), y=signs(chance, 1))
    return script, {"words": a, "phrase": f"{a} {b}", "pattern": chance.choice([f"{a}*", f"*{a}", f"{a[:3]}*{b[:3]}"])}[
        script
    ]


def prompt(number: int, chance: random.Random, common: list[str]) -> str:
    if number % 2:
        parts = [signs(chance, chance.randint(4, 12)) + chance.choice("，。、 ") for _ in range(chance.randint(3, 40))]
        return "".join(parts)
    return " ".join(chance.choice(common) for _ in range(chance.randint(8, 120)))


def word(chance: random.Random) -> str:
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(4, 9)))


def signs(chance: random.Random, count: int) -> str:
    return "".join(chr(chance.randint(0x4E00, 0x9FA5)) for _ in range(count))
