"""What is secret is encrypted at rest, told apart without being read, and blotted out of what vendors say."""

from typing import Any

import pytest

from studio.providers import sealing

ADDRESS = "https://bucket.example.com/a.mp4?X-Amz-Signature=0badcafe"


def test_what_is_sealed_can_be_read_again_and_differs_each_time() -> None:
    first, second = sealing.seal(ADDRESS), sealing.seal(ADDRESS)
    assert first != second and b"0badcafe" not in first
    assert sealing.unseal(first) == sealing.unseal(memoryview(second)) == ADDRESS


def test_under_another_key_it_cannot_be_read(settings: Any) -> None:
    sealed = sealing.seal(ADDRESS)
    settings.ENCRYPTION_KEY = "another one"
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed)


def test_a_fingerprint_tells_two_apart_and_belongs_to_this_studio(settings: Any) -> None:
    ours = sealing.fingerprint(ADDRESS)
    assert ours == sealing.fingerprint(ADDRESS) != sealing.fingerprint(ADDRESS + "1")
    settings.ENCRYPTION_KEY = "another one"
    assert sealing.fingerprint(ADDRESS) != ours


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('{"uploadEndpoint": "https://a.example/1?s=1", "n": 1}', '{"uploadEndpoint": "•••", "n": 1}'),
        (r'{"uploadEndpoint":"https:\/\/a.example\/\"1"}', '{"uploadEndpoint":"•••"}'),
        ('{"uploadEndpoint": "https://a.exa', '{"uploadEndpoint": "•••"'),
        ('{"videoURL": "https://a.example/1?s=1"}', '{"videoURL": "https://a.example/1?s=1"}'),
        ("no JSON at all", "no JSON at all"),
    ],
)
def test_upload_addresses_are_blotted_out_of_json(said: str, kept: str) -> None:
    assert sealing.blotted(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"Could not PUT to {ADDRESS} (403).", "Could not PUT to https://bucket.example.com/a.mp4?••• (403)."),
        ("Really? Yes.", "Really? Yes."),
        ("See https://a.example/b.", "See https://a.example/b."),
        (
            f'"{ADDRESS}" and <{ADDRESS}>',
            '"https://bucket.example.com/a.mp4?•••" and <https://bucket.example.com/a.mp4?•••>',
        ),
    ],
)
def test_a_sentence_loses_what_is_signed(said: str, kept: str) -> None:
    assert sealing.unsigned(said) == kept
