"""Numbers and directions of effects that have their own: "loop it 3 times", "hold the last frame for 2 seconds"."""

from studio.engine.catalogue import BY_ID
from studio.engine.effects.geometry import SHAPES_EN, SHAPES_ZH
from studio.engine.parser import sounds
from studio.engine.parser.clauses import Clause, Finding
from studio.engine.parser.spelling import phrases, spellings
from studio.engine.parser.tokens import Token

PLAYED = phrases("play|plays|played|playing|run|show|播放|放|播")
AGAIN = phrases("more|more times|再")
ENDS = phrases("last|final|end|ending|back|最后|结尾|末尾")


def read_shapes(clause: Clause) -> None:
    """Before the speeds and trims are read: what is counted or measured here is neither."""
    _turned(clause)
    for token in list(clause.tokens):
        reader = READERS.get(str(token.tags.get("is", "")))
        if token.used or not (reader or token.has("fades") or token.text in THINGS) or _refused(clause, token):
            continue
        if token.text in THINGS and _is_thing(clause, token):
            token.tags = {"unknown": True}
        elif token.has("fades"):
            for id in ("fade-in", "fade-out"):
                _found(clause, id, [token], _seconds(clause, id))
        elif reader is not None:
            reader(clause, token)
    _played_twice(clause)


THINGS = phrases("mirror|pan|loop|echo|portrait|closer")
OWNERS = phrases("the|his|her|their|its|my|our|your|that|this")


def _is_thing(clause: Clause, token: Token) -> bool:
    """ "make the mirror brighter" speaks of what the picture shows."""
    at = clause.tokens.index(token)
    return at > 0 and clause.tokens[at - 1].text in OWNERS


def _refused(clause: Clause, token: Token) -> bool:
    """Negations, removals and complaints are read where all effects are."""
    before = clause.tokens[: clause.tokens.index(token)]
    return any(other.has("neg", "remove", "less", "limit", "too") and not other.has("fill") for other in before)


def _found(clause: Clause, id: str, used: list[Token], params: dict[str, float | str]) -> None:
    clause.use(*used)
    span = (min(token.start for token in used), max(token.end for token in used))
    usual: dict[str, float | str] = {name: limit.usual for name, limit in BY_ID[id].limits.items()}
    explicit = bool(params) and "k" not in usual
    clause.findings.append(Finding(id, {**usual, **params}, span, span, explicit=explicit))


def _seconds(clause: Clause, id: str) -> dict[str, float | str]:
    """ "for 3 seconds", "2 second fade"."""
    measures = [token for token in clause.tokens if token.has("seconds") and not token.has("range")]
    if len(measures) != 1:
        return {}
    at = clause.tokens.index(measures[0])
    if any(
        token.has("first", "start point") or token.text in {"at", "after"}
        for token in clause.tokens[max(0, at - 2) : at]
    ):
        return {}
    clause.use(
        measures[0], *(token for token in clause.tokens[max(0, at - 2) : at] if token.has("place", "last", "back"))
    )
    return {"seconds": BY_ID[id].limits["seconds"].clamp(float(measures[0].tags["seconds"]))}


def _lasting(clause: Clause, token: Token) -> None:
    id = token.tags["is"]
    after = [other for other in clause.tokens[clause.tokens.index(token) + 1 :] if not other.has("fixed")]
    if id != "freeze" and after and sounds.is_heard(after[0]):
        token.tags = {"unknown": True}  # "fade out the music": ours fades the picture, too
        return
    _found(clause, id, [token], _seconds(clause, id))
    clause.use(*(other for other in clause.tokens if other.has("front" if id == "fade-in" else "back")))


def _loop(clause: Clause, token: Token) -> None:
    count = _count(clause)
    used = [token, *count[1]]
    params: dict[str, float | str] = {}
    if count[0]:
        more = any(other.text in AGAIN for other in clause.tokens)
        params = {"plays": BY_ID["loop"].limits["plays"].clamp(float(round(count[0])) + more)}
    if not count[0] or round(count[0]) + 0.0 == count[0] >= 1:
        _found(clause, "loop", used, params)


def _count(clause: Clause) -> tuple[float, list[Token]]:
    """How often: "3 times", "twice", "3次"."""
    for at, token in enumerate(clause.tokens):
        if token.used:
            continue
        following = clause.tokens[at + 1] if at + 1 < len(clause.tokens) else None
        if token.has("times"):
            return float(token.tags["times"]), [token]
        if token.has("plain", "number", "numeral") and (following is not None and following.text in TURNS):
            value = token.tags.get("plain", token.tags.get("number", token.tags.get("numeral", 0)))
            return float(value), [token, following]
        if token.text in ONCE_MORE:
            return 2.0, [token]
    return 0.0, []


TURNS = phrases("次|遍|回|plays|loops|repeats|repetitions")
ONCE_MORE = phrases("once|一次|一遍|一回")


def _played_twice(clause: Clause) -> None:
    """ "play it twice", "播放3遍": a loop; "play it at 2x" is a speed."""
    if any(finding.id == "loop" for finding in clause.findings):
        return
    plays = next((token for token in clause.tokens if token.text in PLAYED and not token.used), None)
    times = next((token for token in clause.unused("times") if token.text == "twice" or _written(clause, token)), None)
    count = (float(times.tags["times"]), [times]) if times is not None else (0.0, [])
    if times is None and any(token.text in {"次", "遍"} for token in clause.tokens):
        count = _count(clause)
    about = any(token.has("is", "quality", "amount") and not token.has("fill") for token in clause.tokens)
    if plays is None or about or count[0] < 2:
        return
    _found(clause, "loop", [plays, *count[1]], {"plays": BY_ID["loop"].limits["plays"].clamp(float(round(count[0])))})


def _written(clause: Clause, token: Token) -> bool:
    """ "3 times", and not "3x"."""
    return clause.prompt.plain[token.start : token.end].endswith("times")


def _smooth(clause: Clause, token: Token) -> None:
    rate = next((other for other in clause.tokens if other.has("rate")), None)
    limit = BY_ID["smooth"].limits["fps"]
    if rate is not None and not limit.low <= rate.tags["rate"] <= limit.high:
        return
    used = [token, *([rate] if rate else [])]
    _found(clause, "smooth", used, {"fps": float(rate.tags["rate"])} if rate else {})


def _turned(clause: Clause) -> None:
    """ "tilt the picture 10 degrees to the right", "画面往右转5度": with an angle, to turn is to rotate."""
    verb = next((token for token in clause.tokens if token.text in TURNING and not token.used), None)
    about = clause.has("is", "quality", "amount") or any(token.text in NOT_ROUND for token in clause.tokens)
    if verb is not None and clause.has("degrees") and not about:
        verb.tags = {"is": "rotate"}


TURNING = phrases("tilt|tilted|tilting|turn|turned|turning|lean|leaned|leaning|slant|转|倾")
NOT_ROUND = phrases(
    "up|down|upwards?|downwards?|forwards?|backwards?|camera|temperature|exposure|heat|speed|opacity|"
    "上|下|向上|向下|镜头|色温|温度"
)


def _rotate(clause: Clause, token: Token) -> None:
    if any(other.text in HUES for other in clause.tokens):
        token.tags = {"unknown": True}  # round the colour wheel: another thing
        return
    angle = next((other for other in clause.tokens if other.has("degrees")), None)
    if angle is None and (token.text.startswith("straighten") or token.text in TO_AN_ANGLE):
        token.tags = {"unknown": True}
        return
    near = clause.tokens[clause.tokens.index(token) - 2 :] if clause.tokens.index(token) > 1 else clause.tokens
    ways = [other for other in near if other.text in WAYS]
    degrees = float(angle.tags["degrees"]) * int(angle.tags.get("sign", 1)) if angle else 90.0
    if "half turn" in token.text:
        degrees = 180.0
    if any(other.text in BACK_ROUND for other in ways) or any(
        sign in token.text for sign in ("左", "逆", "counter", "anti")
    ):
        degrees = -degrees
    _found(clause, "rotate", [token, *([angle] if angle else []), *ways], {"degrees": degrees})


TO_AN_ANGLE = phrases("tilt(ed)?( it| the (video|picture|image|clip))? by|倾斜")
WAYS = phrases(
    "clockwise|counterclockwise|anticlockwise|counter|anti|ccw|cw|left|right|顺时针|逆时针|向左|向右|左|右|左边|右边"
)
BACK_ROUND = phrases("counterclockwise|anticlockwise|counter|anti|ccw|left|逆时针|向左|左|左边")
HUES = phrases("hues?|colou?rs?|colou?r wheel|wheel|tones?|tints?|色相|色调|颜色|色彩|色轮")


def _aspect(clause: Clause, token: Token) -> None:
    crops = [other for other in clause.tokens if other.has("trim verb", "cut") or other.text in RATIO_WORDS]
    _found(clause, "aspect", [token, *crops], {"ratio": RATIO_OF[token.text]})


RATIO_OF = {
    phrase: ratio for table in (SHAPES_EN, SHAPES_ZH) for ratio, words in table.items() for phrase in spellings(words)
}
RATIO_WORDS = phrases("aspect ratio|ratio|crop|cropped|cropping|比例|画幅|画面比例")


def _pan(clause: Clause, token: Token) -> None:
    at = clause.tokens.index(token)
    near = clause.tokens[at + 1 : at + 5]
    ways = [other for other in near if not other.used and (other.text in COURSES or other.tags.get("is") == "pan")]
    said = f"{token.text} {' '.join(other.text for other in ways)}"
    course = next((course for course, words in COURSES_BY_WORD if words in said), "right")
    _found(clause, "pan", [token, *ways], {"direction": course})
    _travel(clause)


COURSES = phrases(
    "left|right|up|down|upwards?|downwards?|left to right|right to left|左|右|向左|向右|向上|向下|左移|右移"
)
COURSES_BY_WORD = (
    ("right", "left to right"), ("left", "right to left"), ("right", "左到右"), ("left", "右到左"), ("left", "left"),
    ("right", "right"), ("up", "up"), ("down", "down"), ("left", "左"), ("right", "右"), ("up", "上"), ("down", "下"),
)  # fmt: skip


def _travel(clause: Clause) -> None:
    """ "slowly" is how a camera goes anyway."""
    clause.use(*(other for other in clause.tokens if other.has("gradual") or other.text in MANNERS))


MANNERS = phrases("smooth|smoothly|subtle|gradual|gently|gentle|slow|缓慢|慢慢")


def _zoom(clause: Clause, token: Token) -> None:
    """Found with all others; only what is slow about it is passed over here."""
    _travel(clause)


READERS = {
    "rotate": _rotate,
    "aspect": _aspect,
    "pan": _pan,
    "zoom-in": _zoom,
    "zoom-out": _zoom,
    "fade-in": _lasting,
    "fade-out": _lasting,
    "freeze": _lasting,
    "loop": _loop,
    "smooth": _smooth,
}
