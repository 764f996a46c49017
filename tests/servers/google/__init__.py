"""Google's Interactions API on loopback, as it serves the Gemini Omni Flash models 1.1 and 1.2, with the Files API.

By hand: `python -m tests.servers.google --port 9103`. In tests: `with GoogleServer() as server:`, and the address for
STUDIO_GOOGLE_URL is `server.url`; `server.faults.order(name, times)` makes it misbehave. `server.requests` is all that
came in, `server.billed` the id of each interaction that was paid for, in order: what was accepted is paid for.

Kept: background and blocking runs, previous_interaction_id, delivery inline and by uri, cancel, delete, resumable
uploads, the list of models, webhooks of one request (unsigned: nobody has Google's key). Left out: streams (400).
Films have the length and the shape that was asked for, but few pixels.

Faults of the next request, whichever it is
rate_limited        429 RESOURCE_EXHAUSTED, nothing accepted
no_credit           429 RESOURCE_EXHAUSTED that speaks of prepayment credits, nothing accepted
server_error        500, nothing accepted
unavailable         503, nothing accepted
bad_key             400 API_KEY_INVALID
forbidden           403 in the front end's envelope, a list
two_credentials     400, as was seen once for a right request
wrong_country       400 FAILED_PRECONDITION: the location is not supported
html_answer         200 and a page, nothing accepted

Faults of the next create that is otherwise right
lost_answer         accepted, then the connection breaks off without an answer
error_after_accept  accepted, then the answer is 503
answer_without_id   accepted, and the answer does not say its name
answer_with_long_id accepted, under a name of three hundred letters
safety              400 PROHIBITED_CONTENT
model_gone          404
expired_parent      400 Invalid interaction name; waits for a create with previous_interaction_id

Fates of the next interaction that is accepted, seen when it is asked about
queued              is queued before it is in progress
never_finishing     in progress for ever
unknown_status      has a status that no documentation names, until it is done
region_block        completed at once, empty, no output tokens; waits for a create with an uploaded clip
slow_and_empty      completed after minutes, empty, no output tokens
refused             completed with words instead of a film
withheld            completed, a film's tokens, a finish_reason SAFETY and no film
film_in_no_part     completed, a film's tokens, and the film in a part of an unknown kind
inline              completed with the film in the answer although a uri was asked for
failed              failed, with an entry in `errors`
failed_safety       failed, and the step's error says why
incomplete, requires_action, budget_exceeded
wrong_types         completed, and every other value has another JSON type than documented
missing_fields      completed, and nothing else is said
film_processing     the film's file is PROCESSING when it is first asked about
film_broken         the film's file is FAILED
webhook_twice       the webhook comes twice; waits for a create with one
webhook_never       it never comes; waits likewise

Faults of the next upload
upload_lost         the connection breaks off when the bytes have come
upload_broken       the file ends as FAILED
upload_stuck        the file stays PROCESSING

Faults of the next download
truncated_download, html_download   see base.Films
redirect_download   302 to an address that needs no key
expired_link        404
"""

from tests.servers.google.app import GoogleServer

__all__ = ["GoogleServer"]
