"""What the suites share: the programs they start, the options they all have, and the course of a run."""
import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile

from report import goals_table

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))  # for the parts of its tests that the suites use


def sm_train():
    """The binary that is measured."""
    path = os.environ.get("SM_TRAIN", "")
    if not os.access(path, os.X_OK):
        sys.exit(f"bench: SM_TRAIN={path!r} names no program; scripts/bench builds and names it")
    return os.path.abspath(path)  # it is started in other directories too


def find(name):
    """Where a program is; the system's own stands before any other that PATH may have."""
    path = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")
    if path is None:
        sys.exit(f"bench: there is no {name}: scripts/install-dependencies bench installs it")
    return path


def version(program):
    """Which program of which version it is."""
    run = subprocess.run([program, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    return f"{program}: {run.stdout.strip().partition(chr(10))[0]}"


def processor():
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def machine():
    """What is measured on, and how busy it is."""
    return (f"{os.cpu_count()} CPUs ({processor()}), Linux {platform.release()}, load average "
            f"{os.getloadavg()[0]:.1f} at the start")


def add_common_options(parser, quick):
    """`quick` says what of the suite --quick runs."""
    parser.add_argument("--quick", action="store_true", help=f"{quick}: shows that all of it works")
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / "build/bench/work",
                        help="for what is written while measuring (default: build/bench/work)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every measurement to FILE too")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a goal is not met or not measured")


def write_json(path, cases, goals):
    path.write_text(json.dumps({"cases": [dataclasses.asdict(case) for case in cases],
                                "goals": [dataclasses.asdict(goal) for goal in goals]}, indent=2) + "\n")


@contextlib.contextmanager
def working_directory(parent):
    """Gives a directory that goes away in the end, and in which temporary files are made meanwhile: they may be large,
    and /tmp may be memory. SIGTERM is such an end, so that what was started is ended too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=parent.resolve()) as work:
        tempfile.tempdir = work
        try:
            yield pathlib.Path(work)
        finally:
            tempfile.tempdir = None


def tell(preamble, cases, report, options):
    """Prints a report, case by case as each is measured, and gives the exit code.

    It is 1 where a command failed or the cases are at fault otherwise: such figures say nothing. A goal that is not met
    is no failure of a measurement, unless --strict says so. `report` has the functions table(case), faults(case) and
    goals(cases).
    """
    print("\n".join(preamble), flush=True)
    measured = []
    try:
        for case in cases:
            measured.append(case)
            print("\n".join(report.table(case)), flush=True)
    finally:  # What is measured is told, whatever ends the rest.
        goals = report.goals(measured)
        print("\n".join(goals_table(goals)), flush=True)
        if options.json:
            write_json(options.json, measured, goals)
    worthless = any(fault for case in measured for fault in report.faults(case))
    return 1 if worthless or (options.strict and not all(goal.met for goal in goals if goal.binding)) else 0
