"""How much: "slightly", "much", "20 %", "4500 K" go to the effect they stand next to."""

from itertools import pairwise

from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import Limit, Stage
from studio.engine.effects.grade import strength_of
from studio.engine.parser import sounds
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token


def read_kelvin(clause: Clause) -> None:
    """ "4500 K" is a temperature of its own."""
    for token in clause.unused("kelvin"):
        id, k = _temperature(clause, token)
        others = [
            other
            for other in clause.tokens
            if other.tags.get("is", other.tags.get("quality")) in {"warmer", "cooler"} or other.has("to")
        ]
        clause.use(token, *others)
        if k:
            clause.findings.append(
                Finding(
                    id,
                    {"k": _clamped(id, round(k, 3))},
                    (token.start, token.end),
                    (token.start, token.end),
                    explicit=True,
                )
            )


def _temperature(clause: Clause, token: Token) -> tuple[str, float]:
    """ "to 4500 K", or "warmer by 500 K"."""
    kelvin = float(token.tags["kelvin"])
    at = clause.tokens.index(token)
    if kelvin < 1000 or any(before.text == "by" for before in clause.tokens[max(0, at - 2) : at]):
        cooler = any(other.tags.get("is", other.tags.get("quality")) == "cooler" for other in clause.tokens)
        return ("cooler", kelvin / 3500) if cooler else ("warmer", kelvin / 2000)
    signed = strength_of(kelvin)
    return "warmer" if signed > 0 else "cooler", abs(signed)


def _clamped(id: str, k: float) -> float:
    return BY_ID[id].limits["k"].clamp(k)


def assign(clause: Clause) -> None:
    """Every strength and percentage of the clause to a finding of it; the rest get the usual strength."""
    asked = [finding for finding in clause.findings if finding.id in BY_ID and not finding.explicit]
    for token in clause.tokens:
        if (
            token.has("k")
            and asked
            and not _softens(clause, token)
            and not _elsewhere(clause, token)
            and not _is_direction(token)
        ):
            apply_strength(_nearest(asked, token), token.tags["k"])
        elif asked and _is_proportion(token):
            finding = _nearest(asked, token)
            if "k" in BY_ID[finding.id].limits:
                _proportion(clause, finding, token)
            elif "gain" in BY_ID[finding.id].limits:
                sounds.read_gain(clause, finding, token)
    for finding in asked:
        fill_in(finding)


MULTIPLES = phrases("double|triple|quadruple|twice|doubled|tripled|翻倍|加倍|双倍")


LAID_ON = {Stage.LOOK, Stage.TEXTURE, Stage.STYLISE, Stage.ATMOSPHERE, Stage.VIGNETTE}


def light_looks(clause: Clause) -> None:
    """ "a light vignette" is a weak one and has nothing to do with light."""
    for token, following in pairwise(clause.tokens):
        id = following.tags.get("is", "")
        if token.text == "light" and id in BY_ID and BY_ID[id].stage in LAID_ON:
            token.tags = {"k": 0.5}


def _is_proportion(token: Token) -> bool:
    if token.has("times") and token.text in MULTIPLES:
        return True
    return not token.used and (
        token.has("percent", "times", "share", "decibels") or (token.has("plain") and token.has("sign"))
    )


def _softens(clause: Clause, token: Token) -> bool:
    """ "暗角强一点": the 一点 belongs to 强 and makes nothing weak."""
    at = clause.tokens.index(token)
    return (
        token.has("trailing")
        and at > 0
        and clause.tokens[at - 1].tags.get("k", 0) > 1
        and not clause.tokens[at - 1].used
    )


def _is_direction(token: Token) -> bool:
    """ "too strong", "stronger": says which way, not how far. "Maximum" says both."""
    return token.used and token.has("up") and token.tags["k"] == 1.6


def _elsewhere(clause: Clause, token: Token) -> bool:
    """Measures something that is no effect of ours: "very" in "a very crisp warm look"."""
    at = clause.tokens.index(token) + 1
    following = clause.tokens[at] if at < len(clause.tokens) else None
    return (
        following is not None
        and token.end < following.start
        and following.has("other", "unknown")
        and not following.has("is", "quality", "amount")
    )


def _nearest(findings: list[Finding], token: Token) -> Finding:
    def distance(finding: Finding) -> tuple[int, int]:
        start, end = finding.said
        if token.start >= start and token.end <= end:
            return 0, 0
        if token.end <= start:
            return start - token.end, 1 if token.has("trailing") else 0
        return token.start - end, 0 if token.has("trailing") else 1

    return min(findings, key=distance)


def apply_strength(finding: Finding, k: float) -> None:
    if finding.id not in BY_ID or finding.params.get("k") == 0:  # taken away: there is no half of that
        return
    limits = BY_ID[finding.id].limits
    if "k" in limits:
        finding.params["k"] = limits["k"].clamp(k)
    elif name := next((name for name in ("factor", "gain") if name in limits and not finding.explicit), ""):
        finding.params[name] = BY_ID[finding.id].factors[k]


def fill_in(finding: Finding) -> None:
    """What nobody said is as usual."""
    for name, limit in BY_ID[finding.id].limits.items():
        if name in {"k", "factor", "gain"}:
            finding.params.setdefault(name, limit.usual)


def _proportion(clause: Clause, finding: Finding, token: Token) -> None:
    """20 % more, to 120 %, twice, half: as much k as makes that percentage."""
    entry = BY_ID[finding.id]
    if token.has("percent", "plain"):
        percent = float(token.tags.get("percent", token.tags.get("plain", 0)))
        at = clause.tokens.index(token)
        if percent >= 100 and any(
            before.text in {"to", "at", "到", "至", ":"} for before in clause.tokens[max(0, at - 2) : at]
        ):
            percent -= 100
        elif entry.opposite and any(before.text in {"to", "到", "至"} for before in clause.tokens[max(0, at - 2) : at]):
            percent = 100 - percent
    elif token.has("share"):
        by = any(before.text == "by" for before in clause.tokens[: clause.tokens.index(token)])
        percent = 100 * (token.tags["share"] if by else 1 - token.tags["share"])
    else:
        percent = 100 * (float(token.tags["times"]) - 1) or 100 * ("倍" in clause.prompt.plain[token.start : token.end])
    token.used = True
    clause.use(*(other for other in clause.tokens if other.has("to", "dash")))
    if percent > 0:
        limit: Limit = entry.limits["k"]
        finding.params["k"] = limit.clamp(round(percent / entry.percent, 3))
