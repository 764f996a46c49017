"""Numbers with what they measure: "2 to 5 seconds", "2x", "half", "20 %", "4500 K" become one token each."""

from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

ORDINALS = phrases("st|nd|rd|th")
SECONDS = {"s": 1.0, "min": 60.0, "ms": 0.001}
MEASURES = ("seconds", "percent", "times", "share", "kelvin", "plain", "range", "decibels", "degrees")


def measured(tokens: tuple[Token, ...]) -> list[Token]:
    """The tokens with quantities joined: tags seconds, percent, times, share, kelvin, plain or range."""
    return _ranges(_quantities(list(tokens)))


def _quantities(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        count, tags = _quantity(tokens, at)
        if count:
            start = tokens[at].start
            if joined and joined[-1].end == start and _is_sign(joined):
                tags = {**tags, "sign": -1 if joined[-1].has("dash") else 1}
                start = joined.pop().start
            joined.append(Token(start, tokens[at + count - 1].end, tokens[at].text, tags))
        else:
            joined.append(tokens[at])
        at += max(1, count)
    return joined


def _is_sign(before: list[Token]) -> bool:
    """A dash or plus directly before a number is its sign, unless a number stands before that."""
    if not (before[-1].has("dash") or before[-1].tags.get("mark") == "+"):
        return False
    return len(before) < 2 or not before[-2].has(*MEASURES)


def _quantity(tokens: list[Token], at: int) -> tuple[int, dict[str, object]]:
    """How many tokens from here make one quantity, and its tags."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text == "百分之" and following and following.has("number"):
        return 2, {"percent": following.tags["number"]}
    if token.tags.get("unit") in {"s", "x"} and following and following.has("number"):
        return _unit_first(tokens, at, token.tags["unit"])
    if token.tags.get("unit") in SECONDS and _and_a_half(tokens, at + 1):
        return 3, {"seconds": 1.5 * SECONDS[token.tags["unit"]]}
    if token.has("number"):
        return _number(tokens, at)
    if token.has("numeral") and (_is_factor(tokens, at) or (following and _has_unit(tokens, at))):
        return _number(tokens, at)
    if token.has("share"):
        if following and following.tags.get("unit") in {"s", "min"}:
            return 2, {"seconds": token.tags["share"] * SECONDS[following.tags["unit"]]}
        return 1, {**token.tags}
    return 0, {}


def _and_a_half(tokens: list[Token], at: int) -> bool:
    """ "two seconds and a half", "the first second and a half"."""
    return [token.text for token in tokens[at : at + 2]] == ["and", "a half"]


def _is_factor(tokens: list[Token], at: int) -> bool:
    """ "by a factor of four", "by three"."""
    before = [token.text for token in tokens[max(0, at - 2) : at]]
    return tokens[at].text != "one" and (before[-1:] == ["by"] or before == ["factor", "of"])


def _has_unit(tokens: list[Token], at: int) -> bool:
    """ "three seconds"; "two to five seconds", where the unit comes after the second one."""
    if tokens[at + 1].has("unit"):
        return True
    later = tokens[at + 1 : at + 4]
    return len(later) == 3 and later[0].has("to") and later[1].has("numeral", "number") and later[2].has("unit")


def _unit_first(tokens: list[Token], at: int, unit: str) -> tuple[int, dict[str, object]]:
    """ "x2", "second 2"; but in "the first second 2x" the number has a unit of its own."""
    count, tags = _number(tokens, at + 1)
    if "plain" not in tags:
        return 0, {}
    value = tags["plain"]
    return count + 1, {"times": value} if unit == "x" else {"seconds": value}


def _number(tokens: list[Token], at: int) -> tuple[int, dict[str, object]]:
    token = tokens[at]
    value = float(token.tags.get("number", token.tags.get("numeral", 0.0)))
    if token.tags.get("clock"):
        return (2, {"seconds": value}) if _unit(tokens, at + 1) == "s" else (1, {"seconds": value})
    count = 1
    if at + 1 < len(tokens) and tokens[at + 1].text in ORDINALS and tokens[at + 1].start == token.end:
        count += 1
    fraction = tokens[at + 1 : at + 3]
    if len(fraction) == 2 and fraction[0].text == "/" and fraction[1].tags.get("number"):
        return 3, {"share": value / fraction[1].tags["number"]}
    unit = _unit(tokens, at + count)
    if unit in SECONDS:
        value *= SECONDS[unit]
        after = tokens[at + count + 1] if at + count + 1 < len(tokens) else None
        if after and after.text == "半":
            return count + 2, {"seconds": value + SECONDS[unit] / 2}
        if _and_a_half(tokens, at + count + 1):
            return count + 3, {"seconds": value + SECONDS[unit] / 2}
        return count + 1, {"seconds": value}
    if unit == "%":
        return count + 1, {"percent": value}
    if unit == "x":
        return count + 1, {"times": value}
    if unit == "deg" and value <= 360:
        return count + 1, {"degrees": value}
    if unit == "dB":
        return count + 1, {"decibels": value}
    if unit == "K" and value >= 100:
        return count + 1, {"kelvin": value}
    if unit in {"fps", "frames"} and 24 <= value <= 60:
        return count + 1, {"rate": value, "is": "smooth"}
    if unit in {"K", "fps", "stop", "frames"}:
        return count + 1, {"other": True, "unknown": True}
    return count, {"plain": value}


def _unit(tokens: list[Token], at: int) -> str:
    if at >= len(tokens):
        return ""
    return str(tokens[at].tags.get("unit", ""))


def _ranges(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        count, tags = _range(tokens, at, joined)
        if count:
            first, last = tokens[at], tokens[at + count - 1]
            joined.append(Token(first.start, last.end, "range", tags))
        else:
            joined.append(tokens[at])
        at += max(1, count)
    return joined


def _range(tokens: list[Token], at: int, before: list[Token]) -> tuple[int, dict[str, object]]:
    """ "2 to 5 seconds", "0:02-0:05", "between 2 and 5 s". Without any unit it is `unsure`: 2 to 5 of what?"""
    if not tokens[at].has("seconds", "plain") or at + 2 >= len(tokens):
        return 0, {}
    link, end = tokens[at + 1], at + 2
    if not link.has("to"):
        return 0, {}
    while end < len(tokens) and tokens[end].text in {"the", "about", "第", "around"}:
        end += 1
    if end >= len(tokens) or not tokens[end].has("seconds", "plain"):
        return 0, {}
    if link.tags.get("join") == "and" and not _between(tokens, before, end):
        return 0, {}
    values = [token.tags.get("seconds", token.tags.get("plain")) for token in (tokens[at], tokens[end])]
    unsure = not tokens[at].has("seconds") and not tokens[end].has("seconds")
    return end - at + 1, {"range": (values[0], values[1]), **({"unsure": True} if unsure else {})}


def _between(tokens: list[Token], before: list[Token], end: int) -> bool:
    if any(token.text == "between" for token in before[-3:]):
        return True
    return end + 1 < len(tokens) and tokens[end + 1].text == "之间"
