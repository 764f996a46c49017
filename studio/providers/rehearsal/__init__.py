"""The rehearsal: spoken to like a vendor, spends nothing, sends nothing anywhere, and fails when it is told to.

For training and for tests; offered where STUDIO_REHEARSAL is on. Magic words in the prompt say what shall happen, in
brackets anywhere in it ("make it warmer [slow, mixed]"), or bare where the prompt is nothing else ("fail busy"):

slow         takes 30 seconds, not 3
mixed        with several results every second one fails
silent       the results have no sound
flagged      the safety check objects to the results
never        runs on and never ends
lost         the request arrives and the answer to it does not: it has to be sent again
fail <code>  fails with that FailureCode: at once where a vendor refuses such a thing at the door, else while it runs

Results are small and real: the clip or the take with a caption laid over it, the photos moving, or the sea. They are
made while the request is taken (in a queue worker), so that asking costs next to nothing. What was taken is a file in
DATA_DIR/rehearsals, named by the job's key; it outlives a restart and goes after a day.
"""

from studio.providers.rehearsal.provider import RehearsalProvider

__all__ = ["RehearsalProvider"]
