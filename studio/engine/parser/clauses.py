"""A prompt's clauses: what stands between commas, "and", "but", "then", and around "keep everything else"."""

from dataclasses import dataclass, field

from studio.engine.parser.tokens import Prompt, Token

LONGEST_CLAUSE = 80  # tokens; rules look at a clause's words from each of its words
MOST_CLAUSES = 100
EFFECT_TAGS = ("is", "quality", "seconds", "range", "times", "percent", "quote")
IGNORABLE = (
    "fill",
    "whole",
    "make",
    "copula",
    "should",
    "k",
    "fixed",
    "loose",
    "soft",
    "place",
    "join",
    "mark",
    "trailing",
)


@dataclass
class Finding:
    """An effect that a clause asks for. `said` is where; `mode` says whether a trim keeps or takes away.

    `complaint` was turned round ("too dark"); `leaning` may be one ("偏冷"); `explicit` has its own number.
    """

    id: str
    params: dict[str, float | str]
    said: tuple[int, int]
    span: tuple[int, int]
    complaint: bool = False
    mode: str = ""
    explicit: bool = False
    leaning: bool = False


@dataclass
class Clause:
    """`joined` is what stands before it: "", and, or, but, then, comma, stop. `step` counts the "then"s before it.

    `denied` is what it asks not to be done: "not warmer".
    """

    prompt: Prompt
    tokens: list[Token]
    joined: str = ""
    step: int = 0
    findings: list[Finding] = field(default_factory=list)
    denied: list[Finding] = field(default_factory=list)
    kept: bool = False
    negated: bool = False
    direction: int = 0
    refused: bool = False
    removing: bool = False
    complaining: bool = False
    leftovers: list[tuple[int, int]] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)
    unread: bool = False

    def has(self, *names: str) -> bool:
        return any(token.has(*names) for token in self.tokens)

    def unused(self, *names: str) -> list[Token]:
        return [token for token in self.tokens if not token.used and token.has(*names)]

    @property
    def span(self) -> tuple[int, int]:
        return self.tokens[0].start, self.tokens[-1].end

    def content(self) -> list[Token]:
        """What nothing has taken up and nobody may ignore."""
        return [token for token in self.tokens if not token.used and is_content(token)]

    def use(self, *tokens: Token) -> None:
        for token in tokens:
            token.used = True

    def refuse(self) -> None:
        """Nothing of this clause will be done, and all of it is reported."""
        self.refused = True
        self.findings = []
        self.leftovers = []


def is_content(token: Token) -> bool:
    return not token.has(*IGNORABLE) and not token.has("dash")


def split(prompt: Prompt, tokens: list[Token]) -> list[Clause]:
    clauses: list[Clause] = []
    current: list[Token] = []
    joined, step = "", 0
    says = keeps = stays = False  # what the current tokens hold

    def close(kind: str) -> None:
        nonlocal current, joined, step, says, keeps, stays
        if current:
            clauses.append(Clause(prompt, current, joined, step))
            current, joined = [], ""
            says = keeps = stays = False
        if kind == "then" and clauses:
            step += 1
        joined = kind if not joined or joined in {"comma", "and"} else joined

    for token in tokens:
        kind = token.tags.get("join", "")
        # "再亮一点" at the start, "颜色再浓一点": more, and not "then".
        if kind and kind != "colon" and not (token.text == "再" and (not says if current else not clauses)):
            close(kind)
            continue
        if token.has("keep", "rest") and says and not keeps:
            close("and")
        current.append(token)
        closing = token.has("stay") and stays
        says = says or token.has(*EFFECT_TAGS)
        keeps = keeps or token.has("keep", "remove", "neg")
        stays = stays or token.has("keep", "rest")
        if closing:
            close("and")
    close("")
    return _bounded(clauses)


def _bounded(clauses: list[Clause]) -> list[Clause]:
    """Nobody writes a clause of a hundred words, or a hundred clauses: such are reported whole and not read."""
    read = [_unread(clause, clause) if len(clause.tokens) > LONGEST_CLAUSE else clause for clause in clauses]
    rest = read[MOST_CLAUSES:]
    return [*read[:MOST_CLAUSES], *([_unread(rest[0], rest[-1])] if rest else [])]


def _unread(first: Clause, last: Clause) -> Clause:
    """One clause of one unknown word from here to there."""
    start, end = first.span[0], last.span[1]
    whole = Token(start, end, first.prompt.plain[start:end], {"unknown": True})
    return Clause(first.prompt, [whole], first.joined, first.step, refused=True, unread=True)
