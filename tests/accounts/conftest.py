from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

PASSWORD = "correct horse battery"


@pytest.fixture
def visitor() -> Client:
    """A browser at this very machine in which nobody has signed in."""
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def remote() -> Client:
    """A browser elsewhere in the network."""
    return Client(HTTP_HOST="localhost", REMOTE_ADDR="192.0.2.7")


@pytest.fixture
def request_from() -> Callable[..., HttpRequest]:
    def make(**meta: str) -> HttpRequest:
        return RequestFactory().get("/welcome/", **{"HTTP_HOST": "localhost", **meta})

    return make
