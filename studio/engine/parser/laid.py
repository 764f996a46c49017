"""Sounds that an earlier turn laid under the clip: "take the rain sound away again", "the rain sound is too loud"."""

from itertools import pairwise

from studio.engine.parser import sounds
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

TAKES = phrases("take|turn|switch|shut|get|cut|pull|strip|drop")
AWAY = phrases("away|out|off")
GOES = phrases("go|goes|gone|disappear|leave")
STOPS = phrases("no|no more|without|stop|mute|muted|silence|silent|不要|别要|没有|不想要|消音|静音")
NONE = phrases("no|no more|without|不要|别要|没有|不想要")
POINTS = phrases("the|that|this|those|these|your|把|将|那个|那段|这个|这段")
SINCE = phrases("刚才|刚刚|之前|先前|earlier|previously|before|again|added|put in|you|i|we|just|刚才加的")
CHANGES = ("too", "down", "less", "up")
LOUDNESS = {"mute", "louder", "quieter", "muffled", "echo"}


def read_laid(clause: Clause, before: Clause | None, laid: frozenset[str]) -> None:
    """Before what is asked to be added. `laid`: the beds to be heard so far.

    One that is taken away is a step of its own with no strength; one that is not there, or that is to change, is
    nothing we could do. Music may be the clip's own: where none was laid, it is the whole sound that goes.
    """
    for token in clause.tokens:
        if token.used or not sounds.is_bed(token):
            continue
        id = token.tags["is"]
        words = _replacing(clause, token) or _taking(clause, token)
        going = bool(words) or _goes_too(clause, before)
        if not going:
            if (id != "music" or id in laid) and _is_spoken_of(clause, token):
                token.tags = {"unknown": True}
        elif words and _is_kept(clause, words[0]):
            clause.negated = True
            clause.use(token, *words)
        elif id in laid:
            _take_away(clause, token, words)
        elif id != "music" and not (words and words[0].text in NONE):
            token.tags = {"unknown": True}


def _take_away(clause: Clause, token: Token, words: list[Token]) -> None:
    for word in words:
        if word.has("replace"):
            word.tags = {"fill": True}
    used = [token, *words]
    clause.use(*used, *(other for other in clause.tokens if other.text in SINCE))
    span = (min(word.start for word in used), max(word.end for word in used))
    clause.findings.append(Finding(token.tags["is"], {"k": 0.0}, span, span, explicit=True))


def _taking(clause: Clause, token: Token) -> list[Token]:
    """What takes it away: "remove", "no", "take … out", "去掉"; nothing that would add it may stand between."""
    at = clause.tokens.index(token)
    before, after = clause.tokens[:at], clause.tokens[at + 1 :]
    for other in reversed(before):
        if (other.has("remove") and not other.has("fill")) or (other.text in STOPS and not other.used):
            return [other] if not _adds(clause, other, token) else []
    for other in after[:3]:
        if other.has("remove") and not other.has("fill"):
            return [other] if not _adds(clause, token, other) else []
    verb = next((other for other in before if other.text in TAKES), None)
    away = next((other for other in after[:2] if other.text in AWAY), None)
    if verb is not None and away is not None:
        return [verb, away]
    if any(other.text in sounds.ADDS for other in before):
        return []
    if verb is not None and verb.has("cut") and not clause.has("seconds", "range", "percent", "to"):
        return [verb]
    return [other for other in (*after[:1], *after[-1:]) if other.text in AWAY or other.text in GOES][:1]


def _goes_too(clause: Clause, before: Clause | None) -> bool:
    """ "remove the rain and the wind sounds", "cut the first 2 seconds and the rain sound"."""
    taken = before is not None and (before.has("remove") or (before.has("cut") and not before.has("to")))
    joined = before is not None and taken and clause.joined in {"and", "or"} and not before.has("neg")
    return joined and not any(token.text in sounds.ADDS or token.has("make") for token in clause.tokens)


def _replacing(clause: Clause, token: Token) -> list[Token]:
    """ "replace the rain sound with wind": the first of two goes."""
    beds = [other for other in clause.tokens if sounds.is_bed(other)]
    verb = next((other for other in clause.tokens if other.has("replace") or other.text in {"换成", "换"}), None)
    return [verb] if verb is not None and len(beds) > 1 and token is beds[0] else []


def _adds(clause: Clause, first: Token, last: Token) -> bool:
    """ "don't add rain"; but "取消刚才加的雨声" and "the one you added" speak of what was added."""
    between = clause.tokens[clause.tokens.index(first) + 1 : clause.tokens.index(last) + 1]
    return any(word.text in sounds.ADDS and following.text != "的" for word, following in pairwise(between))


def _is_kept(clause: Clause, verb: Token) -> bool:
    """ "don't remove the rain sound"."""
    return any(other.has("neg") and not other.used for other in clause.tokens[: clause.tokens.index(verb)])


def _is_spoken_of(clause: Clause, token: Token) -> bool:
    """ "the rain sound is too loud", "turn the rain sound down", "雨声小一点"."""
    at = clause.tokens.index(token)
    before, after = clause.tokens[:at], clause.tokens[at + 1 :]
    if any(other.text in sounds.ADDS for other in before):
        return False
    near = before[-1:]
    pointed = any(other.text in POINTS or other.tags.get("quality", other.tags.get("is")) in LOUDNESS for other in near)
    changed = after + (before if pointed else [])
    return any(
        (other.has(*CHANGES) and not other.has("place", "soft") and other.text not in sounds.ADDS)
        or other.tags.get("is", other.tags.get("quality")) in LOUDNESS
        for other in changed
    )
