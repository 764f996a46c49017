"""The names of what can be ordered; the package's docstring says what each does."""

from tests.servers.base import Faults
from tests.servers.evolink.tasks import FAILURES

DOORS = ("create", "read", "batch", "list", "credits", "upload", "files")
REFUSALS_ANYWHERE = ("bad_key", "rate_limited", "server_error", "upstream_down", "overloaded")
REFUSALS_AT_CREATE = ("no_credit", "model_gone", "model_not_allowed", "blocked_prompt")
ANYWHERE = (*REFUSALS_ANYWHERE, "html_answer", "lost_request", "numeric_code")
FATES = {
    "moderation": "content_policy_violation",
    "empty": "generation_failed_no_content",
    "cancelled": "cancelled",
    "never_finishing": "never_finishing",
    "no_results": "no_results",
    **{f"fail:{code}": code for code in FAILURES},
}
"""What becomes of the next task, in the words of Task.fate."""

KNOWN = {
    *ANYWHERE, *(f"{name}:{door}" for name in ANYWHERE for door in DOORS),
    *REFUSALS_AT_CREATE, "lost_answer", "outcome_unknown",
    *FATES, "wrong_type", "wrong_types", "callback_twice", "callback_never",
    "redirect_download", "html_download", "truncated_download",
}  # fmt: skip


class Orders(Faults):
    """Refuses an order that nothing would ever carry out, so that no test passes for want of its fault."""

    def order(self, name: str, times: int = 1) -> None:
        if name not in KNOWN:
            raise LookupError(f"there is no fault {name!r}")
        super().order(name, times)
