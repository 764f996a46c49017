"""What is said of sound alone: "add some music", "replace the sound by rain", "6 dB louder", "volume to 50 %"."""

import math
from itertools import pairwise

from studio.engine.catalogue import BY_ID
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

ADDS = phrases(
    "some|with|a bit of|a touch of|a hint of|a little|a lot of|lots of|plenty of|give|needs|need|want|could use|"
    "add|adds|added|adding|put|puts|play|plays|include|insert|have|has|mix|mix in|bring in|bring up|lay|overlay|"
    "加|加上|加点|加些|加个|加一段|来点|来一段|来个|有|加入|带|配|配上|配个|添加|添上|放|放点|插入|混入|用|给|换成|换"
)
MOODS = phrases("dramatic|intense|heavy|powerful|aggressive|bold|deep|hard|big|classic|beautiful|moody|dark|bright")
MANNERS = phrases(
    "background|underneath|under it|calm|calming|relaxing|peaceful|soothing|ambient|distant|gentle|quiet|slow|chill|"
    "dreamy|soft|背景"
)
LEVELS = phrases("to|at|of|=|:|到|至|为|成|down to|up to|调到")


def read_sounds(clause: Clause) -> None:
    """Music is asked for only where something adds it; what replaces the sound takes it away, too."""
    for token in clause.tokens:
        if token.tags.get("is") == "music" and not token.used and not _is_added(clause, token):
            token.tags = {name: value for name, value in token.tags.items() if name != "is"}
    _replaced(clause)
    _target(clause)
    if any(is_bed(token) for token in clause.tokens):
        _moods(clause)
        clause.use(*(token for token in clause.tokens if token.text in ADDS | MANNERS))


def is_bed(token: Token) -> bool:
    """A sound that is made and mixed under."""
    return token.tags.get("is") in BY_ID and bool(BY_ID[token.tags["is"]].bed)


def _moods(clause: Clause) -> None:
    """ "dramatic music" is another music, and not more of it."""
    for token, following in pairwise(clause.tokens):
        if following.tags.get("is") == "music" and token.text in MOODS:
            token.tags = {"unknown": True}


def _is_added(clause: Clause, token: Token) -> bool:
    before = clause.tokens[: clause.tokens.index(token)]
    return any(other.text in ADDS for other in before) or all(other.text in MANNERS for other in before)


def _replaced(clause: Clause) -> None:
    """ "replace the audio with ocean sounds", "把声音换成雨声"."""
    verb = next(
        (token for token in clause.tokens if token.has("replace") or token.text in {"换成", "换", "swap"}), None
    )
    beds = [token for token in clause.tokens if is_bed(token)]
    if verb is None or not beds:
        return
    old = next((token for token in clause.tokens if is_heard(token) and token.start < beds[-1].start), None)
    if old is None or clause.has("neg"):
        return
    verb.tags = {"fill": True}
    clause.use(verb, old)
    span = (min(verb.start, old.start), max(verb.end, old.end))
    clause.findings.append(Finding("mute", {}, span, span, explicit=True))


def _target(clause: Clause) -> None:
    """ "-14 LUFS" is what normalising does anyway."""
    for token, following in pairwise(clause.tokens):
        if following.text == "lufs" and token.tags.get("plain") == 14:
            clause.use(token)


def only_adds(words: list[Token]) -> bool:
    """ "add some sound" is not louder sound."""
    return bool(words) and all(token.text in ADDS for token in words)


def is_heard(token: Token) -> bool:
    """The sound of the clip, by whatever name."""
    return token.tags.get("absence") == "mute" or token.tags.get("amount") == "louder"


def read_gain(clause: Clause, finding: Finding, token: Token) -> None:
    """ "by 6 dB", "50 % louder", "to 50 %", "half", "twice": decibels, up or down as the effect goes."""
    gain = float(token.tags["decibels"]) if token.has("decibels") else _decibels(clause, finding, token)
    if gain <= 0:
        return
    token.used = True
    clause.use(*(other for other in clause.tokens if other.has("to", "dash")))
    finding.params["gain"] = round(BY_ID[finding.id].limits["gain"].clamp(gain), 1)


def _decibels(clause: Clause, finding: Finding, token: Token) -> float:
    up = finding.id == "louder"
    before = [
        other.text for other in clause.tokens[max(0, clause.tokens.index(token) - 2) : clause.tokens.index(token)]
    ]
    level = "by" not in before and any(text in LEVELS for text in before)
    if token.has("times"):
        ratio = float(token.tags["times"])
    else:
        amount = float(token.tags["share"]) if token.has("share") else float(token.tags.get("percent", 0)) / 100
        level = level or (token.has("share") and "by" not in before)
        ratio = amount if level else 1 + amount if up else 1 - amount
    return abs(20 * math.log10(ratio)) if ratio > 0 else BY_ID[finding.id].limits["gain"].high
