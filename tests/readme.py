"""The README's examples: what it shows is what comes out. `python -m tests.readme` writes it anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_CONSOLE = re.compile(r"(```console\n\$ (?P<command>[^\n]+)\n)(?P<output>.*?)(```\n)", re.DOTALL)
_CASE = re.compile(r"(```yaml\n)(?P<case>.*?)(```\n)", re.DOTALL)
EXAMPLE = "kb/policies/uhc_benlysta/cases/lupkynis_alongside_bars_benlysta.yaml"


def output(command: str) -> str:
    """What a command prints, standard error included, as a reader of the README would see it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LUPA_", "COV_"))}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "80"}
    run = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - the README's own shell
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.stdout


def examples() -> list[tuple[str, str]]:
    """Each command of the README with the output that it shows."""
    return [(m["command"], m["output"]) for m in _CONSOLE.finditer(README.read_text("utf-8"))]


def fenced(language: str) -> list[str]:
    """The README's blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```\n", README.read_text("utf-8"), re.DOTALL)


def main() -> None:
    """Writes the README with what its commands print now."""
    text = README.read_text("utf-8")
    text = _CASE.sub(lambda m: m[1] + (ROOT / EXAMPLE).read_text("utf-8") + m[3], text, count=1)
    text = _CONSOLE.sub(lambda m: m[1] + output(m["command"]) + m[4], text)
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
