"""What the clauses found, brought into agreement: each effect once, wishes heeded, contradictions done neither way."""

from studio.engine.catalogue import BY_ID
from studio.engine.parser import strengths
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases

Found = list[tuple[int, Finding]]
Span = tuple[int, int]
OWN = ("direction", "ratio", "degrees", "plays", "fps", "seconds")
"""Numbers and names of which an effect has one: two that differ contradict."""
TOGETHER_POINTLESS = (("bw", "saturation+"),)
TOGETHER_USUAL = {("denoise", "grain")}


def settle(found: Found, denied: list[Finding]) -> tuple[Found, list[tuple[Span, Span]]]:
    """What remains, and the pairs of places in the prompt that contradict each other."""
    merged, trims = _merged(_limited(found))
    allowed, denials = _without_denied(merged, denied)
    agreed, opposites = _without_opposites(allowed)
    return agreed, trims + denials + opposites


def turn_limits(clauses: list[Clause]) -> None:
    """ "不要太鲜艳" and nothing else: it is too vivid, and wants a little less. "It is not too bright" only says so."""
    asking = [clause for clause in clauses if not clause.kept and _asks(clause)]
    limits = asking[0].findings if len(asking) == 1 and not asking[0].refused else []
    if len(limits) != 1 or not limits[0].id.startswith("limit:") or asking[0].has("copula", "make"):
        return  # "don't make it too dark" is a bound for what is to come
    opposite = BY_ID[limits[0].id.removeprefix("limit:")].opposite
    if opposite and not any(token.text in DESCRIBES for token in asking[0].tokens):
        limits[0].id, limits[0].complaint = opposite, True
        strengths.apply_strength(limits[0], 0.5)
        strengths.fill_in(limits[0])


def _asks(clause: Clause) -> bool:
    return bool(clause.findings or clause.negated or clause.refused or clause.content() or clause.has("k"))


DESCRIBES = phrases("not very|not super|not extremely|not so very")


def _without_denied(found: Found, denied: list[Finding]) -> tuple[Found, list[tuple[Span, Span]]]:
    """ "warmer, but not warmer" cannot be meant as either."""
    said = {finding.id: finding.said for _, finding in found}
    against = {finding.id: finding.said for finding in denied if finding.id in said}
    contradictions = [(min(said[id], span), max(said[id], span)) for id, span in against.items()]
    return [(step, finding) for step, finding in found if finding.id not in against], contradictions


def _limited(found: Found) -> Found:
    """ "warmer, but not too warm": half as much; on its own it is only a wish."""
    limits = {finding.id.removeprefix("limit:") for _, finding in found if finding.id.startswith("limit:")}
    kept = [(step, finding) for step, finding in found if finding.id in BY_ID]
    for _, finding in kept:
        if finding.id in limits:
            strengths.apply_strength(finding, 0.5)
    return kept


def _merged(found: Found) -> tuple[Found, list[tuple[Span, Span]]]:
    """Once each, except captions. Two halves of a trim become one; two trims that differ contradict."""
    merged: Found = []
    contradictions: list[tuple[Span, Span]] = []
    against: list[Finding] = []
    for step, finding in found:
        same = next((other for _, other in merged if other.id == finding.id), None)
        if same is None or finding.id == "caption":
            merged.append((step, finding))
        elif finding.id == "trim":
            if not _joined_trim(same, finding):
                contradictions.append((same.said, finding.said))
                against.append(same)
        elif _is_another(same, finding):
            contradictions.append((same.said, finding.said))
            against.append(same)
        elif not same.explicit and _says_more(same, finding):
            same.params, same.explicit = finding.params, finding.explicit
    return [(step, finding) for step, finding in merged if finding not in against], contradictions


def _is_another(first: Finding, second: Finding) -> bool:
    """Two numbers of one effect; or a sound that is laid and taken away."""
    laid_and_taken = (first.params.get("k") == 0) != (second.params.get("k") == 0)
    return laid_and_taken or any(first.params.get(name) != second.params.get(name) for name in OWN)


def _says_more(first: Finding, second: Finding) -> bool:
    if second.params == {"factor": 2.0}:
        return False
    usual = {name: limit.usual for name, limit in BY_ID[second.id].limits.items()}
    return second.explicit or (first.complaint and not second.complaint) or second.params != usual


def _without_opposites(found: Found) -> tuple[Found, list[tuple[Span, Span]]]:
    ids = {finding.id: finding for _, finding in found}
    pairs = [(id, BY_ID[id].opposite) for id in ids if BY_ID[id].opposite in ids and id < BY_ID[id].opposite]
    pairs = [pair for pair in pairs if pair not in TOGETHER_USUAL]
    pairs += [pair for pair in TOGETHER_POINTLESS if ids.keys() >= set(pair)]
    against: set[str] = set()
    contradictions: list[tuple[Span, Span]] = []
    for first, second in pairs:
        leaning = [id for id in (first, second) if ids[id].leaning]
        if len(leaning) == 1:
            against |= set(leaning)
            continue
        said = sorted((ids[first].said, ids[second].said))
        contradictions.append((said[0], said[1]))
        against |= {first, second}
    return [(step, finding) for step, finding in found if finding.id not in against], contradictions


def _joined_trim(first: Finding, second: Finding) -> bool:
    """Whether the second trim only adds the other end to the first. "start at 2 s, end at 5 s"."""
    if first.params == second.params:
        return True
    ends = {"end": first, "start": second} if "end" in first.params else {"start": first, "end": second}
    start, end = ends["start"].params, ends["end"].params
    if (
        "end" in start
        or start.get("start") == 0.0
        or end.get("start", 0.0) != 0.0
        or {first.mode, second.mode} == {"keep"}
    ):
        return False
    first_at, last_at = start["start"], end["end"]
    if isinstance(first_at, str) or isinstance(last_at, str) or first_at < 0 or 0 <= last_at <= first_at:
        return False
    first.params = {"start": first_at, "end": last_at}
    return True
