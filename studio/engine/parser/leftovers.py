"""What is left of a clause, and whether it makes all of it impossible, as in "make the dog warmer"."""

from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import Stage
from studio.engine.parser import sounds
from studio.engine.parser.clauses import Clause, Finding, is_content
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

REGION = phrases(
    "only for|just for|only during|only when|only while|only at|only around|only in|only on|in|on|at|around|near|"
    "behind|over|during|under|from|inside|within|along|of|when|where|while|next to|through|above|below|beside|to|"
    "after|before|until|for"
)
LEADS = ("soft", "place", "fixed", "loose", "k")
STRONG_TRIM = phrases(
    "trim|trimmed|trims|trimming|cut|cuts|cutting|clip|shorten|shortened|keep only|keep just|extract|snip|keep|"
    "剪|截取|剪辑|裁剪|截|剪成|剪到|保留|只保留|缩短|缩短到|剪短|剪切|取|剪出|只留|仅保留|剪至|缩短至|裁剪到|"
    "截成|剪短到|修剪|只要"
)


def judge(clause: Clause, in_scene: bool) -> None:
    """Refuse the clause, or note what of it stays undone."""
    _edges(clause)
    content = [token for token in clause.content() if not _trivial(clause, token)]
    if not clause.findings:
        if all(token.has("neg") for token in content) and len(clause.tokens) == len(content):
            return
        if content and _forbids(content):
            clause.kept = True
            return
        if in_scene:
            clause.leftovers = _stretches(clause, content)
        elif content and not (clause.negated and not any(token.has("unknown", "other") for token in content)):
            clause.refuse()
        return
    if _time_limited(clause) or clause.has("except") or _impossible(clause, content):
        clause.refuse()
        return
    if any(_is_region(clause, token) for token in content):
        clause.refuse()
        return
    clause.leftovers = _stretches(clause, content)


def _forbids(content: list[Token]) -> bool:
    """ "don't trim it", "no zoom": what we would not have done."""
    known = all(
        token.has("neg", "trim verb", "say", "text", "create", "other") and not token.has("unknown")
        for token in content
    )
    return content[0].has("neg") and len(content) > 1 and known and not any(token.text in REGIONAL for token in content)


def _edges(clause: Clause) -> None:
    """To darken the edges is a vignette, however it is said."""
    if any(token.text in RIM and not token.used for token in clause.tokens):
        for finding in clause.findings:
            if finding.id == "darker":
                finding.id = "vignette"


OPENINGS = phrases("first|last|finally|start|starting|begin|to start|最后|开始|首先|一开始|最终")
RIM = phrases(
    "edges|corners|borders|border|frame edges|outer edges|periphery|rim|边缘|四周|四角|边角|角落|画面边缘|"
    "画面四周|四边|周边"
)


def _trivial(clause: Clause, token: Token) -> bool:
    """Words that mean nothing beside what was found: the edges of a vignette, "first" at the start of a list."""
    ids = {finding.id for finding in clause.findings}
    if token.has("edges") and "vignette" in ids:
        return True
    if sounds.is_heard(token) and any(BY_ID[id].stage == Stage.SOUND for id in ids if id in BY_ID):
        return True
    if token.has("amount") and {token.tags["amount"], BY_ID[token.tags["amount"]].opposite} & ids:
        return True
    if token.has("amount") and token.tags["amount"] in {"fast"} and ids & {"slow", "fast"}:
        return True
    if token.has("caption fill") and "caption" in ids:
        return True
    if (
        token.has("first", "last", "start point", "end point", "end mark", "start mark")
        and not token.has("unknown", "other")
        and token is clause.tokens[0]
        and token.text in OPENINGS
    ):
        return True
    if token.has("unknown", "other", "remove"):
        return False
    if token.has("front", "back", "first", "last", "middle", "unit", "after", "before", "trim verb", "cut"):
        return "trim" in ids
    return token.has("up", "down", "to", "less", "too", "limit", "enough")


def _time_limited(clause: Clause) -> bool:
    """An effect for a part of the time only: there is no such effect, and the whole clip must not get it."""
    others = [finding for finding in clause.findings if finding.id not in {"trim", "caption"}]
    timed = any(finding.id == "trim" for finding in clause.findings) or clause.unused("seconds", "range")
    if clause.has("gradual") and not all(_may_be_slow(finding) for finding in others):
        return True
    if not others or not timed:
        return False
    return not any(token.text in STRONG_TRIM for token in clause.tokens)


def _may_be_slow(finding: Finding) -> bool:
    """A zoom or a fade takes its time anyway."""
    return finding.id in {"slow", "fast"} or (finding.id in BY_ID and BY_ID[finding.id].timed)


def _impossible(clause: Clause, content: list[Token]) -> bool:
    if clause.has("replace") or _is_heard(clause):
        return True
    strange = [token for token in content if token.has("unknown", "other", "keepable", "rest", "quote", "text")]
    if not strange:
        return any(token.has("remove") for token in content)
    removing = any(token.has("remove") and not token.used and not token.has("fill") for token in clause.tokens)
    return removing or (
        any(_creates(token) for token in clause.tokens)
        and not _only_captions(clause)
        and any(token.has("unknown") for token in strange)
        and not _after_soft(clause, strange)
    )


def _is_heard(clause: Clause) -> bool:
    """ "remove the noise from the audio", "the sound of rain": ours are noise and rain to be seen."""
    ids = {finding.id for finding in clause.findings}
    audible = {"denoise", "grain", "rain"}
    return bool(ids & audible) and any(token.tags.get("absence") == "mute" for token in clause.tokens)


def _only_captions(clause: Clause) -> bool:
    return all(finding.id == "caption" for finding in clause.findings)


def _creates(token: Token) -> bool:
    return token.has("create") and (
        not token.has("make", "fill") or token.text in {"add", "put", "insert", "place", "添加", "加一只", "加一个"}
    )


def _after_soft(clause: Clause, tokens: list[Token]) -> bool:
    return all(
        any(other.has("soft") and other.text in SOFT_LINKS for other in clause.tokens[: clause.tokens.index(token)])
        for token in tokens
    )


SOFT_LINKS = phrases(
    "like|as if|as though|similar to|because|since|so that|so it|reminiscent of|inspired by|in the style of|"
    "in the spirit of|in order to|for|such as|to make|resembling|matching|to match|to fit|evoking|suggesting|"
    "fit for|suitable for|as|so|像|如同|好像|仿佛|因为|由于|类似|为了|以便|适合|用于|如|比如|例如|符合|营造|给人|"
    "让人|有种"
)


def _is_region(clause: Clause, token: Token) -> bool:
    """Whether an unknown word names what the effect should touch: its object, its subject or its place."""
    at = clause.tokens.index(token)
    if (
        token.has("share")
        and at > 0
        and clause.tokens[at - 1].text in {"first", "second", "last", "final", "other", "前", "后"}
    ):
        return True
    if not token.has("unknown", "front", "back", "first", "last", "middle") and token.text not in REGIONAL:
        lead = clause.tokens[at - 2 : at] if at > 1 else clause.tokens[:at]
        if not token.has("other", "create") or not any(other.has("fixed", "other") for other in lead):
            return False
    spans = [finding.said for finding in clause.findings if finding.id not in {"caption"}]
    captions = [finding for finding in clause.findings if finding.id == "caption"]
    if captions and not spans:
        return _caption_region(clause, at)
    before = clause.tokens[:at]
    if any(other.text in SOFT_LINKS and not other.used for other in before) and any(
        start < token.start for start, _ in spans
    ):
        return False
    following = next((start for start, _ in sorted(spans) if start >= token.end), None)
    preceding = next((end for _, end in sorted(spans, reverse=True) if end <= token.start), None)
    if preceding is not None:
        between = [other for other in before if other.start >= preceding]
        if any(other.text in REGION for other in between):
            return True
        return all(_leads_on(other) for other in between)
    if following is not None:
        return _is_subject(clause, at, following)
    return True


REGIONAL = phrases(
    "background|foreground|highlights|shadows|mid tones|midtones|skin tones|skin tone|skin|whites|blacks|背景|"
    "前景|高光|阴影|中间调|肤色|皮肤"
)


def _leads_on(token: Token) -> bool:
    """Words that lead from an effect to what it should touch: "warm up only the highlights"."""
    if token.text in LEADS_ON:
        return True
    return token.has("fixed", "loose", "k", "unknown", "other") and not token.has("whole")


LEADS_ON = phrases("the|of|的|up|down|only|just")


def _caption_region(clause: Clause, at: int) -> bool:
    """ "put “SALE” on the billboard" asks for more than a caption; "in small red letters" only for another look."""
    before = clause.tokens[:at]
    token = clause.tokens[at]
    if token.text in {
        "left",
        "right",
        "top left",
        "top right",
        "bottom left",
        "bottom right",
        "左",
        "右",
        "左边",
        "右边",
    }:
        return False
    link = next((other for other in reversed(before) if other.has("place") or other.has("quote")), None)
    if link is None:
        return not token.text.endswith("ly")
    return link.text in {"on", "behind", "over", "under", "next to", "above", "below", "beside", "around", "在"}


def _is_subject(clause: Clause, at: int, following: int) -> bool:
    token = clause.tokens[at]
    if token.text.endswith("ly"):
        return False
    if token.text[0] >= "㐀":
        return True
    for other in reversed(clause.tokens[:at]):
        if other.has("unknown", "other"):
            continue
        if other.text in {"a", "an", "some", "with", "more"}:
            return False
        if other.has("whole") and not other.has("fixed"):
            return other.text not in {"it", "this", "that"}
        return True
    return True


def _stretches(clause: Clause, content: list[Token]) -> list[tuple[int, int]]:
    """The leftovers as a person would read them: neighbours together, with the small words that lead to them."""
    found: list[tuple[int, int]] = []
    last = -9
    for token in content:
        at = clause.tokens.index(token)
        start = at
        while (
            start > 0
            and clause.tokens[start - 1].has(*LEADS)
            and not clause.tokens[start - 1].used
            and clause.tokens[start - 1].end > (found[-1][1] if found else -1)
        ):
            start -= 1
        if found and all(not other.used for other in clause.tokens[last + 1 : at]):
            found[-1] = (found[-1][0], token.end)
        else:
            found.append((clause.tokens[start].start, token.end))
        last = at
    return found


def is_empty(clause: Clause) -> bool:
    return not any(is_content(token) for token in clause.tokens)


def owns(finding: Finding, token: Token) -> bool:
    return finding.said[0] <= token.start and token.end <= finding.said[1]
