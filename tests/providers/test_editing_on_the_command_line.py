"""manage.py edit: explains fast and without a database; renders with an honest label; refuses in sentences."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from studio import engine

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def edit(tmp_path: Path) -> Run:
    """Runs the command on a data folder that holds no database."""

    def run(*arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        return subprocess.run(
            [sys.executable, "manage.py", "edit", *arguments],
            cwd=settings.BASE_DIR,
            env=environment | {"STUDIO_DATA_DIR": str(tmp_path / "data")},
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_explain_prints_one_json_object_and_touches_no_database(edit: Run, tmp_path: Path) -> None:
    done = edit("--explain", "make it warmer")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "applied": [{"id": "warmer", "params": {"k": 1.0}}], "not_done": [], "renders": True,
    }  # fmt: skip
    assert not (tmp_path / "data" / "studio.sqlite3").exists()


def test_explain_reads_a_prompt_per_line_and_answers_each(edit: Run) -> None:
    prompts = ["make it warmer", "replace the dog by a cat", "", "make it warmer and replace the dog by a cat"]
    answers = [json.loads(line) for line in edit("--explain", "-", text="\n".join(prompts) + "\n").stdout.splitlines()]
    assert [answer["renders"] for answer in answers] == [True, False, False, True]
    assert answers[1]["not_done"] and not answers[1]["applied"]
    assert answers[3]["not_done"] and answers[3]["applied"][0]["id"] == "warmer"


def test_explain_answers_each_line_before_the_next_is_written(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "edit", "--explain", "-"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "STUDIO_DATA_DIR": str(tmp_path / "data")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    for _ in range(2):
        process.stdin.write("make it warmer\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["renders"]
    began = time.monotonic()
    for _ in range(100):
        process.stdin.write("make it warmer and slower, keep everything else\n")
        process.stdin.flush()
        process.stdout.readline()
    assert time.monotonic() - began < 2
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_it_renders_and_says_what_it_did(edit: Run, clip_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    done = edit(str(clip_file), "make it warmer and replace the dog by a cat", str(output), "--quality", "60")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Local engine: built-in effects, not a generative model\n")
    assert "Not possible with the local engine: " in done.stdout
    assert "320x180, 1.0" in done.stdout
    assert engine.probe(output).codec == "h264"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("suffix", ["webm", "mov"])
def test_the_suffix_decides_the_format(edit: Run, clip_file: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"out.{suffix}"
    assert edit(str(clip_file), "black and white", str(output)).returncode == 0
    assert engine.probe(output).container == suffix


def test_cutting_programs_get_prores(edit: Run, clip_file: Path, tmp_path: Path) -> None:
    refused = edit("--prores", str(clip_file), "black and white", str(tmp_path / "out.mp4"))
    assert refused.returncode == 1 and "must end in one of .mov" in refused.stderr
    assert edit("--prores", str(clip_file), "black and white", str(tmp_path / "out.mov")).returncode == 0
    assert engine.probe(tmp_path / "out.mov").codec == "prores"


def test_when_nothing_can_be_done_it_refuses_with_three_examples(edit: Run, clip_file: Path, tmp_path: Path) -> None:
    done = edit(str(clip_file), "replace the dog by a cat", str(tmp_path / "out.mp4"))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 4
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("source", "output", "sentence"),
    [
        ("gone.mp4", "out.mp4", "there is no such file"),
        ("text.mp4", "out.mp4", "text.mp4: "),
        ("clip.mp4", "out.avi", "it must end in one of .mp4, .webm, .mov"),
        ("clip.mp4", "nowhere/out.mp4", "there is no such folder"),
        ("clip.mp4", "clip.mp4", "onto itself"),
    ],
)
def test_a_mistake_is_a_sentence(
    edit: Run, clip_file: Path, tmp_path: Path, source: str, output: str, sentence: str
) -> None:
    (tmp_path / "clip.mp4").write_bytes(clip_file.read_bytes())
    (tmp_path / "text.mp4").write_text("#EXTM3U\nhttp://127.0.0.1/secret\n")
    done = edit(str(tmp_path / source), "make it warmer", str(tmp_path / output))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_its_three_things_it_says_which(edit: Run) -> None:
    done = edit("only-one")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Give three things" in done.stderr
