"""The READMEs' examples: what they show is what comes out. `python -m tests.readme` writes them anew.

In the one of the knowledge base each section that adds a policy is carried out step by step in an empty
folder: its commands are run, and a block goes into the file that the line above it names last. Into a
folder go the parts of a block, each to the file that the comment above it names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
GUIDE = ROOT / "kb" / "README.md"
_CONSOLE = re.compile(
    r"(```console\n\$ (?P<command>(?:[^\n]*\\\n)*[^\n]+)\n)(?P<output>.*?)(```\n)", re.DOTALL
)
_CASE = re.compile(r"(```yaml\n)(?P<case>.*?)(```\n)", re.DOTALL)
_PATH = r"`(?P<path>[^`\n]+)`[^`\n]*:\n\n```(?!console)\w+\n(?P<content>.*?)```\n"
_STEP = re.compile(f"{_CONSOLE.pattern}|{_PATH}", re.DOTALL)
_PART = re.compile(r"^# (\S+\.\w+)\n", re.MULTILINE)
WALKS = (
    "Add a policy in ten minutes",
    "A drug that lupa has never heard of",
    "Numbers, days and earlier treatment",
    "Criteria that have parts",
)
"""The sections that add a policy."""
_WALK = re.compile(rf"^## (?:{'|'.join(WALKS)})\n.*?(?=^## )", re.DOTALL | re.MULTILINE)
EXAMPLE = "kb/policies/uhc_benlysta/cases/lupkynis_alongside_bars_benlysta.yaml"


def output(command: str, folder: Path = ROOT) -> str:
    """What a command prints, standard error included, as a reader of the README would see it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LUPA_", "COV_"))}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "80"}
    run = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - the README's own shell
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.stdout


def examples() -> list[tuple[str, str]]:
    """Each command of the READMEs with the output that it shows, but for those that add a policy."""
    texts = [_WALK.sub("", path.read_text("utf-8")) for path in (README, GUIDE)]
    return [(m["command"], m["output"]) for text in texts for m in _CONSOLE.finditer(text)]


def fenced(language: str) -> list[str]:
    """The README's blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```\n", README.read_text("utf-8"), re.DOTALL)


def unwalked() -> list[str]:
    """The blocks of the guide that are no commands, and belong to no section that adds a policy."""
    text = _WALK.sub("", GUIDE.read_text("utf-8"))
    return re.findall(r"```(?!console)\w+\n(.*?)```\n", text, re.DOTALL)


def walk(title: str) -> str:
    """A section that adds a policy, as it stands."""
    (found,) = (m[0] for m in _WALK.finditer(GUIDE.read_text("utf-8")) if m[0].startswith(f"## {title}\n"))
    return found


def walked(section: str, folder: Path) -> str:
    """The section with what its commands print, carried out in an empty folder."""

    def step(match: re.Match[str]) -> str:
        if match["command"]:
            return match[1] + output(match["command"], folder) + match[4]
        write(folder / match["path"], match["content"])
        return match[0]

    return _STEP.sub(step, section)


def write(path: Path, content: str) -> None:
    """Puts a block into a file, or its parts into the files of a folder."""
    if not path.is_dir():
        path.write_text(content, "utf-8")
        return
    _, *parts = _PART.split(content)
    for name, part in zip(parts[::2], parts[1::2], strict=True):
        (path / name).write_text(part.strip("\n") + "\n", "utf-8")


def _written(text: str) -> str:
    """A text with what its commands print now."""
    parts, begin = [], 0
    for match in _WALK.finditer(text):
        with tempfile.TemporaryDirectory() as folder:
            parts += [_run(text[begin : match.start()]), walked(match[0], Path(folder))]
        begin = match.end()
    return "".join([*parts, _run(text[begin:])])


def _run(text: str) -> str:
    return _CONSOLE.sub(lambda m: m[1] + output(m["command"]) + m[4], text)


def main() -> None:
    """Writes the READMEs with what their commands print now."""
    text = README.read_text("utf-8")
    text = _CASE.sub(lambda m: m[1] + (ROOT / EXAMPLE).read_text("utf-8") + m[3], text, count=1)
    README.write_text(_written(text), "utf-8")
    GUIDE.write_text(_written(GUIDE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
