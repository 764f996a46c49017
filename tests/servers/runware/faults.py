"""The names of what can be ordered (the package's docstring says what each does), and what they answer."""

from tests.servers.runware import refusals

REFUSING = {
    "rate_limited": refusals.RATE_LIMITED,
    "server_error": refusals.SERVER_ERROR,
    "unavailable": refusals.UNAVAILABLE,
    "bad_key": refusals.INVALID_KEY,
}
REFUSING_A_TASK = {
    "no_credit": refusals.NO_CREDIT,
    "forbidden": refusals.FORBIDDEN,
    "model_gone": refusals.MODEL_GONE,
}
OF_TRANSPORT = ("html_answer", "bad_gateway", "slow", "lost_answer", "error_after_accept")
ONLY_SUBMITS = ("lost_answer", "error_after_accept")
FAILING = {
    "moderation": refusals.MODERATED,
    "moderation_in_data": refusals.MODERATED,
    "provider_timeout": refusals.PROVIDER_TIMEOUT,
}
OF_JOBS = (
    *FAILING,
    "mixed",
    "never_finishing",
    "nsfw",
    "wrong_types",
    "missing_fields",
    "webhook_twice",
    "webhook_never",
)
OF_DOWNLOADS = ("truncated_download", "html_download", "redirect_download")
KNOWN = (*REFUSING, *REFUSING_A_TASK, "expired_video_id", *OF_TRANSPORT, *OF_JOBS, *OF_DOWNLOADS)
