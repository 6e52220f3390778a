"""What scripts/bench launch tells: a table for each case, and how far the goals are reached."""
import dataclasses
import statistics

from launching import Probe
from measure import Result
from report import MEBIBYTE, Goal, compared, failures, row

GIBIBYTE = 1024 * MEBIBYTE

ALONE = "program"
TINI = "tini -- program"
DUMB_INIT = "dumb-init program"
BASH_EXEC = "bash -c program"
BASH = "bash -c 'program; exit $?'"
SM_TRAIN = "sm-train"

TRUE = "`/bin/true`"
EMPTY = "an empty Python script"

METRICS = "sm-train --metrics"

PIPE = "limit: program"
CAT = "program | cat"

# What starting a program may take beyond the program alone, in milliseconds.
PORTABLE_LIMIT = 5
ORDINARY_LIMIT = 25


@dataclasses.dataclass
class StartCase:
    """A program that ends at once."""
    what: str
    portable: bool  # whether sm-train is the static build
    results: "dict[str, Result]"
    probes: "dict[str, Probe]"


@dataclasses.dataclass
class RelayCase:
    """A program that writes."""
    what: str
    size: int  # bytes of its output
    results: "dict[str, Result]"


@dataclasses.dataclass
class SignalCase:
    """A program that waits for SIGTERM; its results are deliveries."""
    what: str
    results: "dict[str, Result]"


@dataclasses.dataclass
class MetricsCase:
    """A program that does nothing for a while, and a look at the machine each second of it."""
    what: str
    seconds: int
    results: "dict[str, Result]"

    def core_share(self):
        """What the looks take of a core, in percent."""
        return 100 * (self.results[METRICS].median("cpu") - self.results[SM_TRAIN].median("cpu")) / self.seconds


def faults(case):
    """What makes the figures of a case worthless: a command that failed, or one that started something else."""
    yield from failures(case.results)
    probes = getattr(case, "probes", {})
    for name, probe in probes.items():
        alone = probes.get(ALONE, probe)
        if (probe.argv, probe.cwd) != (alone.argv, alone.cwd):
            yield f"{name} started {probe.argv} in {probe.cwd}, and not {alone.argv} in {alone.cwd}"


def milliseconds(seconds):
    return f"{seconds * 1000:.2f}"


def over(result, alone, field):
    """What a launcher adds to the program alone."""
    return milliseconds(result.median(field) - alone.median(field)) if alone.measurements else ""


def start_row(case, name, result):
    alone = case.results[ALONE]
    peak = case.probes[name].launcher_peak
    own = "none stays" if peak is None else f"{peak / MEBIBYTE:.1f}"
    return row(name, milliseconds(result.median("wall")), milliseconds(result.least("wall")),
               over(result, alone, "wall"), milliseconds(result.median("cpu")), over(result, alone, "cpu"),
               f"{result.most('largest_peak') / MEBIBYTE:.1f}", own)


def relay_row(case, name, result):
    cat = case.results[CAT]
    ratio = f"{cat.median('streaming') / result.median('streaming'):.2f}" if cat.measurements else ""
    return row(name, f"{result.median('streaming'):.3f}", f"{case.size / result.median('streaming') / GIBIBYTE:.2f}",
               f"{case.size / result.least('streaming') / GIBIBYTE:.2f}", ratio, f"{result.median('cpu'):.3f}",
               f"{result.most('largest_peak') / MEBIBYTE:.1f}", f"{result.most('summed_peak') / MEBIBYTE:.1f}")


def signal_row(case, name, result):
    return row(name, *(milliseconds(value) for value in (result.median("latency"), result.least("latency"),
                                                         result.most("latency"))),
               over(result, case.results[ALONE], "latency"))


def metrics_row(case, name, result):
    return row(name, milliseconds(result.median("cpu")), milliseconds(result.least("cpu")),
               f"{case.core_share():.3f}" if name == METRICS else "")


TABLES = {
    StartCase: (start_row, ["wall: median ms", "min ms", "over the program", "CPU ms", "over the program",
                            "peak MiB: largest process", "the launcher's own"]),
    RelayCase: (relay_row, ["median s", "GiB/s", "best GiB/s", "GiB/s ÷ those of `cat`", "CPU s",
                            "peak MiB: largest process", "sum"]),
    SignalCase: (signal_row, ["median ms", "min ms", "worst ms", "over the program"]),
    MetricsCase: (metrics_row, ["CPU: median ms", "min ms", "% of a core for metrics"]),
}


def table(case):
    make_row, columns = TABLES[type(case)]
    yield f"### {case.what}"
    yield ""
    yield row("command", *columns)
    yield "|---" + "|--:" * len(columns) + "|"
    for name, result in case.results.items():
        yield make_row(case, name, result) if result.measurements else row(name, "failed", *[""] * (len(columns) - 1))
    yield ""
    for fault in faults(case):
        yield f"FAULT: {fault}"
        yield ""


def start_goal(what, starts):
    case = starts.get(what)
    limit = PORTABLE_LIMIT if case and case.portable else ORDINARY_LIMIT
    return compared(f"{what}: ms over the program alone: under {PORTABLE_LIMIT}, or {ORDINARY_LIMIT} for a build that "
                    "is not static", case.results if case else {},
                    lambda time: 1000 * (time(SM_TRAIN) - time(ALONE)), lambda over_alone: over_alone < limit)


def memory_goal(starts):
    """What sm-train takes beside a program: all that it has itself. As `/bin/true` is smaller than sm-train, what
    time(1) says of the larger of them is said of sm-train, and of its whole life."""
    goal = Goal("memory over the program alone: under 10 MiB for the static build")
    try:
        peaks = [starts[TRUE].results[SM_TRAIN].most("largest_peak"),
                 *(case.probes[SM_TRAIN].launcher_peak for case in starts.values())]
    except (KeyError, ValueError):
        return goal
    goal.measured, goal.met = f"{max(peaks) / MEBIBYTE:.1f} MiB", max(peaks) < 10 * MEBIBYTE
    goal.binding = starts[TRUE].portable
    return goal


def relay_peak_goal(relay, starts):
    """The program that writes is smaller than sm-train too."""
    goal = Goal("memory for relaying 1 GiB, over that for `/bin/true`: under 2 MiB")
    try:
        added = relay[SM_TRAIN].most("largest_peak") - starts[TRUE].results[SM_TRAIN].most("largest_peak")
    except (KeyError, ValueError):
        return goal
    goal.measured, goal.met = f"{added / MEBIBYTE:.2f} MiB", added < 2 * MEBIBYTE
    return goal


def signal_goal(results):
    goal = Goal("SIGTERM: ms until the program's handler runs: at most 5")
    try:
        worst, alone, worst_alone = (1000 * value for value in (
            results[SM_TRAIN].most("latency"), results[ALONE].median("latency"), results[ALONE].most("latency")))
        median = 1000 * results[SM_TRAIN].median("latency")
    except (KeyError, statistics.StatisticsError, ValueError):
        return goal
    goal.measured = f"{median:.2f} (worst: {worst:.2f}; the program alone: {alone:.2f}, worst: {worst_alone:.2f})"
    goal.met = median <= 5
    return goal


def metrics_goal(case):
    goal = Goal("metrics, with a look each 10 s as in use: under 0.1 % of a core")
    try:
        share = case.core_share() / 10  # a look each second is measured
    except (AttributeError, KeyError, statistics.StatisticsError):
        return goal
    goal.measured, goal.met = f"{share:.3f} %", share < 0.1
    return goal


def goals(cases):
    """What launching is to reach."""
    starts = {case.what: case for case in cases if isinstance(case, StartCase)}
    relay = next((case.results for case in cases if isinstance(case, RelayCase) and case.size == GIBIBYTE), {})
    signals = next((case.results for case in cases if isinstance(case, SignalCase)), {})
    return [
        start_goal(TRUE, starts),
        start_goal(EMPTY, starts),
        memory_goal(starts),
        compared(f"1 GiB: time of `{CAT}` ÷ sm-train's: at least 1", relay,
                 lambda time: time(CAT) / time(SM_TRAIN), lambda ratio: ratio >= 1, field="streaming"),
        relay_peak_goal(relay, starts),
        signal_goal(signals),
        metrics_goal(next((case for case in cases if isinstance(case, MetricsCase)), None)),
    ]
