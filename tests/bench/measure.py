"""Runs commands side by side and measures each: wall-clock time, CPU time and peak memory.

A command is a pipeline: a list of argv lists, started directly and not through a shell.
"""
import contextlib
import dataclasses
import hashlib
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import typing


class PipelineFailed(Exception):
    """One of a pipeline's processes did not exit with 0; says which, and its last line."""


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One run of a pipeline."""
    wall: float  # seconds, from the start of the first process to the end of the last
    cpu: float  # seconds, user and system, of all processes
    largest_peak: int  # bytes of memory resident at most, of the one process that had most
    summed_peak: int  # the same, of all processes together, as though all had most at one time


@dataclasses.dataclass(frozen=True)
class Tree:
    """What a command left in its directory. Two are equal where names, kinds and contents are."""
    digest: str
    files: int
    size: int  # bytes


@dataclasses.dataclass(frozen=True)
class Command:
    name: str
    pipeline: typing.Callable[[pathlib.Path], "list[list[str]]"]  # is given the directory to fill
    leaves_tree: bool = True


@dataclasses.dataclass
class Result:
    measurements: "list[Measurement]" = dataclasses.field(default_factory=list)
    tree: "Tree | None" = None
    error: "str | None" = None

    def median(self, field):
        return statistics.median(getattr(measurement, field) for measurement in self.measurements)

    def least(self, field):
        return min(getattr(measurement, field) for measurement in self.measurements)

    def most(self, field):
        return max(getattr(measurement, field) for measurement in self.measurements)


def last_line(path):
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def run_pipeline(pipeline, env):
    """Runs a pipeline to its end, with its output thrown away."""
    processes = []
    with tempfile.TemporaryDirectory(prefix="pipeline-") as notes, contextlib.ExitStack() as stack:
        notes = pathlib.Path(notes)
        stderrs = [stack.enter_context(open(notes / f"stderr-{i}", "wb")) for i in range(len(pipeline))]
        output = subprocess.DEVNULL
        start = time.perf_counter()
        try:
            for i, argv in enumerate(pipeline):
                # A child's peak as wait4() gives it holds the memory of whoever forked it, and Python is large. time(1)
                # is small, so the peak of its child is the child's own.
                timed = ["/usr/bin/time", "--quiet", f"--output={notes}/peak-{i}", "--format=%M", *argv]
                source = output
                last = i == len(pipeline) - 1
                process = subprocess.Popen(timed, stdin=source, stdout=subprocess.DEVNULL if last else subprocess.PIPE,
                                           stderr=stderrs[i], env=env, start_new_session=True)
                processes.append(process)
                # The pipe's end is the child's alone now, or the writer would not see that its reader is gone.
                if source != subprocess.DEVNULL:
                    source.close()
                output = process.stdout
            cpu = 0.0
            for process in processes:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                cpu += usage.ru_utime + usage.ru_stime
            wall = time.perf_counter() - start
        finally:
            for process in processes:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        failed = [f"{pathlib.Path(argv[0]).name} exited with {process.returncode}: {last_line(notes / f'stderr-{i}')}"
                  for i, (argv, process) in enumerate(zip(pipeline, processes)) if process.returncode != 0]
        if failed:
            raise PipelineFailed("; ".join(failed))
        peaks = [int(last_line(notes / f"peak-{i}")) * 1024 for i in range(len(pipeline))]
    return Measurement(wall, cpu, max(peaks), sum(peaks))


def read_tree(directory):
    digest = hashlib.sha256()
    files = size = 0
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        if path.is_symlink():
            digest.update(f"link {name} {os.readlink(path)}\0".encode())
        elif path.is_dir():
            digest.update(f"directory {name}\0".encode())
        else:
            files += 1
            size += path.stat().st_size
            digest.update(f"file {name} {path.stat().st_size}\0".encode())
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
    return Tree(digest.hexdigest(), files, size)


def run_side_by_side(commands, repetitions, work, env):
    """Runs every command once to see what tree it leaves, then `repetitions` times to measure it. Gives each name's
    Result; a command that fails is told of there, and is not run again.

    A round runs each command once, so that noise hits all of them, and each round starts with another command, so that
    none runs always after the same one. Each finds a new and empty directory in `work`.
    """
    results = {command.name: Result() for command in commands}
    for number in range(repetitions + 1):
        print(f"  round {number} of {repetitions}", file=sys.stderr)
        shift = number % len(commands)
        for command in commands[shift:] + commands[:shift]:
            result = results[command.name]
            if result.error is not None:
                continue
            target = work / "tree"
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            try:
                measurement = run_pipeline(command.pipeline(target), env)
            except PipelineFailed as failure:
                result.error = str(failure)
                continue
            if number > 0:
                result.measurements.append(measurement)
            elif command.leaves_tree:
                result.tree = read_tree(target)
    shutil.rmtree(work / "tree", ignore_errors=True)
    return results
