"""The house: each folder is a room, and imports run one way, from the rules up."""

import ast
from pathlib import Path

import pytest

import lupa

HERE = Path(lupa.__file__).parent
ORDER = (
    "errors version",
    "rules",
    "record",
    "compiled",
    "answers",
    "pages",
    "dialogue authors",
    "knowledge",
    "__init__",
    "cli",
    "__main__",
)
"""The rooms from the ground up; those on one floor know nothing of each other."""
FLOOR = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms.split()}
SOURCES = sorted(HERE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The folder of the package that a file lies in; of a file beside them, its own name."""
    first = path.relative_to(HERE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms that a file imports from, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "lupa":
                found.add(rest.partition(".")[0] or "__init__")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_no_import_runs_up(path: Path) -> None:
    here = room_of(path)
    if here == "__init__":  # names what it gives away, and loads it when it is asked for
        return
    wrong = {room for room in imported(path) - {here} if FLOOR[room] >= FLOOR[here]}
    assert wrong == set()


def test_every_room_has_its_floor_and_says_what_happens_there() -> None:
    rooms = {room_of(path) for path in SOURCES}
    assert rooms == FLOOR.keys()
    for room in rooms:
        folder = HERE / room
        if folder.is_dir():
            assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
