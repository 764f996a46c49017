import re

from django.conf import settings

SOURCE = (settings.BASE_DIR / "studio" / "settings.py").read_text()
PAGE = (settings.BASE_DIR / "docs" / "configuration.md").read_text()
# A test runner's own name is no setting of the studio.
NOT_OURS = {"PYTEST_XDIST_WORKER"}


def read_by_settings() -> set[str]:
    return set(re.findall(r"""(?:env\.\w+|text)\(\s*["']([A-Z0-9_]+)["']""", SOURCE)) - NOT_OURS


def described() -> set[str]:
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", PAGE, re.MULTILINE))


def test_the_page_names_each_setting_and_nothing_else() -> None:
    assert described() == read_by_settings()


def test_secrets_are_marked_as_such() -> None:
    secret = set(re.findall(r"""text\("([A-Z0-9_]+)"\)""", SOURCE))
    marked = set(re.findall(r"^\| `([A-Z0-9_]+)` \|[^|]*\| \*secret\*", PAGE, re.MULTILINE))
    assert marked == secret


def test_only_settings_reads_the_environment() -> None:
    allowed = {"settings.py", "asgi.py"}
    readers = []
    for path in (settings.BASE_DIR / "studio").rglob("*.py"):
        inside = path.relative_to(settings.BASE_DIR / "studio").as_posix()
        if path.name in allowed or inside.startswith("engine/"):
            continue  # the engine knows no settings; it is told by its starter
        if re.search(r"os\.(environ\.get|environ\[|getenv)", path.read_text()):
            readers.append(inside)
    assert readers == ["operations/management/commands/up.py"]  # NO_COLOR, which terminals agree on
