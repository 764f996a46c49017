import pytest
from django.test import Client


@pytest.fixture
def visitor() -> Client:
    return Client(HTTP_HOST="localhost")
