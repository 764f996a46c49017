"""What Google's errors mean (Gemini API, errors and troubleshooting; and envelopes as they were seen in use).

There are two envelopes: `{"error": {"code": "invalid_request", …}}` of the Interactions API, and `[{"error": {"code":
403, "status": "PERMISSION_DENIED", …}}]` of the front end, which also comes without the list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.providers.errors import FailureCode, ProviderError, RateLimited, Refused, Unreachable
from studio.providers.google.calling import rows, table, text
from studio.providers.http import Answer

QUOTED = 200  # characters of Google's own words that people get to see

_KEY_WORDS = ("API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "PERMISSION_DENIED", "UNAUTHENTICATED", "401", "403")
_FILTER_WORDS = ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT")
WORDS = dict.fromkeys(_KEY_WORDS, FailureCode.UNAUTHORISED) | dict.fromkeys(_FILTER_WORDS, FailureCode.INPUT_BLOCKED)
"""Words that are sure whatever the message says."""
PHRASES = (
    (("invalid interaction name",), FailureCode.EXPIRED_PARENT),
    (("api key", "valid"), FailureCode.UNAUTHORISED),
    (("multiple authentication credentials",), FailureCode.UNAUTHORISED),
    (("blocked", "safety"), FailureCode.INPUT_BLOCKED),
    (("blocked", "polic"), FailureCode.INPUT_BLOCKED),
    (("location is not supported",), FailureCode.REGION_BLOCKED),
    (("not available in your country",), FailureCode.REGION_BLOCKED),
    (("credits are depleted",), FailureCode.OUT_OF_CREDIT),
    (("unable to process", "image"), FailureCode.BAD_MEDIA),
    (("unable to process", "video"), FailureCode.BAD_MEDIA),
    (("mime_type",), FailureCode.BAD_MEDIA),
    (("mime type",), FailureCode.BAD_MEDIA),
)
"""What the message says, in lower case: all parts of one row."""
STATUSES = {
    "402": FailureCode.OUT_OF_CREDIT,
    "404": FailureCode.MODEL_GONE,
    "413": FailureCode.BAD_MEDIA,
    "429": FailureCode.BUSY,
    "503": FailureCode.BUSY,
    "NOT_FOUND": FailureCode.MODEL_GONE,
    "RESOURCE_EXHAUSTED": FailureCode.BUSY,
    "UNAVAILABLE": FailureCode.BUSY,
    "DEADLINE_EXCEEDED": FailureCode.TIMEOUT,
    "INVALID_ARGUMENT": FailureCode.BAD_REQUEST,
    "INVALID_REQUEST": FailureCode.BAD_REQUEST,
}

SENTENCES = {
    FailureCode.INPUT_BLOCKED: gettext_lazy("Google's filter stopped the request before anything was made."),
    FailureCode.OUTPUT_BLOCKED: gettext_lazy("Google made a video, and its filter withheld it."),
    FailureCode.BUSY: gettext_lazy("Google takes no more requests for the moment."),
    FailureCode.BAD_MEDIA: gettext_lazy("Google could not read a file that was sent along."),
    FailureCode.BAD_REQUEST: gettext_lazy("Google did not accept the request."),
    FailureCode.TIMEOUT: gettext_lazy("Google gave up after a while."),
    FailureCode.UNAUTHORISED: gettext_lazy("Google does not accept this key, or the key may not use this API."),
    FailureCode.OUT_OF_CREDIT: gettext_lazy("Google says that the account has no credit left, or has met its limit."),
    FailureCode.EXPIRED_PARENT: gettext_lazy("Google no longer holds the conversation that this take came from."),
    FailureCode.MODEL_GONE: gettext_lazy(
        "Google does not offer this model, or the address that is set for Google is wrong."
    ),
    FailureCode.REGION_BLOCKED: gettext_lazy("Google does not offer this where the studio runs."),
    FailureCode.ENGINE: gettext_lazy("Google broke off while it made the video."),
}
"""For people; the card says what to do next."""
IN_GOOGLES_WORDS = frozenset({FailureCode.BAD_REQUEST, FailureCode.BAD_MEDIA, FailureCode.ENGINE})


@dataclass(frozen=True)
class Complaint:
    """What Google says went wrong: its words (codes, statuses, reasons) and its message."""

    words: tuple[str, ...] = ()
    message: str = ""

    def code(self, usual: FailureCode) -> FailureCode:
        """By the tables above; `usual` is for what they do not know."""
        said = self.message.lower()
        sure = (WORDS[word] for word in self.words if word in WORDS)
        spoken = (code for parts, code in PHRASES if all(part in said for part in parts))
        rough = (STATUSES[word] for word in self.words if word in STATUSES)
        return next((code for found in (sure, spoken, rough) for code in found), usual)

    def sentence(self, code: FailureCode) -> str:
        """For people. Google's own words follow where ours say too little."""
        own = str(SENTENCES[code])
        if not self.message or code not in IN_GOOGLES_WORDS:
            return own
        return _("%(sentence)s It says: “%(words)s”") % {"sentence": own, "words": clipped(self.message)}


def complaint_of(errors: Iterable[Any], *words: str) -> Complaint:
    """Several error objects as one."""
    found, messages = list(words), []
    for each in errors:
        error = table(each)
        found += [str(error.get(name, "")).upper() for name in ("code", "status")]
        found += [text(detail.get("reason")) for detail in rows(error.get("details"))]
        messages.append(text(error.get("message")) or text(each))
    return Complaint(tuple(filter(None, found)), " ".join(filter(None, messages)))


def refusal(answer: Answer, usual: FailureCode = FailureCode.BAD_REQUEST) -> ProviderError:
    """The error to raise for an answer that is not good. `usual` is what a 400 without a known word means."""
    bodies = answer.body if isinstance(answer.body, list) else [answer.body]
    complaint = complaint_of((table(body).get("error") for body in bodies), str(answer.status))
    if not 400 <= answer.status < 500 or answer.status == 408:
        return Unreachable(_("Google answered with HTTP %d, which does not say what happened.") % answer.status)
    code = complaint.code(usual)
    return (RateLimited if code == FailureCode.BUSY else Refused)(complaint.sentence(code), code)


def clipped(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"
