"""Everything that `quizkit content check` looks for, over a file, a folder, or all content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from quizkit.errors import UsageError
from quizkit.home import Home
from quizkit.library.compile import Compiled, compile_file
from quizkit.library.load import FOLDERS, content_files, find_shipped, load_library, merge, yaml_files
from quizkit.library.problems import ERROR, Problem, in_order, unreadable
from quizkit.library.prove import judge_trial
from quizkit.library.review import find_targets, refusals, review
from quizkit.library.rubric import FILE as RUBRIC
from quizkit.library.rubric import read_rubric
from quizkit.library.strict_yaml import Document
from quizkit.library.trial import run_trials, trials

Progress = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@dataclass
class Report:
    """What was checked, and everything that is wrong with it, in the order of the files."""

    decks: int = 0
    cards: int = 0
    scenarios: int = 0
    proved: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(problem.severity == ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


def no_progress(title: str, total: int) -> AbstractContextManager[Callable[[], None]]:
    """Shows nothing, as `quizkit.screen.console.progress` does without a terminal."""
    return nullcontext(lambda: None)


def check_content(path: Path | None, home: Home, prove: bool = True, progress: Progress = no_progress) -> Report:
    """Check the content at `path`, or shipped and own content; raises UsageError if nothing is there.

    `progress` is given what is counted and how much of it there is; what it yields is called after each.
    """
    selected, neighbours = _files(path, home)
    compiled = {file: _compile(file) for file in dict.fromkeys((*neighbours, *selected))}
    _, repetitions = merge(part.content for part in compiled.values())
    targets = find_targets(compiled.values(), load_library(home)[0])
    checked = [compiled[file] for file in selected]
    report = _count(checked)
    names = {part.document.file for part in checked}
    report.problems = [problem for problem in repetitions if problem.place.file in names]
    report.problems += [problem for part in checked for problem in (*part.problems, *refusals(part))]
    wrong = {problem.place.file for problem in report.problems if problem.severity == ERROR}
    report.problems += [problem for part in checked for problem in review(part, targets)]
    if prove:
        _prove([part for part in checked if part.document.file not in wrong], report, progress)
    report.problems = in_order(report.problems)
    return report


def _files(path: Path | None, home: Home) -> tuple[list[Path], list[Path]]:
    """The files to check, and all that share their ids."""
    usual = [find_shipped(), home.content.resolve()]
    if path is None:
        files = content_files(*usual)
        return [*files, *usual[0].glob(RUBRIC)], files
    path = path.resolve()
    if not path.exists():
        raise UsageError(f"there is no file or folder {path}", "name a content file or a folder of them")
    folder = path if path.is_dir() else path.parent
    root = folder.parent if folder.name in FOLDERS else folder
    selected = [path] if path.is_file() else [*content_files(path), *path.glob(RUBRIC)] or yaml_files(path)
    if not selected:
        raise UsageError(f"there is no content in {path}", "it should hold decks/*.yaml or scenarios/*.yaml")
    return selected, content_files(*usual) if root in usual else content_files(root)


def _compile(file: Path) -> Compiled:
    if file.name == RUBRIC:
        return Compiled(Document(str(file)), problems=read_rubric(file)[1])
    try:
        return compile_file(file.read_bytes(), str(file))
    except OSError as error:
        return Compiled(Document(str(file)), problems=[unreadable(file, error)])


def _count(checked: Iterable[Compiled]) -> Report:
    contents = [part.content for part in checked]
    return Report(
        decks=sum(len(content.decks) for content in contents),
        cards=sum(len(content.cards) for content in contents),
        scenarios=sum(len(content.scenarios) for content in contents),
    )


def _prove(checked: Iterable[Compiled], report: Report, progress: Progress) -> None:
    """Play every trial of these scenarios."""
    todo = [
        (trial, part.document) for part in checked for scenario in part.content.scenarios.values() for trial in trials(scenario)
    ]
    results = run_trials([trial for trial, _ in todo])
    with progress("proving claims", len(todo)) as advance:
        for (trial, document), result in zip(todo, results, strict=True):
            verdict = judge_trial(trial, result, document)
            report.proved += verdict.proved
            report.problems += verdict.problems
            advance()
