"""The studio's own rules about words, and what they found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    """What a rule does about a text that it matches, from the mildest to the strictest."""

    WARN = "warn", _("Warn the author")
    FLAG = "flag", _("Let it pass, and show it to moderators")
    HOLD = "hold", _("Hold it until a moderator has looked")
    BLOCK = "block", _("Refuse it")


class RuleKind(models.TextChoices):
    WORDS = "words", _("Words")
    PHRASE = "phrase", _("Phrases")
    PATTERN = "pattern", _("Words with * for any letters")
    REGEX = "regex", _("Regular expression")


class Rule(models.Model):
    """`text` holds one word, phrase or pattern per line (a regular expression: one). The author is told `message`."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=RuleKind.choices, default=RuleKind.WORDS)
    text = models.TextField(_("what it looks for"))
    verdict = models.CharField(_("what it does"), max_length=5, choices=Verdict.choices, default=Verdict.FLAG)
    message = models.CharField(_("what the author is told"), max_length=300, blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True, db_index=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("rule")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """What a rule found in a text that somebody sent. The text's owner is named by kind and id.

    `matches` = [[start, end], …], places in the text as it was written, in characters. `timed_out`: the rule's
    expression was stopped, and nobody knows whether it matches.
    """

    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="findings")
    rule_name = models.CharField(_("rule"), max_length=80)
    verdict = models.CharField(_("verdict"), max_length=5, choices=Verdict.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    object_kind = models.CharField(_("kind"), max_length=20)
    object_id = models.CharField(_("object"), max_length=64, blank=True, db_index=True)
    text = models.TextField(_("text"), blank=True)
    matches = models.JSONField(_("matches"), default=list)
    timed_out = models.BooleanField(_("was stopped"), default=False)
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("finding")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.verdict}"
