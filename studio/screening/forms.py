"""Writing a rule: what cannot work is said here, before it meets anybody's prompt."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.screening import expressions
from studio.screening.models import Rule, RuleKind
from studio.screening.ruling import lines_of

LONGEST_TEXT = 100_000  # characters
EXPRESSION_HELP = gettext_lazy(
    "Words: any number, divided by spaces, commas or lines. Phrases, and words with *: one on each line. A regular "
    "expression: one alone. Capitals, accents, full-width and look-alike letters need not be written."
)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Rule
        fields = ["name", "kind", "text", "verdict", "message", "is_on"]
        help_texts = {
            "name": gettext_lazy("For moderators. Authors do not see it."),
            "kind": gettext_lazy(
                "Words of English and the like are found as whole words: “gun” does not find “begun”. Chinese, "
                "Japanese and Thai are found anywhere. With *, “gun*” finds “guns”, and “*gun*” finds “begun”."
            ),
            "text": EXPRESSION_HELP,
            "verdict": gettext_lazy(
                "Warn: it is sent, and the author is told. Flag: it is sent, and author and moderators are told. Hold: "
                "it waits until a moderator has looked. Refuse: it is not sent, and the author can change it."
            ),
            "message": gettext_lazy(
                "Said after the words that were found, so that the author knows why. A whole sentence."
            ),
            "is_on": gettext_lazy("Counts from the next prompt on. Try it first: the button below needs no saving."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, text = cleaned.get("kind"), cleaned.get("text")
        if kind and text and (problem := problem_of(Rule(kind=kind, text=text))):
            raise ValidationError({"text": problem})
        return cleaned


def problem_of(rule: Rule) -> str:
    """Why what the rule looks for cannot work; empty where it can."""
    if len(rule.text) > LONGEST_TEXT:
        return _("That is %(have)d characters, and %(most)d fit. Make two rules of it.") % {
            "have": len(rule.text),
            "most": LONGEST_TEXT,
        }
    if rule.kind == RuleKind.REGEX:
        return _problem_of_expression(rule.text.strip())
    lines = rule.text.splitlines()
    if rule.kind != RuleKind.PATTERN and any("*" in line for line in lines):
        return _("Here a * stands for nothing. Choose the kind “Words with * for any letters”.")
    empty = next((line for line in lines if line.strip() and not any(sign.isalnum() for sign in line)), None)
    if empty is not None:
        return _("“%(line)s” has no letters, so it would find everything or nothing.") % {"line": empty.strip()}
    return "" if lines_of(rule) else _("Write at least one word.")


def _problem_of_expression(text: str) -> str:
    try:
        expressions.check(text)
    except expressions.ExpressionRefused as error:
        return str(error)
    return ""
