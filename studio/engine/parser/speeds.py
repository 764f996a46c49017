"""Speeds in numbers: "half speed", "at 25 %", "slow motion 4x", "两倍速"."""

from studio.engine.effects.time import FAST, SLOW
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Token

QUANTITIES = ("times", "percent", "share", "plain")
BY = phrases("by")
LEVEL = phrases("to|at|到|至|为|成|=|:|以|in|in half|down to|up to|调到|调整到|设为|改为|of|only|只有")
RATES = phrases("speed|playback speed|playback rate|速度|播放速度|速率|播放速率|视频速度|倍速|pace|tempo")
LENGTHS = phrases("long|longer|length|duration|时长|长度")
PLAYS = phrases("play back|played back|playing back|play|plays|played|playing|run|runs|running|playback|播放|at|以")


def read_speed(clause: Clause) -> None:
    """One slow or fast finding, if the clause speaks of speed in numbers."""
    quantity = next((token for token in clause.unused(*QUANTITIES, "halved") if not _is_part(clause, token)), None)
    if quantity is None or clause.has("text") or clause.has("quote"):
        return
    words = [token for token in clause.tokens if _speed_word(token)]
    lengths = [token for token in clause.tokens if token.text in LENGTHS] if quantity.has("times", "share") else []
    if lengths and not words:
        words, quantity = lengths, _inverse(quantity)
    slow = any(_means(token, "slow") for token in words)
    fast = any(_means(token, "fast") for token in words)
    plays = quantity.has("times", "percent") and _plays(clause)
    written = clause.prompt.plain[quantity.start : quantity.end]
    if not (words or plays or written.endswith(("倍速", "半速", "慢一半"))) or (slow and fast):
        return
    if any(token.has("neg", "too", "less", "enough") and not token.has("fill") for token in clause.tokens):
        return
    speed = _speed(clause, quantity, words, slow, fast)
    if speed is None:
        return
    used = [quantity, *words, *_helpers(clause)]
    clause.use(*used)
    if abs(speed - 1) < 0.01:
        clause.kept = True
        return
    entry, factor = (FAST, speed) if speed > 1 else (SLOW, 1 / speed)
    factor = round(entry.limits["factor"].clamp(factor), 4)
    said = (min(token.start for token in used), max(token.end for token in used))
    clause.findings.append(Finding(entry.id, {"factor": factor}, said, said, explicit=True))


def _plays(clause: Clause) -> bool:
    """ "play it at 2x", and nothing else that the number could be about."""
    about = any(token.has("amount", "is", "quality") and not token.has("fill") for token in clause.tokens)
    return not about and any(token.text in PLAYS for token in clause.tokens)


def _is_part(clause: Clause, token: Token) -> bool:
    """ "the second half", "前半段": a part of the time and no amount."""
    at = clause.tokens.index(token)
    return (
        token.has("share", "halved")
        and at > 0
        and clause.tokens[at - 1].text in {"first", "second", "last", "final", "other", "前", "后", "上", "下"}
    )


def _inverse(quantity: Token) -> Token:
    """Twice as long is half as fast."""
    value = float(quantity.tags.get("times", quantity.tags.get("share", 1)))
    quantity.tags = {"times": 1 / value if value else 1.0}
    return quantity


def _speed_word(token: Token) -> bool:
    return _means(token, "slow") or _means(token, "fast") or token.tags.get("amount") == "fast"


def _means(token: Token, id: str) -> bool:
    return token.tags.get("is") == id or token.tags.get("quality") == id


def _helpers(clause: Clause) -> list[Token]:
    """Words that only served to say the number: "reduce the speed by", "to", "factor"."""
    return [token for token in clause.tokens if token.has("up", "down", "to", "dash") or token.text == "factor"]


def _speed(clause: Clause, quantity: Token, words: list[Token], slow: bool, fast: bool) -> float | None:
    """The speed that is asked for: 0.5 is half as fast."""
    down = any(token.has("down") and not token.has("fill") for token in clause.tokens)
    up = any(token.has("up") and not token.has("fill") for token in clause.tokens)
    down = slow or (down and not fast)
    up = fast or (up and not down)
    if quantity.has("halved"):
        return 0.5
    if quantity.has("times", "plain"):
        return _multiplied(clause, quantity, down, up)
    amount = float(quantity.tags["percent"] / 100 if quantity.has("percent") else quantity.tags["share"])
    if _is_level(clause, quantity, amount, down, up, words):
        return amount if amount > 0 else None
    if down:
        return 1 - amount if amount < 1 else 1 / (1 + amount)
    return 1 + amount


def _multiplied(clause: Clause, quantity: Token, down: bool, up: bool) -> float | None:
    value = float(quantity.tags.get("times", quantity.tags.get("plain", 0)))
    if value <= 0 or (quantity.has("plain") and not (down or up or clause.has("amount"))):
        return None
    if value == 1 and (down or up) and "倍" in clause.prompt.plain[quantity.start : quantity.end]:
        value = 2.0
    if down:
        return min(value, 1 / value)
    if up and value < 1:
        return None
    return value


def _is_level(clause: Clause, quantity: Token, amount: float, down: bool, up: bool, words: list[Token]) -> bool:
    """Whether the number is the new speed ("to 50 %") and not the change ("by 50 %")."""
    at = clause.tokens.index(quantity)
    before = [token.text for token in clause.tokens[max(0, at - 3) : at]]
    after = [token.text for token in clause.tokens[at + 1 : at + 5]]
    if any(text in BY for text in before):
        return False
    if "as" in after:
        return True
    if any(text in LEVEL for text in before):
        return True
    if any(text in RATES for text in after) and "increase" not in after:
        return True
    if quantity.text in {"halve", "halved", "halving", "in half"}:
        return True
    if down and any(token.text.startswith(("slow mo", "half", "慢动作", "慢镜头", "slow-mo")) for token in words):
        return True
    if up:
        return amount > 1
    return not down
