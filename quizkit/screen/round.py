"""What is said in a round, as text: the prompt, the answers, the kill shot, the debrief, and how it ended."""

from __future__ import annotations

from quizkit.learn.rounds import OWN, RoundResult
from quizkit.learn.scenes import Brief, Debrief, Ended, Refused, Remembered, Replied, Resumed, Shot, Stands, StrongAnswer
from quizkit.screen.style import Style
from quizkit.words import capital, plural

INDENT = "  "
RULE = 12  # columns that a rule takes beside its title and remark


def brief(style: Style, scene: Brief) -> str:
    """The interviewer's prompt and the requirements."""
    scenario = scene.scenario
    level, topics = f"level {scenario.level}", ", ".join(scenario.topics)
    remark = f"{level} · {topics}" if topics else level
    fits = len(scenario.title) + len(remark) + RULE <= style.width
    lines = [
        "",
        style.rule(scenario.title, remark if fits else level),
        "",
        style.bold("Interviewer"),
        style.prose(scenario.interviewer, INDENT),
    ]
    if scene.requirements:
        lines += ["", style.bold("It must keep"), *(f"{INDENT}{text}" for text in scene.requirements)]
    return "\n".join([*lines, "", ""])


def resumed(style: Style, scene: Resumed) -> str:
    """The round goes on."""
    return style.dim(style.prose("Going on where you were.")) + "\n"


def remembered(style: Style, scene: Remembered) -> str:
    """A line for an answer given before the interruption."""
    question = scene.question + ("" if scene.question.endswith("?") else ":")
    return style.prose(f"- {question} **{scene.answer}**", INDENT) + "\n"


def replied(style: Style, scene: Replied) -> str:
    """The interviewer's answer."""
    return style.prose(f"“{scene.text.strip()}”", INDENT * 2) + "\n\n"


def refused(style: Style, scene: Refused) -> str:
    """Why a choice cannot be."""
    return style.prose(f"**{scene.message}.**\n\n{capital(scene.hint)}.", INDENT) + "\n\n"


def stands(style: Style, scene: Stands) -> str:
    """A design and its knobs, those that were changed with a mark."""
    knobs = " ".join(f"{name}={value}{'*' if name in scene.design.changed else ''}" for name, value in scene.knobs.items())
    label = capital(scene.design.label) + (" (changed)" if scene.design.changed else "")
    return "\n".join(["", f"{INDENT}{style.bold(label)}", style.dim(style.prose(knobs, INDENT)), "", ""])


def shot(style: Style, scene: Shot) -> str:
    """The kill shot in the interviewer's words."""
    title = "Kill shot" if scene.total == 1 else f"Kill shot {scene.number} of {scene.total}"
    return "\n".join(["", style.rule(title, scene.shot.id), "", style.prose(f"“{scene.shot.say.strip()}”", INDENT), "", ""])


def debrief(style: Style, scene: Debrief) -> str:
    """What to take home."""
    return "\n".join(["", style.rule("Debrief"), "", style.prose(scene.text, INDENT), "", ""])


def strong_answer(style: Style, scene: StrongAnswer) -> str:
    """What to compare one's own answer with."""
    if not scene.points:
        return "\n"
    points = [style.prose(f"- {point}", INDENT * 2) for point in scene.points]
    return "\n".join(["", f"{INDENT}{style.bold('A strong answer mentions')}", *points, "", ""])


def ended(style: Style, scene: Ended) -> str:
    """How the round went, the cards that are due because of it, and what to type next."""
    result = scene.result
    lines = ["", style.rule("Where that leaves you", result.scenario.title), "", style.prose(_fate(result), INDENT)]
    lines += [style.prose(_foresight(result), INDENT)]
    if scene.foresight:
        made, brier = scene.foresight
        scale = "0.25 is a coin, 0 is perfect"
        lines += [style.prose(f"Your predictions so far: {made}, Brier score {brier:.2f} ({scale}).", INDENT)]
    if scene.cards:
        lines += ["", f"{INDENT}{style.bold('Due now because of it')}"]
        lines += [style.prose(f"- {' '.join(card.q.split())}", INDENT) for card in scene.cards]
    return "\n".join([*lines, "", *_next(style, scene), ""])


def _fate(result: RoundResult) -> str:
    survived = sum(shot.outcome == "held" for shot in result.shots)
    fates = {
        "held": f"survived all of it ({plural(survived, 'kill shot')}).",
        "broken": f"broke under {result.shots[-1].shot}" + (f", after surviving {survived}." if survived else "."),
        "unknown": "was not broken, but the runs do not tell everything.",
    }
    name = "Your own design" if result.design.id == OWN else f"Your design, {result.design.id},"
    return f"{name} {fates[result.outcome]}"


def _foresight(result: RoundResult) -> str:
    scores = [one for shot in result.shots for one in shot.scores if one.right is not None]
    right = sum(bool(one.right) for one in scores)
    return f"You predicted {right} of {len(scores)} outcomes right." if scores else "You predicted nothing."


def _next(style: Style, scene: Ended) -> list[str]:
    """Commands to type next, each with what it is good for."""
    result, design = scene.result, scene.result.design
    commands = {"The cards that are due:": "quizkit drill"} if scene.cards else {}
    commands["Another design:"] = f"quizkit challenge {result.scenario.id}"
    if design.id != OWN and result.shots:
        changes = "".join(f" --set {knob}={design.knobs[knob]}" for knob in design.changed)
        seed = f" --seed {result.seed}" if result.seed != 1 else ""
        what = f"{result.scenario.id} --design {design.id}{changes} --shot {result.shots[-1].shot}{seed}"
        commands["That run again, every event of it:"] = f"quizkit replay {what} --all"
    return [line for why, command in commands.items() for line in (f"{INDENT}{why}", f"{INDENT * 2}{style.code(command)}")]
