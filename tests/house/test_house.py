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
    "dialogue authors cohort fhir",
    "page",
    "knowledge",
    "__init__",
    "schema",
    "serve",
    "cli",
    "__main__",
)
"""The rooms from the ground up; those on one floor know nothing of each other."""
FLOOR = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms.split()}
SOURCES = sorted(HERE.rglob("*.py"))
MODULES = sorted(HERE.rglob("*.js"))
MOST_LINES = 300
LONG = {
    "answers/counting.py": "one way to tell: how many members are how, in words and as conditions",
    "answers/decide.py": "one writer: all that a decision tells, in the order of its page",
    "answers/decision.py": "one object: all that a decision holds, each part with its promise in words",
    "answers/desk.py": "one method for each question about a case, each with its promise in words",
    "answers/question.py": "one question: all that is asked of a record, kept once it is known",
    "authors/lint/scope.py": "one look at a policy's files: what is asked of them in which order",
    "authors/reports/page.py": "one page, whose parts stand in the order in which they are read",
    "authors/trials/same_worlds.py": "one comparison of two versions over all worlds",
    "compiled/formula.py": "one condition told: what is counted, what is apart, and the sum of the rest",
    "dialogue/session.py": "one session: a method for each of its commands",
    "page/record.js": "one reader: what each part of a case says, and what its names mean",
    "page/stated.js": "one reader of numbers: their units, days and ranges, and what follows from them",
    "pages/exploring.py": "the pages of the exploring verbs, made of the same few parts",
    "pages/sentences.py": "the sentences of every page, so that all say a thing in the same words",
    "rules/asking.py": "the questions of one vocabulary, and the words of all answers to them",
    "rules/edition.py": "what one policy holds: all that is read of its program",
    "rules/reads.py": "one analysis: what rules read of names",
    "rules/store.py": "the store: policies, editions and how they are grounded, kept together by its locks",
    "rules/vocabulary.py": "one table of what can be said, checked as it is read",
}
"""The files that are longer than they should be, each with its reason."""


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


def imported_files(path: Path) -> set[Path]:
    """The files of the same room that a file imports from, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lupa."):
            found.add(HERE.joinpath(*str(node.module).split(".")[1:]).with_suffix(".py"))
    return {other for other in found if other.parent == path.parent and other != path and other.exists()}


def test_no_file_of_a_room_imports_one_that_imports_it() -> None:
    above = {path: imported_files(path) for path in SOURCES if path.parent != HERE}
    while free := {path for path, needs in above.items() if not needs & above.keys()}:
        for path in free:
            del above[path]
    assert sorted(path.relative_to(HERE).as_posix() for path in above) == []


def test_every_room_has_its_floor_and_says_what_happens_there() -> None:
    rooms = {room_of(path) for path in SOURCES}
    assert rooms == FLOOR.keys()
    for room in rooms:
        folder = HERE / room
        if folder.is_dir():
            assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*SOURCES, *MODULES], ids=lambda path: path.relative_to(HERE).as_posix())
def test_a_file_is_short_or_has_its_reason(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES or LONG[path.relative_to(HERE).as_posix()]


def test_no_reason_is_given_for_a_file_that_is_gone_or_short() -> None:
    long = {
        path.relative_to(HERE).as_posix()
        for path in [*SOURCES, *MODULES]
        if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES
    }
    assert LONG.keys() - long == set()
