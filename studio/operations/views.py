"""What load balancers, containers and the supervisor ask. No one is signed in here and nothing private is told."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.operations import health


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers. It asks nothing of the database, so that a slow one does not kill the web."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: 200, or 503 and what is wrong."""
    found = health.problems()
    answer = JsonResponse({"ready": not found, "problems": found}, status=503 if found else 200)
    # It is asked every few seconds: an error in the log each time would hide what is wrong.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
