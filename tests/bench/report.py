"""What the reports of all suites are made of: rows of Markdown tables, and goals."""
import dataclasses
import statistics

MEBIBYTE = 1024 * 1024


@dataclasses.dataclass
class Goal:
    text: str
    measured: str = "not measured"
    met: "bool | None" = None
    binding: bool = True  # else it is not held against what is measured here


def row(*cells):
    """A row of a Markdown table; a pipe would end its cell."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def failures(results):
    """The commands that failed, as lines of text."""
    for name, result in results.items():
        if result.error is not None:
            yield f"{name} failed: {result.error}"


def compared(text, results, figure, is_met, field="wall"):
    """A goal that is computed from the medians of times. The same of the minima and of CPU time is told beside it:
    where these say something else, the machine was busy. `figure` is given a function from a command's name to its
    time."""
    try:
        medians = figure(lambda name: results[name].median(field))
        minima = figure(lambda name: results[name].least(field))
        cpu = figure(lambda name: results[name].median("cpu"))
    except (KeyError, statistics.StatisticsError, ValueError):
        return Goal(text)
    return Goal(text, f"{medians:.2f} (minima: {minima:.2f}, CPU time: {cpu:.2f})", is_met(medians))


def goals_table(all_goals):
    yield "## Goals"
    yield ""
    yield row("goal, by medians", "measured", "")
    yield "|---|---|---|"
    for goal in all_goals:
        judgement = {None: "", True: "met", False: "NOT MET"}[goal.met] if goal.binding else "not held against this"
        yield row(goal.text, goal.measured, judgement)
