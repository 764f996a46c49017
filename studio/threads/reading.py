"""What people write, as a database keeps it. Whatever somebody sends, nothing here raises."""


def storable(text: str) -> str:
    """Without the one sign that PostgreSQL does not keep."""
    return text.replace("\x00", "")


def one_line(text: str) -> str:
    return " ".join(storable(text).split())
