"""What `lupa diff` is given: folders, policies, editions and git revisions, or what is none of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.authors.diff.revisions import commit_of, knowledge_at
from tests.command import command, unchanging
from tests.tiny import tiny_kb

LIMIT = "limit(tiny, term_limit, months, {})."


def git(folder: Path, *words: str) -> None:
    command = ["git", "-c", "user.name=Author", "-c", "user.email=author@example.com", "-C", str(folder)]
    subprocess.run([*command, *words], check=True, capture_output=True)


def rewrite(kb: Path, old: str, new: str) -> None:
    policy = kb / "policies" / "tiny" / "policy.lp"
    policy.write_text(policy.read_text("utf-8").replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that first holds something else, then `rules/kb`, then that with a shorter limit."""
    folder = tmp_path_factory.mktemp("repository")
    kb = folder / "rules" / "kb"
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "README").write_text("Rules.")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=begun")
    tiny_kb(kb, [])
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=added")
    git(folder, "tag", "as-shipped")
    rewrite(kb, LIMIT.format(12), LIMIT.format(6))
    git(folder, "commit", "--quiet", "--all", "--message=shorter")
    return kb


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base of one small policy; not to be changed."""
    return unchanging(tiny_kb(tmp_path_factory.mktemp("few") / "kb", []).files.root)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A knowledge base in no repository, with a longer limit."""
    kb = tmp_path / "other"
    tiny_kb(kb, [])
    rewrite(kb, LIMIT.format(12), LIMIT.format(24))
    return kb


def first_line(*words: str) -> tuple[int, str]:
    ended = command("diff", *words)
    return ended.status, (ended.out or ended.err).splitlines()[0]


# ---- revisions ---------------------------------------------------------------------------------


def test_a_revision_alone_is_what_was_before(repository: Path) -> None:
    assert first_line("--kb", str(repository), "HEAD~1") == (1, "stricter  tiny@1")


def test_two_revisions_are_compared_with_one_another(repository: Path) -> None:
    assert first_line("--kb", str(repository), "HEAD", "as-shipped") == (
        1,
        "looser  tiny@1",
    )


def test_the_present_revision_is_equal_to_what_is_there(repository: Path) -> None:
    assert first_line("--kb", str(repository), "main") == (0, "equal   tiny@1")


def test_a_revision_and_a_folder_are_two_knowledge_bases(repository: Path, other: Path) -> None:
    assert first_line("--kb", str(repository), "as-shipped", str(other)) == (
        1,
        "looser  tiny@1",
    )


def test_what_is_kept_for_a_revision_is_removed(repository: Path) -> None:
    with knowledge_at("HEAD", repository) as kb:
        folder = kb.files.root
        assert (kb.policies, folder.is_dir()) == (("tiny",), True)
    assert not folder.exists()


def test_a_hook_of_another_repository_leads_nowhere_else(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    assert len(commit_of("HEAD", repository) or "") == 40


def test_a_word_is_never_an_option_of_git(repository: Path) -> None:
    for word in ("--help", "-h", "--output=/tmp/written", "--exec-path"):
        assert commit_of(word, repository) is None


def test_a_revision_that_git_does_not_know_is_told(repository: Path) -> None:
    with (
        pytest.raises(CaseError, match="git knows no revision 'HEAD~99' in "),
        knowledge_at("HEAD~99", repository),
    ):
        pass


def test_a_revision_before_the_folder_is_told(repository: Path) -> None:
    status, line = first_line("--kb", str(repository), "HEAD~2")
    assert status == 2
    assert line == (
        f"error: git has no {repository} at 'HEAD~2': it was not there, had another name, or is ignored, "
        "unless git says otherwise; it says:"
    )


def test_a_folder_that_was_renamed_since_is_told_with_what_git_says(repository: Path) -> None:
    renamed = repository.with_name("renamed")
    shutil.copytree(repository, renamed)
    ended = command("diff", "--kb", str(renamed), "HEAD")
    shutil.rmtree(renamed)
    heading, said = ended.err.splitlines()
    assert heading.startswith(f"error: git has no {renamed} at 'HEAD': it was not there, had another name")
    assert said.startswith("  fatal: path 'rules/renamed/' exists on disk, but not in '")


def test_a_repository_that_git_refuses_is_told_with_all_that_git_says(
    other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "fatal: refused\nTo allow it, call:\n\n\tgit config --add safe.directory kb\n"
    (tmp_path / "git").write_text(f"#!/bin/sh\nprintf '%s' '{said}' >&2\nexit 128\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    ended = command("diff", "--kb", str(other), "HEAD")
    assert ended.err.splitlines()[-4:] == [
        f"  git opens no repository that holds {other}; it says:",
        "  fatal: refused",
        "  To allow it, call:",
        "  git config --add safe.directory kb",
    ]


def test_git_that_says_nothing_is_told_too(
    other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(CaseError) as caught:
        commit_of("HEAD", other)
    assert str(caught.value) == f"git opens no repository that holds {other}; it does not say why"


def test_a_revision_at_which_the_folder_held_something_else_is_told(repository: Path) -> None:
    with (
        pytest.raises(CaseError, match=r"^at 'HEAD': not a knowledge base, for it has no vocabulary.lp"),
        knowledge_at("HEAD", repository / "policies"),
    ):
        pass


def test_what_is_wrong_with_the_rules_of_a_revision_is_told_as_git_names_the_file(
    repository: Path,
) -> None:
    rewrite(repository, LIMIT.format(6), "limit(tiny, term_limit, months")
    git(repository, "commit", "--quiet", "--all", "--message=broken")
    git(repository, "tag", "broken")
    git(repository, "reset", "--quiet", "--hard", "HEAD~1")
    ended = command("diff", "--kb", str(repository), "broken")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: broken:policies/tiny/policy.lp:")


def test_a_link_out_of_the_folder_is_not_followed(repository: Path) -> None:
    (repository / "away.lp").symlink_to("/etc/hostname")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=linked")
    git(repository, "tag", "linked")
    git(repository, "reset", "--quiet", "--hard", "HEAD~1")
    status, line = first_line("--kb", str(repository), "linked")
    assert (status, line.partition("'away.lp' ")[0]) == (2, "error: at 'linked': ")


# ---- folders and policies ----------------------------------------------------------------------


def test_a_folder_alone_is_what_comes_after(few: KnowledgeBase, other: Path) -> None:
    assert first_line("--kb", str(few.files.root), str(other)) == (1, "looser  tiny@1")
    assert first_line("--kb", str(other), str(few.files.root)) == (
        1,
        "stricter  tiny@1",
    )


def test_two_folders_are_compared_in_their_order(few: KnowledgeBase, other: Path) -> None:
    assert first_line(str(other), str(few.files.root)) == (1, "stricter  tiny@1")


def test_a_policy_and_a_knowledge_base_are_not_compared(other: Path) -> None:
    status, line = first_line("uhc_benlysta", str(other))
    assert (status, line.partition(" and ")[0]) == (2, "error: 'uhc_benlysta' is a policy")
    assert line.endswith(" is a folder; compare two policies, or two knowledge bases")


# ---- what names nothing ------------------------------------------------------------------------


def test_a_word_that_names_nothing_is_told_as_what_it_was_looked_for(repository: Path) -> None:
    ended = command("diff", "--kb", str(repository), "tinny")
    assert (ended.status, ended.out, ended.err.splitlines()) == (
        2,
        "",
        [
            "error: 'tinny' names nothing that could be compared:",
            "  no such folder",
            "  no policy is called 'tinny'; did you mean tiny?",
            "  git knows no revision 'tinny'",
        ],
    )


def test_an_unknown_edition_is_told_with_those_there_are(repository: Path) -> None:
    ended = command("diff", "--kb", str(repository), "tiny@2020")
    assert "  tiny has no edition '2020'; its editions are 1\n" in ended.err


def test_a_folder_that_is_no_knowledge_base_says_why(repository: Path, tmp_path: Path) -> None:
    ended = command("diff", "--kb", str(repository), str(tmp_path))
    assert ended.status == 2
    assert ended.err.splitlines()[1].startswith("  not a knowledge base, for it has no vocabulary.lp;")


def test_outside_of_a_repository_there_are_no_revisions(other: Path) -> None:
    ended = command("diff", "--kb", str(other), "HEAD")
    assert (ended.status, ended.err.splitlines()[-2]) == (
        2,
        f"  git opens no repository that holds {other}; it says:",
    )
    assert ended.err.splitlines()[-1].startswith("  fatal: not a git repository")


def test_without_git_there_are_no_revisions(other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PATH", "/nowhere")
    ended = command("diff", "--kb", str(other), "HEAD")
    assert (ended.status, ended.err.splitlines()[-1]) == (
        2,
        "  git is not installed; a revision cannot be looked up without it",
    )


def test_inside_of_gits_own_folder_there_are_no_revisions(repository: Path) -> None:
    with pytest.raises(CaseError, match=r"\.git is a part of git's own records"):
        commit_of("HEAD", repository.parent.parent / ".git")


def test_a_knowledge_base_is_compared_with_another_in_python(few: KnowledgeBase, other: Path) -> None:
    ticks: list[tuple[int, int]] = []
    diff = few.diff(KnowledgeBase.load(other), tick=lambda *done: ticks.append(done))
    assert (diff.relation, ticks) == ("looser", [(0, 1)])
