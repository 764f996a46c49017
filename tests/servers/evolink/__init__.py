"""EvoLink's video API for the Gemini Omni family and its file host, on loopback.

    with EvoLinkServer(seconds=0.1, loopback_callbacks=True) as server:
        server.faults.order("lost_answer")
        ...  # POST f"{server.url}/v1/videos/generations" with the key server.key

By hand: python -m tests.servers.evolink --port 9102

Orders (`server.faults.order(name, times)`), each used up by the first that it applies to:

at any door, or at one as "name:door" (doors: create read batch list credits upload files)
    rate_limited        429 with Retry-After (`server.retry_after`)
    server_error        500            upstream_down  502            overloaded  503
    bad_key             401
    html_answer         200 with a page instead of JSON
    lost_request        the connection drops before anything was done
    numeric_code        the next refusal's code is the HTTP number, as in the older envelope
at create
    no_credit           402 insufficient_quota (also without an order, where the balance does not suffice)
    model_gone          400 no_available_channel
    model_not_allowed   403 KEY_MODEL_NOT_ALLOWED
    blocked_prompt      400 content_policy_violation
    lost_answer         the task is accepted, then the connection drops
    outcome_unknown     the task is accepted, the answer is 409 paid_outcome_unknown
for the next task that is accepted
    moderation          it fails with content_policy_violation
    empty               it fails with generation_failed_no_content
    fail:<code>         it fails with any other documented code
    cancelled           it ends as cancelled
    never_finishing     it stays in processing
    no_results          it is completed and charged, and has no results
for the next task object that create, read or batch hand out
    wrong_type          its type is "image"
    wrong_types         members have the wrong JSON type
for the next callback
    callback_twice      it is delivered twice
    callback_never      it is not sent
for the next download of a result
    redirect_download   302 to the same address; ordered often enough, for ever
    html_download, truncated_download   see tests.servers.base.Films
"""

from tests.servers.evolink.server import KEY, EvoLinkServer

__all__ = ["KEY", "EvoLinkServer"]
