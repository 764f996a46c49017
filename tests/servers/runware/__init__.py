"""Runware's API on loopback: `videoInference` with the Gemini Omni Flash family, over REST and over a WebSocket.

By hand: `python -m tests.servers.runware --port 9101`. In tests: `with RunwareServer() as server:`, and the API is
`server.url + "/v1"` (`server.socket_url` for the socket); `server.faults.order(name, times)` makes it misbehave.

Faults of the next request, whichever it is; `name:taskType` waits for a request that holds such a task
rate_limited        429 rateLimitExceeded, nothing accepted
server_error        500 with a single `error` instead of a list, nothing accepted
unavailable         503 serviceUnavailable, nothing accepted
bad_key             401 invalidApiKey, nothing accepted
html_answer         200 and a page, nothing accepted
bad_gateway         502 and a page, nothing accepted
slow                the true answer, dripping within `desk.drip_seconds`

Faults of the next request that submits (or of `name:taskType`)
lost_answer         the tasks are accepted, then the connection breaks off without an answer
error_after_accept  the tasks are accepted, then the answer is 503

Faults of the next `videoInference` that is otherwise right; it is refused
no_credit           402 insufficientCredits
forbidden           403 insufficientPermissions
model_gone          400 modelDisabled
expired_video_id    400 invalidVideoId; waits for a task with `inputs.videoId`

Faults of the next task that is accepted, seen when it is asked about
moderation          every result an entry of `errors`: invalidProviderContent
moderation_in_data  every result an item of `data` with status error and the error inside
mixed               every second result fails as in `moderation`; waits for a task with several results
provider_timeout    every result an entry of `errors`: timeoutProvider
never_finishing     processing for ever
nsfw                NSFWContent is true; waits for a task whose safety check is on
wrong_types         success items whose values have other JSON types than documented
missing_fields      success items with nothing but taskType, taskUUID and status
webhook_twice       each call of the webhook comes twice; waits for a task with a webhookURL
webhook_never       the webhook is never called; waits for a task with a webhookURL

Faults of the next download
truncated_download, html_download   see base.Films
redirect_download   302 to a private address
"""

from tests.servers.runware.app import RunwareServer

__all__ = ["RunwareServer"]
