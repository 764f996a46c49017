"""What a clause asks of the catalogue's effects: "warmer", "too dark", "less contrast", "remove the sound"."""

from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import Stage
from studio.engine.parser import sounds
from studio.engine.parser.clauses import Clause, Finding, is_content
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

WITHOUT = phrases(
    "no|without|zero|don't want|do not want|don't need|do not need|没有|不要|无|不带|没|不想要|不需要|不要有|"
    "别有|不想有|不带有"
)
LEVELS = phrases("to|at|:|=|到|至|为")
MORE = phrases("更|更加|再")
NEXT_ONLY = phrases("instead of|rather than|而不是|而非")
TAKES = phrases("take|strip|drain|pull|turn|switch|shut|suck|get|cut")
WEAK_UP = phrases(
    "some|with|a bit of|a touch of|a hint of|a little|a lot of|lots of|plenty of|give|needs|need|want|could use|"
    "add|adds|加|加上|来点|有|加入|带|big|up"
)
NEXT_TO = (
    "fill",
    "k",
    "whole",
    "fixed",
    "loose",
    "copula",
    "make",
    "soft",
    "place",
    "trailing",
    "mark",
    "more",
    "should",
)


def read_effects(clause: Clause) -> None:
    for at, token in enumerate(clause.tokens):
        if token.used:
            continue
        if token.has("thing") and _is_seen(clause, at):
            token.tags = {"unknown": True}
            continue
        if token.has("absence") and _absent(clause, at):
            continue
        if token.has("amount") and _amount(clause, at):
            continue
        if token.has("is", "quality", "fault"):
            _named(clause, at)


def _is_seen(clause: Clause, at: int) -> bool:
    """ "the night", "make rain louder", "夜景更亮": speaks of what the picture shows, and is no effect to put on it."""
    before = clause.tokens[at - 1] if at else None
    if before is not None and before.text in ARTICLES:
        return True
    if before is not None and before.text in {"a", "an"} and at > 1 and clause.tokens[at - 2].text in PUTS:
        return True
    subject = clause.tokens[at].text[0] >= "㐀" if before is None else before.text in TREATS
    others = clause.tokens[at + 1 :]
    if others and others[0].text[0] in "般似":
        return False
    return subject and any(other.has("is", "quality", "amount", "up", "down", "unknown") for other in others)


PUTS = phrases("add|adds|adding|put|place|insert|include|draw|paint|show")
ARTICLES = phrases("the|his|their|its|my|our|your|these|those|all the|of the|in the|on the|to the")
TREATS = phrases("make|makes|making|把|将|让|使|使得|令|给|对|请把|请将")


def _absent(clause: Clause, at: int) -> bool:
    """ "remove the sound", "no music", "without colour", "volume 0"."""
    token = clause.tokens[at]
    zero = next((other for other in clause.unused("percent", "plain") if 0 in other.tags.values()), None)
    if zero is not None:
        _find(clause, token.tags["absence"], [token, zero])
        return True
    for other in reversed(clause.tokens[:at]):
        if other.has("remove") or other.text in WITHOUT or _cuts_sound(clause, token, other):
            if _negation(clause, clause.tokens.index(other)):
                clause.negated = True
                clause.use(token, other)
                return True
            _find(clause, token.tags["absence"], [other, token])
            clause.removing = True
            return True
        if not other.has(*NEXT_TO, "join", "absence"):
            break
    if (
        clause.removing
        and not clause.findings
        and not any(is_content(other) and other is not token for other in clause.tokens)
    ):
        _find(clause, token.tags["absence"], [token])
        return True
    later = clause.tokens[at + 1 : at + 3]
    verb = next((other for other in clause.tokens[:at] if other.text in TAKES), None)
    if verb is not None and later and later[0].text in {"out", "off", "away"}:
        if clause.has("amount") and any(other.has("up") or other.tags.get("k") == 0.5 for other in clause.tokens[:at]):
            _find(clause, BY_ID[token.tags["amount"]].opposite, [verb, token, later[0]])
            return True
        _find(clause, token.tags["absence"], [verb, token, later[0]])
        return True
    if later and (
        later[0].has("remove") or later[0].text == "off" or (len(later) > 1 and later[1].text in {"off", "away"})
    ):
        ending = later[0] if later[0].has("remove") or later[0].text == "off" else later[1]
        # "the colour off the wall" goes on; a removal ends the clause.
        if not any(is_content(other) for other in clause.tokens[clause.tokens.index(ending) + 1 :]):
            _find(clause, token.tags["absence"], [token, ending])
            return True
    return False


def _cuts_sound(clause: Clause, token: Token, verb: Token) -> bool:
    """ "cut the audio"; but "cut the music at 5 seconds" speaks of a part."""
    return verb.text == "cut" and token.tags["absence"] == "mute" and not clause.has("seconds", "range", "amount")


def _negation(clause: Clause, at: int) -> bool:
    """Whether something before this position turns it into its contrary."""
    return any(token.has("neg", "limit") and not token.used for token in clause.tokens[:at])


def _find(
    clause: Clause, id: str, used: list[Token], params: dict[str, float | str] | None = None, complaint: bool = False
) -> None:
    clause.use(*used)
    for token in used:
        if token.has("more", "less", "up", "down", "remove", "too"):
            token.used = True
    span = (min(token.start for token in used), max(token.end for token in used))
    leaning = any(token.text.startswith("偏") for token in used)
    clause.findings.append(Finding(id, dict(params or {}), span, span, complaint, leaning=leaning))


def _amount(clause: Clause, at: int) -> bool:
    """ "more contrast", "brightness up", "the saturation is too high", "对比度高一点"."""
    token = clause.tokens[at]
    direction, used = _direction_after(clause, at)
    if not direction:
        direction, used = _direction_before(clause, at)
    if not direction:
        direction, used = _level(clause), []
    if not direction:
        direction, used = clause.direction, []
        if direction and token.has("is", "quality"):
            return False
    if not direction or (token.tags["amount"] == "louder" and sounds.only_adds(used)):
        return False
    first = min((clause.tokens.index(other) for other in used), default=at)
    if _negation(clause, first) and not any(other.has("neg", "limit") for other in used):
        clause.negated = True
        clause.use(token, *used)
        return True
    id = token.tags["amount"] if direction > 0 else BY_ID[token.tags["amount"]].opposite
    if not id:
        return False
    clause.direction = direction
    _find(clause, id, [token, *used])
    return True


def _level(clause: Clause) -> int:
    """ "half the saturation", "contrast 120 %": a new level, above or below what there is."""
    for other in clause.unused("share", "percent"):
        if other.has("sign"):
            return int(other.tags["sign"])
        amount = other.tags["share"] if other.has("share") else other.tags["percent"] / 100
        at = clause.tokens.index(other)
        said = other.has("share") or any(before.text in LEVELS for before in clause.tokens[max(0, at - 2) : at])
        if amount > 1 or (said and amount < 1):
            return 1 if amount > 1 else -1
    return 0


def _direction_after(clause: Clause, at: int) -> tuple[int, list[Token]]:
    """What follows a noun: "up", "is too low", "高一点", "+", "不够"."""
    used: list[Token] = []
    turned = complaint = False
    for other in clause.tokens[at + 1 : at + 7]:
        if other.used or (other.has("amount", "is", "quality", "absence") and not other.has("up", "down")):
            break
        if other.tags.get("mark") == "+" or (other.has("sign") and other.tags["sign"] > 0):
            return 1, [*used, *([other] if other.has("mark") else [])]
        if (other.has("dash") and other.end - other.start == 1) or (other.has("sign") and other.tags["sign"] < 0):
            return -1, [*used, *([other] if other.has("dash") else [])]
        if other.has("limit") or (other.has("less", "too") and _leads_to_quality(clause, other)):
            return 0, []
        if other.has("too") and not _last(clause, other):
            turned, used = True, [*used, other]
            continue
        if other.has("enough") or other.text in {"lacking", "missing"}:
            return 1, [*used, other]
        if other.has("copula"):
            complaint = True
            continue
        if other.has("neg"):
            break
        if (
            other.has("up", "down")
            and other.text not in {"with", "some", "want", "need", "needs", "give", "add", "有"}
            and _is_change(other)
        ):
            sign = 1 if other.has("up") else -1
            if other.has("up") and other.has("down"):
                break
            backwards = turned or (complaint and other.text in {"low", "high", "weak", "strong", "harsh"})
            return (-sign if backwards else sign), [*used, other]
        if other.has("less"):
            return -1, [*used, other]
        if not other.has(*NEXT_TO, "percent", "times", "share", "to", "trailing"):
            break
    return 0, []


def _leads_to_quality(clause: Clause, token: Token) -> bool:
    following = clause.tokens[clause.tokens.index(token) + 1 :]
    return bool(following) and following[0].has("quality", "is") and not following[0].has("up", "down")


def _last(clause: Clause, token: Token) -> bool:
    return clause.tokens[-1] is token


def _is_change(token: Token) -> bool:
    return token.text not in {
        "a bit of",
        "a touch of",
        "a hint of",
        "a little",
        "a lot of",
        "lots of",
        "plenty of",
        "could use",
        "big",
    }


def _direction_before(clause: Clause, at: int) -> tuple[int, list[Token]]:
    """What leads up to a noun: "more", "reduce the", "too much", "not enough", "add some"."""
    weak: list[Token] = []
    for back in range(at - 1, max(-1, at - 9), -1):
        other = clause.tokens[back]
        if other.used and not other.has("up", "down", "more", "less"):
            if other.has("is", "quality", "seconds", "range"):
                break
            continue
        if other.has("less") or (other.has("too") and not other.has("fill")):
            return -1, [other]
        if other.text == "too" and clause.tokens[back + 1].text in {"much", "many"}:
            return -1, [other]
        if other.has("enough"):
            return 1, [other]
        if other.has("remove"):
            return -1, [other]
        if other.has("down") and not other.has("fill") and not other.has("up"):
            return -1, [other]
        if other.has("more") or (other.has("up") and other.text not in WEAK_UP and not other.has("fill")):
            return 1, [other]
        if other.has("up", "k") and (other.text in WEAK_UP or other.has("k") or other.has("up")):
            if other.has("up") or other.tags.get("k") == 0.5:
                weak.append(other)
            continue
        if not other.has(*NEXT_TO, "amount", "percent"):
            break
    return (1, weak) if weak else (0, [])


def _named(clause: Clause, at: int) -> None:
    """An effect's own word, straight or turned round."""
    token = clause.tokens[at]
    turned, used = _turned(clause, at)
    if token.has("fault") and turned != "negated" and (turned in {"opposite", "same"} or _is_fault(clause, at)):
        _find(clause, token.tags["fault"], [token, *used], complaint=True)
        return
    id = token.tags.get("quality", token.tags.get("is"))
    if id is None:
        return
    before = clause.tokens[:at]
    if turned == "opposite":
        opposite = BY_ID[id].opposite
        if opposite:
            _find(clause, opposite, [token, *used], complaint=True)
        return
    if turned == "same":
        _find(clause, id, [token, *used], complaint=True)
        return
    if turned == "limit":
        clause.use(token, *used)
        clause.negated = True
        clause.findings.append(Finding("limit:" + id, {}, (token.start, token.end), (token.start, token.end)))
        return
    if turned == "negated":
        clause.negated = True
        clause.use(token, *used)
        if _is_denied(clause, at):
            span = (min(token.start, *(other.start for other in used)), token.end)
            clause.denied.append(Finding(id, {}, span, span))
        return
    if token.has("quality") and _is_complaint(clause, at):
        opposite = BY_ID[id].opposite
        if opposite:
            _find(clause, opposite, [token], complaint=True)
        if opposite or BY_ID[id].stage == Stage.SOUND:
            return
    if any(other.has("remove") and not other.used and not other.has("fill") for other in before[-3:]):
        return
    _find(clause, id, [token])


def _is_denied(clause: Clause, at: int) -> bool:
    """ "not warmer" asks for something; "not warm" and "it is not warmer yet" describe."""
    before = clause.tokens[:at]
    if any(other.text.split()[-1] in COPULAS for other in before):
        return False
    return clause.tokens[at].has("is") or any(other.text in MORE for other in before[-1:])


def _turned(clause: Clause, at: int) -> tuple[str, list[Token]]:
    """Whether the words before (and "enough" after) turn an effect's word round."""
    after = clause.tokens[at + 1 : at + 2]
    before = clause.tokens[:at]
    negation = next((other for other in reversed(before) if other.has("neg") and not other.used), None)
    if after and after[0].has("enough"):
        return ("same", [after[0], *([negation] if negation else [])])
    if (
        negation is not None
        and negation.text in NEXT_ONLY
        and any(other.used for other in before[before.index(negation) :])
    ):
        negation = None
    for back in range(at - 1, max(-1, at - 5), -1):
        other = clause.tokens[back]
        if other.text == "than" and back == at - 1:
            return "negated", [other]
        if other.used and (not other.has("limit", "neg") or other.text in NEXT_ONLY):
            continue
        if other.has("limit"):
            return "limit", [other]
        if other.has("enough"):
            return "same", [other]
        if other.has("less"):
            return "opposite", [other]
        if other.has("too") and other.text not in {"偏"}:
            if negation:
                return "limit", [other, negation]
            return "opposite", [other]
        if other.has("down") and not other.has("fill", "k") and not other.has("up"):
            return ("negated", [other, negation]) if negation else ("opposite", [other])
        if other.has("neg"):
            return "negated", [other]
        if other.text in {"so", "that", "as"} and negation and clause.tokens[at].has("quality"):
            return "opposite", [other, negation]
        if not other.has(*NEXT_TO, "up"):
            break
    return ("negated", [negation]) if negation else ("", [])


def _is_fault(clause: Clause, at: int) -> bool:
    """ "it is washed out" complains; "make it faded" and "a faded vintage look" do not."""
    if _is_wanted(clause, at):
        return False
    if (
        clause.complaining
        or any(other.has("copula") for other in clause.tokens[:at])
        or any(other.text in CURES for other in clause.tokens)
    ):
        return True
    return not clause.tokens[at].has("is", "quality")


CURES = phrases("fix|fix it|fix this|correct|cure|repair|修复|改善|修正")


def _is_wanted(clause: Clause, at: int) -> bool:
    return any(other.has("make", "should") and not other.has("copula") for other in clause.tokens[:at])


def _is_complaint(clause: Clause, at: int) -> bool:
    """ "it is so dark" says what is wrong; "make sure it is dark" and "看起来更暗" say what is wanted."""
    before = clause.tokens[:at]
    if any(other.text in MORE for other in before) or any(
        other.has("trailing") for other in clause.tokens[at + 1 : at + 2]
    ):
        return False
    copula = next((place for place, other in enumerate(before) if other.has("copula") and other.text in COPULAS), None)
    return copula is not None and not _is_wanted(clause, at)


COPULAS = phrases(
    "is|are|was|were|looks|seems|feels|appears|it's|that's|came out|comes out|turned out|look|seem|feel|i find|"
    "有点|有些|显得|看起来|看上去|感觉|有点儿|看着|有点偏|有些偏|还是有点|还是"
)
