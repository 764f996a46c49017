"""Cuts: "the first 3 seconds", "from 2 to 5 s", "cut 2 s off the end", "从第3秒开始"."""

from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

LONGER = phrases("extend|extended|extends|lengthen|prolong|longer|延长|加长|更长|长一点")
Trimmed = tuple[dict[str, float], str] | None


def read_trim(clause: Clause, cutting: str, loose_units: bool) -> None:
    """Trim findings. `cutting` is what the clause before did with its times: keep, remove or nothing."""
    if any(token.text in LONGER for token in clause.tokens):
        return
    _drop_nouns(clause)
    for token in list(clause.tokens):
        if not token.used and token.has("range"):
            _range(clause, token)
    for token in list(clause.tokens):
        if token.used:
            continue
        loose = token.has("plain") and ((loose_units and _from_an_end(clause, token)) or _is_named(clause, token))
        if token.has("seconds") or loose:
            value = float(token.tags.get("seconds", token.tags.get("plain", 0)))
            _seconds(clause, token, value, cutting)
        elif token.tags.get("unit") == "s" and _from_an_end(clause, token):
            _seconds(clause, token, 1.0, cutting)


def both_ends(tokens: list[Token]) -> list[Token]:
    """ "the first and last second" is "the first second and last second"."""
    made: list[Token] = []
    for at, token in enumerate(tokens):
        made.append(token)
        later = [other for other in tokens[at + 1 : at + 5] if not other.has("fixed")]
        if token.has("first") and len(later) > 2 and later[0].tags.get("join") == "and" and later[1].has("last"):
            measure = later[2]
            if measure.has("seconds") or measure.tags.get("unit") == "s":
                made.append(Token(token.end, token.end, measure.text, dict(measure.tags)))
    return made


def _drop_nouns(clause: Clause) -> None:
    """ "the clip" and "a cut" are things and not verbs."""
    for before, token in zip(clause.tokens, clause.tokens[1:], strict=False):
        if token.text in {"clip", "cut", "start", "end", "section"} and before.has("fixed", "loose"):
            token.tags = {name: value for name, value in token.tags.items() if name not in {"trim verb", "cut", "down"}}


def _is_named(clause: Clause, token: Token) -> bool:
    """ "trim start 2 end 5": seconds are the only thing it can be."""
    before = [other for other in _before(clause, token) if not other.has("mark")][-1:]
    return clause.has("cut") and any(other.has("start point", "end point") for other in before)


def _from_an_end(clause: Clause, token: Token) -> bool:
    return any(before.has("first", "last") for before in _before(clause, token)[-3:])


def _before(clause: Clause, token: Token) -> list[Token]:
    return clause.tokens[: clause.tokens.index(token)]


def _after(clause: Clause, token: Token) -> list[Token]:
    return clause.tokens[clause.tokens.index(token) + 1 :]


def _removing(clause: Clause) -> bool:
    return any(token.has("remove") or token.text in {"without", "不要", "别要"} for token in clause.tokens) or any(
        token.has("neg") and after.has("trim verb", "keep")
        for token, after in zip(clause.tokens, clause.tokens[1:], strict=False)
    )


def _range(clause: Clause, token: Token) -> None:
    start, end = token.tags["range"]
    before = _before(clause, token)
    trimming = any(other.has("trim verb", "remove", "start point") for other in clause.tokens)
    if end <= start or (token.has("unsure") and not trimming) or any(other.has("last", "middle") for other in before):
        return
    if not _removing(clause):
        _found(clause, token, {"start": start, "end": end}, "keep")
    elif start == 0:
        _found(clause, token, {"start": end}, "remove")


def _seconds(clause: Clause, token: Token, value: float, cutting: str) -> None:
    if value <= 0 or clause.has("middle"):
        return
    for reader in (_at_an_end, _off_an_end, _beyond, _points, _length):
        trimmed = reader(clause, token, value, cutting)
        if trimmed:
            params, mode = trimmed
            _found(clause, token, params, mode)
            return


def _at_an_end(clause: Clause, token: Token, value: float, cutting: str) -> Trimmed:
    """ "the first 3 seconds", "the last 2 seconds", kept or taken away."""
    before = _before(clause, token)
    near = range(len(before) - 1, max(-1, len(before) - 4), -1)
    at = next((at for at in near if before[at].has("first", "last")), None)
    if at is None:
        return None
    is_last, earlier = before[at].has("last"), before[:at]
    if before[at].text == "last" and _is_verb(earlier):
        return {"start": 0.0, "end": value}, "keep"
    if any(other.has("after") for other in earlier[-2:]) and not is_last:
        until = _removing(clause) or _ends(earlier)
        return ({"start": 0.0, "end": value}, "keep") if until else ({"start": value}, "remove")
    if _taken_away(clause, token, earlier, cutting):
        return ({"start": 0.0, "end": -value} if is_last else {"start": value}), "remove"
    return ({"start": -value} if is_last else {"start": 0.0, "end": value}), "keep"


def _is_verb(earlier: list[Token]) -> bool:
    """ "make it last 5 seconds" says how long; "make it the last 5 seconds" says which."""
    makes = any(other.text in {"make", "let", "have", "make it"} for other in earlier)
    return makes and bool(earlier) and earlier[-1].text in {"make it", "it", "clip", "video", "to"}


def _taken_away(clause: Clause, token: Token, earlier: list[Token], cutting: str) -> bool:
    """ "cut the first 2 seconds" removes them; "cut it to the first 2 seconds" keeps them."""
    if _removing(clause) or (cutting == "remove" and not clause.has("trim verb")):
        return True
    keeps = any(other.has("to") or other.text in {"only", "just", ":", "down to"} for other in earlier)
    if any(other.has("cut") for other in earlier) and not keeps:
        return True
    off = any(other.text in {"off", "away", "out"} for other in _after(clause, token))
    return off and any(other.has("cut", "take") for other in clause.tokens)


def _ends(tokens: list[Token]) -> bool:
    return any(token.has("end point") and not token.has("start point") and not token.has("before") for token in tokens)


def _off_an_end(clause: Clause, token: Token, value: float, cutting: str) -> Trimmed:
    """ "2 seconds off the end", "trim the start by 1 s", "开头剪掉2秒", "2 seconds before the end"."""
    after, before = _after(clause, token), _before(clause, token)
    later = after[:5]
    front = any(other.has("front") for other in later) or any(other.has("front", "first") for other in before)
    back = any(other.has("back") for other in later) or any(other.has("back", "last") for other in before)
    if front == back:
        return None
    if back and any(other.has("before") for other in later[:2]):
        return {"start": 0.0, "end": -value}, "remove"
    off = any(other.text in {"off", "from", "by"} for other in [*later, *before])
    cut = (
        _removing(clause)
        or clause.has("cut")
        or cutting == "remove"
        or any(other.text in {"shorten", "缩短", "剪短"} for other in before)
    )
    if cut and (
        off or _removing(clause) or any(other.has("front", "back", "first", "last") for other in [*before, *later])
    ):
        return ({"start": value} if front else {"start": 0.0, "end": -value}), "remove"
    if any(other.has("trim verb") for other in before) and any(other.has("front", "back") for other in later):
        return ({"start": 0.0, "end": value} if front else {"start": -value}), "keep"
    return None


def _beyond(clause: Clause, token: Token, value: float, cutting: str) -> Trimmed:
    """ "everything after 5 seconds", "5秒之后的部分", removed or kept."""
    near = _before(clause, token)[-2:] + _after(clause, token)[:1]
    chinese = clause.prompt.plain[token.end - 1] >= "㐀"
    after = any(other.has("after") and not other.has("start point") for other in near)
    before = any(other.has("before") and not other.has("end point") for other in near)
    if chinese:
        marks = _after(clause, token)[:1]
        after, before = any(other.has("after") for other in marks), any(other.has("before") for other in marks)
    if after == before:
        return None
    if _removing(clause) or (not chinese and clause.has("cut")):
        return ({"start": 0.0, "end": value} if after else {"start": value}), "remove"
    if clause.has("trim verb", "keep", "start point", "start mark"):
        return ({"start": value} if after else {"start": 0.0, "end": value}), "keep"
    return None


def _points(clause: Clause, token: Token, value: float, cutting: str) -> Trimmed:
    """ "start at 2 s", "end at 5 s", "从第3秒开始", "到第5秒结束"."""
    before = _before(clause, token)[-4:]
    after = _after(clause, token)[:2]
    if any(other.has("end mark") for other in after):
        return {"start": 0.0, "end": value}, "end"
    if any(other.has("start mark") for other in after):
        return {"start": value}, "start"
    for other in reversed(before):
        if other.has("end point") and other.text != "from" and other.text not in {"到", "至"}:
            return {"start": 0.0, "end": value}, "end"
        if other.has("start point") and (other.text not in {"从", "自", "由"} or clause.has("trim verb")):
            return {"start": value}, "start"
    return None


def _length(clause: Clause, token: Token, value: float, cutting: str) -> Trimmed:
    """ "trim it to 4 seconds", "make it 3 seconds long", "剪成5秒", "shorten it by 2 s"."""
    before, after = _before(clause, token), _after(clause, token)
    text = clause.prompt.plain[clause.tokens[0].start : token.end]
    verb = any(other.has("trim verb") for other in before) or any(
        other.text in {"long", "length", "duration", "clip", "total", "version", "shorter"} for other in after[:2]
    )
    if not verb or _removing(clause):
        return None
    if "by" in {other.text for other in before} or any(other.text == "shorter" for other in after[:1]):
        return {"start": 0.0, "end": -value}, "remove"
    if "缩短" in text or "剪短" in text:
        by = not any(f"{word}{mark}" in text for word in ("缩短", "剪短") for mark in ("到", "为", "成", "至"))
        return ({"start": 0.0, "end": -value}, "remove") if by else ({"start": 0.0, "end": value}, "keep")
    verbs = {other.text for other in before if other.has("cut")}
    if verbs and not any(other.has("to") or other.text in {"down to", "long", ":"} for other in [*before, *after[:1]]):
        return None
    return {"start": 0.0, "end": value}, "keep"


def _found(clause: Clause, token: Token, params: dict[str, float], mode: str) -> None:
    names = (
        "trim verb",
        "first",
        "last",
        "front",
        "back",
        "start point",
        "end point",
        "start mark",
        "end mark",
        "after",
        "before",
        "remove",
        "cut",
        "to",
        "keep",
        "unit",
    )
    used = [token, *(other for other in clause.tokens if other.has(*names) and not other.has("is", "quality"))]
    clause.use(*used)
    said = (min(other.start for other in used), max(other.end for other in used))
    clause.findings.append(Finding("trim", dict(params), said, (token.start, token.end), mode=mode))
