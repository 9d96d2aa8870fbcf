"""The only prompter. Every question needs a terminal at both ends, and says what to use without one.

questionary takes the first choice from a pipe, turns Ctrl-C into None, and each of its prompts treats Ctrl-D differently;
here no prompt reads a pipe, and both keys raise `Interrupted` everywhere.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from quizkit.errors import Interrupted
from quizkit.learn.asker import CONFIDENCES, Option, Prediction
from quizkit.screen.keys import keys, require_terminal
from quizkit.screen.predict import PredictForm

if TYPE_CHECKING:
    from prompt_toolkit import Application
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from questionary import Question


def select(question: str, options: Sequence[Option], instead: str) -> str:
    """The value of the option that the learner picks with the arrows and Enter; starts at the first.

    Here as below: raises UsageError with the hint `instead` if there is no terminal, Interrupted for Ctrl-C and Ctrl-D.
    """
    require_terminal(instead)
    import questionary

    titles = [f"{option.title} — {option.note}" if option.note else option.title for option in options]
    offered = [questionary.Choice(_wrapped(title), option.value) for title, option in zip(titles, options, strict=True)]
    prompt = questionary.select(_wrapped(question), offered, instruction=" ")
    prompt.application.erase_when_done = True  # questionary repeats a long choice cut off; say the short title instead
    chosen = str(_answer(prompt))
    print(_wrapped(f"? {question} {next(option.title for option in options if option.value == chosen)}"))
    return chosen


def text(question: str, instead: str, note: str = "") -> str:
    """What the learner types: Enter submits, Ctrl-O goes on in $VISUAL or $EDITOR. `note` says what may be typed."""
    require_terminal(instead)
    import questionary
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    @bindings.add("c-o", eager=True)
    def edit(event: KeyPressEvent) -> None:
        event.current_buffer.open_in_editor()

    remarks = [*([_wrapped(note)] if note else []), "Enter submits, Ctrl-O opens your editor"]
    instruction = "".join(f"\n  ({remark})" for remark in remarks) + "\n "
    options: dict[str, Any] = {"key_bindings": bindings, "tempfile_suffix": ".md"}
    return str(_answer(questionary.text(_wrapped(question), instruction=instruction, **options))).strip()


def pause(prompt: str, instead: str) -> None:
    """Wait until the learner presses Enter or space."""
    require_terminal(instead)
    with _interruptible(), keys() as read:
        sys.stdout.write(f"{prompt} ")
        sys.stdout.flush()
        while read() not in ("\r", "\n", " "):
            continue
        sys.stdout.write("\n")


def predict_form(question: str, rows: Sequence[Option], instead: str) -> dict[str, Prediction]:
    """One screen of predictions: one for each row, by its value."""
    require_terminal(instead)
    from prompt_toolkit import Application
    from prompt_toolkit.application import get_app
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window

    form = PredictForm(rows)

    def shown() -> str:
        width = shutil.get_terminal_size().columns
        help_line = [] if get_app().is_done else [form.help[: width - 1]]
        return "\n".join([_wrapped(question), *form.lines(width), *help_line])

    window = Window(FormattedTextControl(shown, show_cursor=False), dont_extend_height=True, wrap_lines=True)
    application: Application[dict[str, Prediction]] = Application(Layout(window), key_bindings=_form_keys(form))
    with _interruptible():
        return application.run()


def _form_keys(form: PredictForm) -> KeyBindings:
    bindings = _leaving_keys()

    def on(change: Any, *arguments: Any) -> Any:
        return lambda _event: change(*arguments)

    for names, action in (
        (("up", "k"), on(form.move, -1)),
        (("down", "j", "tab"), on(form.move, 1)),
        (("left", "h"), on(form.judge, "holds")),
        (("right", "b"), on(form.judge, "broken")),
        (("+", "c"), on(form.shift_confidence, 1)),
        (("-",), on(form.shift_confidence, -1)),
        *(((str(number),), on(form.be_sure, sure)) for number, sure in enumerate(CONFIDENCES, 1)),
    ):
        for name in names:
            bindings.add(name)(action)

    @bindings.add("enter")
    def submit(event: KeyPressEvent) -> None:
        predictions = form.submit()
        if predictions is not None:
            event.app.exit(result=predictions)

    return bindings


def _leaving_keys() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    @bindings.add("c-d", eager=True)
    @bindings.add("c-c", eager=True)
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    return bindings


def _answer(question: Question) -> Any:
    from prompt_toolkit.key_binding import merge_key_bindings

    application: Application[Any] = question.application
    application.key_bindings = merge_key_bindings([*filter(None, [application.key_bindings]), _leaving_keys()])
    with _interruptible():
        return question.unsafe_ask()


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, EOFError) as error:
        raise Interrupted("interrupted") from error


def _wrapped(words: str) -> str:
    """The words in lines that fit behind the marks that questionary puts before them."""
    return textwrap.fill(words, max(shutil.get_terminal_size().columns - 5, 20), subsequent_indent="     ")
