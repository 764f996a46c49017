"""Spellings: "colou?rs?", "gr[ae]y" or "slow( it)? down|slow ?mo" written out as every plain phrase they stand for."""

from collections.abc import Iterator


def spellings(pattern: str) -> Iterator[str]:
    """Every phrase of a pattern of "|", "(a|b)", "[ab]" and "?" (after a letter or a group), with single spaces."""
    phrases, rest = _choices(pattern.replace("\n", " "))
    if rest:
        raise ValueError(f"unbalanced: {pattern}")
    for phrase in dict.fromkeys(" ".join(phrase.split()) for phrase in phrases):
        if phrase:
            yield phrase


def phrases(pattern: str) -> frozenset[str]:
    return frozenset(spellings(pattern))


def _choices(text: str) -> tuple[list[str], str]:
    found: list[str] = []
    while True:
        branch, text = _sequence(text)
        found += branch
        if not text.startswith("|"):
            return found, text
        text = text[1:]


def _sequence(text: str) -> tuple[list[str], str]:
    made = [""]
    while text and text[0] not in "|)":
        if text[0] == "[":
            letters, _, rest = text[1:].partition("]")
            part, text = list(letters), "]" + rest
        elif text[0] == "(":
            part, text = _choices(text[1:])
            if not text.startswith(")"):
                raise ValueError(f"unbalanced at: {text}")
        else:
            part = [text[0]]
        text = text[1:]
        if text.startswith("?"):
            part, text = [*part, ""], text[1:]
        made = [before + after for before in made for after in part]
    return made, text
