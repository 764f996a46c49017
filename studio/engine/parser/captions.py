"""Captions: quoted words, or "caption: words" where nothing is quoted."""

import re
from itertools import takewhile

from studio.engine.drawable import sorted_out
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Prompt, Token, quotes_something

LONGEST = 300
_LEAD = (
    r"(?:(?:add|put|write|show|display|insert|place|include|with|give it|overlay)\s+)?(?:(?:a|an|the|"
    r"some)\s+)?(?:(?:top|bottom|cent(?:er|re)(?:ed)?)\s+)?"
)
_NOUN = r"(?:caption|subtitle|title|text|heading|headline|title card|text overlay|words)"
_AT = r"(?:\s+(?:at|on|in)\s+the\s+(?:top|bottom|middle|cent(?:er|re)))?"
_END = (
    r"(?=\s*(?:$|[\n;]|,|[.!?](?:\s|$)|\s(?:and|then|and then|but)\s+(?:then\s+)?(?:make|slow|speed|trim|cut|mute|"
    r"add|turn|keep|remove|give|increase|reduce|lower|raise|darken|brighten|boost|warm|cool|in\s+black|desaturate|"
    r"fade|put|also)\b))"
)
_PLACE_END = (
    r"(?:\s+(?:at|on|in)\s+the\s+(?:very top|top|bottom|middle|cent(?:er|re))(?:\s+of\s+the\s+(?:screen|"
    r"frame|picture|video|clip|image))?)?"
)
_ENGLISH = re.compile(
    (
        rf"\b{_LEAD}{_NOUN}{_AT}(?:\s*:\s*|\s+(?:saying|says|that says|which says|reading|that reads|which reads|"
        rf"stating|with the words|with the text)\s*:?\s+)(?P<text>[^\n;,]+?){_PLACE_END}{_END}"
        rf"|\b(?:title|caption|subtitle|label)\s+(?:it|this|the (?:video|clip|"
        rf"film))\s*:?\s+(?:as\s+)?(?P<text2>[^\n;,]+?)(?:\s+(?:at|on|in)\s+the\s+(?:top|bottom|middle|cent(?:er|"
        rf"re)))?{_END}"
    ),
    re.IGNORECASE,
)
_WRITE = re.compile(
    r"(?i:\bwrite|\b(?:put|add|show|display|write)\s+the\s+(?:words?|text))\s+(?!(?:a|an|the|some|it|this|that|"
    r"your|my)\b)(?P<text3>[^\n;,:]{1,60}?)(?i:\s+(?:at|on|in)\s+the\s+(?:very\s+)?(?:top|bottom|middle|"
    r"cent(?:er|re)|screen))\b"
    rf"|(?i:\b(?:add|put|insert|with)\s+(?:(?:a|"
    rf"the)\s+)?{_NOUN}\s+)(?P<text4>[A-Z0-9][^\n;,]{{0,80}}?)(?i:{_PLACE_END}{_END})"
)
_CHINESE = re.compile(
    r"(?:(?:在|于)?(?:画面|视频|屏幕)?的?(?:顶部|上方|上面|顶端|底部|下方|下面|底端|中间|中央|"
    r"居中)?的?(?:加上|添加|加个|加一个|加|写上|写|放|显示|配上|插入)?(?:一个|一行|一句)?)"
    r"(?:字幕|标题|文字|文本|标语|片名)(?:内容)?(?:\s*:\s*|为\s*|是\s*|写着\s*|写\s*|叫\s*|显示\s*|"
    r"\s+)(?P<text>[^\n;,、。，；]+?)\s*(?=$|[\n;,、。，；.!?！？])"
)
_BARE = re.compile(
    r"(?:加|加上|添加|加个|加一个|写上|打上)(?:一个|一行|一句)?(?:字幕|标题|文字)(?!在|到|和|并|然后|的|吧|一下|"
    r"放|给|，|,|。)(?P<text5>[^\n;,、。，；\s]{1,40})"
)


def quote_the_unquoted(text: str) -> str:
    """The prompt with "caption: Hello" written as caption "Hello". Prompts that quote something are left alone."""
    if quotes_something(text):
        return text
    match = (
        _ENGLISH.search(text) or _WRITE.search(text) or _CHINESE.search(text.replace("：", ":")) or _BARE.search(text)
    )
    if match is None:
        return text
    name = next(name for name, value in match.groupdict().items() if name.startswith("text") and value)
    start, end = match.span(name)
    return f"{text[:start]}“{text[start:end]}”{text[end:]}"


def read_caption(clause: Clause, after_caption: bool) -> None:
    """One caption for each quotation in a clause that speaks of writing; anything it cannot do stays over."""
    quotes = clause.unused("quote")
    if not quotes:
        return
    strange = any(token.has("unknown", "other") for token in clause.tokens)
    cue = clause.has("text", "say", "position") or (after_caption and not strange)
    changes = clause.has("text") and any(token.text in CHANGES for token in clause.tokens)
    if not cue or changes or clause.has("replace") or _spoken(clause):
        return
    for token in quotes:
        words, undrawn = sorted_out(clean(quoted(clause.prompt, token)))
        if not words:
            continue
        clause.undrawn += [undrawn] if undrawn else []
        token.used = True
        said, position = (token.start, token.end), _position(clause, token)
        clause.findings.append(Finding("caption", {"text": words, "position": position}, said, said))
    if clause.findings:
        clause.undrawn += [token.text for token in clause.tokens if token.has("side")]
        clause.use(*(token for token in clause.tokens if token.has("text", "say", "position", "caption fill")))


def _position(clause: Clause, quote: Token) -> str:
    """What is said after the words and before the next ones, else before them, else the bottom."""
    at = clause.tokens.index(quote)
    for side in (clause.tokens[at + 1 :], clause.tokens[:at][::-1]):
        near = takewhile(lambda token: not token.has("quote"), side)
        places = [str(token.tags["position"]) for token in near if token.has("position")]
        if places:
            # "centred at the bottom" is at the bottom.
            return next((place for place in places if place != "center"), "center")
    return "bottom"


def place_together(clause: Clause, later: Clause) -> None:
    """ "write “a” and “b” at the top": both at the top."""
    words = [finding for finding in clause.findings if finding.id == "caption"]
    listed = later.joined == "and" and not later.has("say", "text") and later.has("position")
    if words and listed and not clause.has("position") and later.findings and later.findings[0].id == "caption":
        for finding in words:
            finding.params["position"] = later.findings[0].params["position"]


CHANGES = phrases("change|changed|edit|modify|改成|改为|换成|修改|变成")


def move_caption(clause: Clause, caption: Finding) -> bool:
    """ "…, at the top": the place of the caption before. "…, in white" is how it looks anyway."""
    if clause.has("quote", "is", "quality", "amount", "absence", "seconds", "range", "neg"):
        return False
    if not all(token.has("position", "say", "caption fill", "text") for token in clause.content()):
        return False
    places = [token.tags["position"] for token in clause.tokens if token.has("position")]
    if not places and not clause.content():
        return False
    if places:
        caption.params["position"] = places[0]
    clause.use(*clause.tokens)
    return True


def _spoken(clause: Clause) -> bool:
    """ "say “hi”" and "make her say “hi”" ask for speech; "a title that says “hi”" does not."""
    says = any(token.text in {"say", "说"} for token in clause.tokens)
    return (
        says
        and not clause.has("text", "position")
        and not any(token.text in {"it", "have it"} for token in clause.tokens)
    )


def quoted(prompt: Prompt, token: Token) -> str:
    return prompt.quotes[token.start]


def clean(text: str) -> str:
    """Printable, of bearable length, with single spaces; line breaks stay."""
    lines = ("".join(char for char in line if char.isprintable()) for line in text.splitlines())
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())[:LONGEST].strip()
