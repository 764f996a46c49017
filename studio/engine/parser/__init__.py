"""Reads what a person wrote into a plan, by rules alone. What it is not sure of it reports; it never guesses silently.

Decisions worth knowing. `factor` is how many times slower (slow) or faster (fast): "half speed", "0.5x", "slow motion
2x" are all slow by 2. `start` and `end` of a trim are seconds; below zero they count from the end of the clip ("the
last 4 seconds" is start -4). Steps are sorted by stage, but "then" begins anew. Contradictions are done neither way.
"""

from collections.abc import Iterable
from itertools import pairwise

from studio.engine.catalogue import BY_ID
from studio.engine.parser import (
    captions,
    laid,
    leftovers,
    quantities,
    reading,
    shapes,
    sounds,
    speeds,
    strengths,
    trims,
)
from studio.engine.parser.agreement import settle, turn_limits
from studio.engine.parser.album import with_camera
from studio.engine.parser.clauses import Clause, split
from studio.engine.parser.scenes import read_scene
from studio.engine.parser.spelling import phrases
from studio.engine.parser.tokens import Prompt, tokenise
from studio.engine.plan import Plan, Step

LONGEST_REPORT = 300  # characters of one thing that is not done
VOICES = phrases("voice|voices|dialogue|dialog|speech|talking|narration|vocals|人声|对白|对话|说话声|旁白|台词")


def parse(prompt: str, *, operation: str = "edit", beds: Iterable[str] = ()) -> Plan:
    """The plan of one turn, in bounded time. `operation` is generate, animate, reference, edit or continue.

    `beds`: ids of the sounds that earlier turns laid under the clip, and that this one may take away.
    """
    return Reader(prompt, operation, frozenset(beds)).plan()


class Reader:
    """One prompt on its way to a plan."""

    def __init__(self, text: str, operation: str, beds: frozenset[str] = frozenset()) -> None:
        self.operation = operation
        self.beds = beds
        self.prompt: Prompt = tokenise(captions.quote_the_unquoted(text))
        self.scene, self.notes = read_scene(self.prompt, operation)
        self.clauses: list[Clause] = split(self.prompt, trims.both_ends(quantities.measured(self.prompt.tokens)))
        self.reported: list[tuple[int, int]] = []
        self.in_seconds = any(token.has("seconds") or token.tags.get("unit") == "s" for token in self.prompt.tokens)

    def plan(self) -> Plan:
        if self.operation == "generate" and self.scene is None:
            whole = _shortened(" ".join(self.prompt.text.split()))
            return Plan(not_done=(whole,) if whole else ())
        for at, clause in enumerate(self.clauses):
            if not clause.unread:
                self._read(clause, self.clauses[at - 1] if at else None)
        self._directions_from_later()
        self._removals_from_later()
        self._places_from_later()
        self._time_phrases()
        for clause in self.clauses:
            if not clause.kept and not clause.unread:
                leftovers.judge(clause, self.scene is not None)
        turn_limits(self.clauses)
        self._join_lists()
        self._keep_voices()
        steps = self._steps()
        if self.scene is not None:
            self.scene, steps = with_camera(self.scene, steps)
        not_done = self._not_done(bool(steps) or self.scene is not None)
        kept = tuple(
            self._text(*clause.span)
            for clause in self.clauses
            if clause.kept
            or (clause.negated and not clause.refused and not any(finding.id in BY_ID for finding in clause.findings))
        )
        return Plan(tuple(steps), not_done, tuple(dict.fromkeys(kept)), self.scene)

    def _read(self, clause: Clause, before: Clause | None) -> None:
        if self._is_kept(clause):
            clause.kept = True
            return
        if self._refines(clause, before):
            return
        captions.read_caption(
            clause, before is not None and any(finding.id == "caption" for finding in before.findings)
        )
        cutting = (
            next((finding.mode for finding in before.findings if finding.id == "trim"), "")
            if before and clause.joined in {"and", "comma"}
            else ""
        )
        shapes.read_shapes(clause)
        speeds.read_speed(clause)
        trims.read_trim(clause, cutting, self.in_seconds)
        strengths.read_kelvin(clause)
        if before and clause.joined in {"and", "or", "comma"} and not clause.direction:
            clause.direction = before.direction
        if before and clause.joined == "or" and before.negated:
            clause.negated = True
            clause.use(*(token for token in clause.tokens if token.has("is", "quality")))
            return
        adds = any(token.text in sounds.ADDS for token in clause.tokens)
        clause.removing = (
            before is not None and before.removing and clause.joined in {"and", "or", "comma"} and not adds
        )
        clause.complaining = (
            before is not None
            and clause.joined in {"and", "or"}
            and bool(before.findings)
            and all(finding.complaint for finding in before.findings)
        )
        self._inherit_too(clause, before)
        laid.read_laid(clause, before, self.beds)
        sounds.read_sounds(clause)
        strengths.light_looks(clause)
        reading.read_effects(clause)
        strengths.assign(clause)

    def _is_kept(self, clause: Clause) -> bool:
        """ "keep everything else", "don't touch the sound", "其他不变", "no subtitles"."""
        if clause.has("seconds", "range") or (
            clause.has("first", "last", "middle", "share") and clause.has("keep") and not clause.has("rest")
        ):
            return False
        if clause.has("keep"):
            return not any(
                token.has("neg") and clause.tokens[at + 1].has("keep") for at, token in enumerate(clause.tokens[:-1])
            )
        if clause.has("rest", "stay"):
            return not clause.has("is", "quality", "times", "percent", "replace", "remove")
        negated = clause.tokens[0].has("neg") or (
            len(clause.tokens) > 1 and clause.tokens[1].has("neg") and clause.tokens[0].has("fill")
        )
        return negated and clause.has("keepable") and not clause.has("absence", "is", "quality", "unknown")

    def _refines(self, clause: Clause, before: Clause | None) -> bool:
        """ "..., just a little", "..., by half", "..., but not too much": about what the clause before asked for."""
        if before is None or not before.findings:
            return False
        content = clause.content()
        if clause.has("limit alone") and all(token.has("limit alone") for token in content):
            for finding in before.findings:
                strengths.apply_strength(finding, 0.5)
            clause.use(*content)
            return True
        if (
            not content
            and (strong := [token for token in clause.tokens if token.has("k")])
            and not clause.has("is", "quality", "amount", "absence")
        ):
            for finding in before.findings:
                strengths.apply_strength(finding, strong[0].tags["k"])
            return True
        caption = next((finding for finding in before.findings if finding.id == "caption"), None)
        if caption and captions.move_caption(clause, caption):
            return True
        speed = next((finding for finding in before.findings if finding.id in {"slow", "fast"}), None)
        if (
            speed
            and len(content) == 1
            and content[0].has("times", "percent", "share")
            and not clause.has("is", "quality", "amount", "absence")
        ):
            word = next(
                token
                for token in before.tokens
                if token.tags.get("is", token.tags.get("quality", token.tags.get("amount"))) in {"slow", "fast"}
            )
            whole = Clause(self.prompt, [word, *clause.tokens])
            speeds.read_speed(whole)
            if whole.findings:
                speed.id, speed.params, speed.explicit = whole.findings[0].id, whole.findings[0].params, True
            return True
        return False

    @staticmethod
    def _inherit_too(clause: Clause, before: Clause | None) -> None:
        """ "too dark and flat": what turned the first word round turns the second too."""
        if before is None or clause.joined not in {"and", "or"} or not before.findings:
            return
        words = [token for token in clause.tokens if token.has("quality") and not token.has("is")]
        plain = (
            len(words) == 1
            and not clause.has("up", "down", "too", "less", "limit", "neg", "copula")
            and not clause.content()[1:]
        )
        marks = [token for token in before.tokens if token.has("less") or (token.has("too") and token.used)]
        if (
            plain
            and marks
            and all(finding.complaint for finding in before.findings)
            and not any(token.has("make") for token in clause.tokens)
        ):
            at = clause.tokens.index(words[0])
            clause.tokens.insert(at, type(words[0])(words[0].start, words[0].start, marks[0].text, {"less": True}))

    def _directions_from_later(self) -> None:
        """ "brightness and contrast up": the first noun waits for the second one's direction."""
        for clause, later in pairwise(self.clauses):
            waiting = clause.unused("amount")
            if (
                clause.findings
                or clause.kept
                or clause.unread
                or not waiting
                or not later.direction
                or later.joined not in {"and", "comma"}
            ):
                continue
            if all(token.has("amount") for token in clause.content()):
                clause.direction = later.direction
                reading.read_effects(clause)
                strengths.assign(clause)

    def _removals_from_later(self) -> None:
        """ "前两秒和后两秒都不要": what is said at the end holds for both."""
        for clause, later in pairwise(self.clauses):
            trims = [finding for finding in clause.findings if finding.id == "trim" and finding.mode == "keep"]
            if not trims or later.joined != "and" or clause.has("trim verb", "remove"):
                continue
            if any(finding.mode == "remove" for finding in later.findings):
                params = trims[0].params
                trims[0].mode = "remove"
                trims[0].params = (
                    {"start": params["end"]} if "end" in params else {"start": 0.0, "end": params["start"]}
                )

    def _places_from_later(self) -> None:
        for clause, later in pairwise(self.clauses):
            captions.place_together(clause, later)

    def _time_phrases(self) -> None:
        """ "for the first 3 seconds, make it warmer": a part of the time, not a trim."""
        for clause, later in pairwise(self.clauses):
            trims = [finding for finding in clause.findings if finding.id == "trim"]
            lead = clause.tokens[0].text
            if (
                not trims
                or later.joined != "comma"
                or not later.findings
                or clause.has("remove")
                or any(token.text in leftovers.STRONG_TRIM for token in clause.tokens)
            ):
                continue
            if lead in {"for", "in", "during", "over", "within", "throughout", "from", "at", "从", "在"}:
                clause.refuse()
                later.refuse()
                later.joined = "with"

    def _join_lists(self) -> None:
        """ "add a dog, a cat and a bird" is one thing that cannot be done."""
        self._refused: list[tuple[int, int]] = []
        for at, clause in enumerate(self.clauses):
            if not clause.refused:
                continue
            before = self.clauses[at - 1] if at else None
            continues = clause.joined == "with" or (
                (clause.joined in {"and", "or"} or clause.joined == "comma")
                and clause.tokens[0].has("fixed", "loose", "unknown")
                and not clause.has("make", "remove", "replace")
            )
            if before is not None and before.refused and continues and self._refused:
                self._refused[-1] = (self._refused[-1][0], clause.span[1])
            else:
                self._refused.append(clause.span)

    def _keep_voices(self) -> None:
        """Sound cannot be taken apart: "remove the music but keep the voices" is not a mute."""
        keeping = [
            clause
            for clause in self.clauses
            if clause.kept
            and clause.has("keep")
            and (any(token.text in VOICES for token in clause.tokens) or clause.has("absence"))
        ]
        for clause in self.clauses:
            if keeping and any(finding.id == "mute" for finding in clause.findings):
                self._refused.append((min(clause.span[0], keeping[0].span[0]), max(clause.span[1], keeping[0].span[1])))
                clause.findings = [finding for finding in clause.findings if finding.id != "mute"]
                keeping[0].kept = False
                keeping[0].refused = True

    def _steps(self) -> list[Step]:
        found = [(clause.step, finding) for clause in self.clauses for finding in clause.findings]
        agreed, contradictions = settle(found, [denied for clause in self.clauses for denied in clause.denied])
        self.notes += [f"{self._text(*first)} ↔ {self._text(*second)}" for first, second in contradictions]
        agreed.sort(key=lambda item: (item[0], BY_ID[item[1].id].stage))
        return [Step(finding.id, finding.params) for _, finding in agreed]

    def _not_done(self, anything: bool) -> tuple[str, ...]:
        spans = self._refused + [span for clause in self.clauses if not clause.refused for span in clause.leftovers]
        texts = [_shortened(self._text(*span)) for span in sorted(spans)] + self.notes
        texts += [text for clause in self.clauses if not clause.refused for text in clause.undrawn]
        kept = any(clause.kept or clause.negated for clause in self.clauses)
        if not texts and not anything and not kept and self.prompt.text.strip():
            texts = [" ".join(self.prompt.text.split())]
        return tuple(dict.fromkeys(text for text in texts if text))

    def _text(self, start: int, end: int) -> str:
        return " ".join(self.prompt.text[start:end].split())


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_REPORT else text[: LONGEST_REPORT - 1].rstrip() + "…"
