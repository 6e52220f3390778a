"""What scripts/bench fetch tells: a table for each case, and how far the goals are reached."""
import dataclasses

import objects
from measure import Result
from report import MEBIBYTE, Goal, compared, failures, row

SMALL_FILES = 1000

FETCH = "sm-train fetch"
CURL_TAR = "curl | tar xz"
AWS_TAR = "aws s3 cp - | tar xz"
CURL_IGZIP_TAR = "curl | igzip -d | tar x"
CURL_LIMIT = "limit: curl to /dev/null"
IGZIP_LIMIT = "limit: igzip -d to /dev/null"
AWS_RECURSIVE = "aws s3 cp --recursive"


@dataclasses.dataclass
class Case:
    """One table of the report."""
    server: str
    what: str
    size: int  # bytes of the objects
    results: "dict[str, Result]"


def archive_title(mebibytes, kind):
    return f"{mebibytes} MiB of {kind} tar.gz"


def prefix_title(count):
    return f"{count} small files in a prefix"


def faults(case):
    """What makes the figures of a case worthless: a command that failed, or trees that differ."""
    yield from failures(case.results)
    trees = {name: result.tree for name, result in case.results.items() if result.tree is not None}
    if len(set(trees.values())) > 1:
        yield "the trees differ: " + "; ".join(
            f"{name} left {tree.files} files of {tree.size} bytes, {tree.digest[:12]}" for name, tree in trees.items())


def table(case):
    tree = next((result.tree for result in case.results.values() if result.tree is not None), None)
    yield f"### {case.what}, {case.server}"
    yield ""
    yield f"{case.size:,} bytes" + (f", which become {tree.files:,} files of {tree.size:,} bytes "
                                    f"({tree.size / case.size:.2f} : 1)" if tree else "")
    yield ""
    yield row("command", "median s", "min s", "median ÷ sm-train's", "CPU s", "peak MiB: largest process", "sum")
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, result in case.results.items():
        if not result.measurements:
            yield row(name, "failed", *[""] * 5)
            continue
        fetch = case.results[FETCH]
        ratio = f"{result.median('wall') / fetch.median('wall'):.2f}" if fetch.measurements else ""
        yield row(name, f"{result.median('wall'):.3f}", f"{result.least('wall'):.3f}", ratio,
                  f"{result.median('cpu'):.3f}", f"{result.most('largest_peak') / MEBIBYTE:.1f}",
                  f"{result.most('summed_peak') / MEBIBYTE:.1f}")
    yield ""
    for fault in faults(case):
        yield f"FAULT: {fault}"
        yield ""


def peak_goal(cases):
    peaks = [case.results[FETCH].most("largest_peak") for case in cases
             if case.what in {archive_title(1024, kind) for kind in objects.KINDS} and case.results[FETCH].measurements]
    goal = Goal("peak memory for 1 GiB: under 64 MiB")
    if peaks:
        goal.measured = f"{max(peaks) / MEBIBYTE:.1f} MiB"
        goal.met = max(peaks) < 64 * MEBIBYTE
    return goal


def goals(cases):
    """What fetching is to reach, against the fast server: the other one would be measured rather than the clients."""
    against_nginx = {case.what: case.results for case in cases if case.server == "nginx"}
    archive = against_nginx.get(archive_title(100, "compressible"), {})
    prefix = against_nginx.get(prefix_title(SMALL_FILES), {})
    what = "100 MiB, compressible"
    return [
        compared(f"{what}: time ÷ that of `{CURL_IGZIP_TAR}`: at most 1", archive,
                 lambda time: time(FETCH) / time(CURL_IGZIP_TAR), lambda ratio: ratio <= 1),
        compared(f"{what}: time of `{CURL_TAR}` ÷ sm-train's: at least 2.2", archive,
                 lambda time: time(CURL_TAR) / time(FETCH), lambda ratio: ratio >= 2.2),
        compared(f"{what}: time ÷ that of the slower limit: at most 1.15", archive,
                 lambda time: time(FETCH) / max(time(CURL_LIMIT), time(IGZIP_LIMIT)), lambda ratio: ratio <= 1.15),
        peak_goal(cases),
        compared(f"{SMALL_FILES:,} small files: time of `{AWS_RECURSIVE}` ÷ sm-train's: at least 10", prefix,
                 lambda time: time(AWS_RECURSIVE) / time(FETCH), lambda ratio: ratio >= 10),
    ]
