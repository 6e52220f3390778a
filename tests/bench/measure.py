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
    # Bytes of memory resident at most, where that is measured: of the one process that had most, and of each command's
    # largest process together, as though all had most at one time.
    largest_peak: "int | None" = None
    summed_peak: "int | None" = None
    streaming: "float | None" = None  # seconds, from the first bytes of the output to the last, as its reader sees them


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


@dataclasses.dataclass(frozen=True)
class Output:
    """What was read of a pipeline's output."""
    size: int  # bytes
    streaming: float  # seconds, from the first bytes to the last


def read_output(stream):
    """Reads a pipe to its end, as fast as that goes."""
    block = bytearray(1 << 20)  # made once, so that reading is all that is done
    size = 0
    first = last = time.perf_counter()
    while count := os.readv(stream.fileno(), [block]):
        last = time.perf_counter()
        first = first if size else last
        size += count
    return Output(size, last - first)


def with_peak(argv, file):
    """A child's peak as wait4() gives it holds the memory of whoever forked it, and Python is large. time(1) is small,
    so the peak of its child is the child's own."""
    return ["/usr/bin/time", "--quiet", f"--output={file}", "--format=%M", *argv]


@contextlib.contextmanager
def started(pipeline, notes, last_stdout, **popen):
    """The processes of a pipeline, each with its stderr in a file below `notes`. Whichever are not waited for are
    killed in the end."""
    processes = []
    source = subprocess.DEVNULL
    try:
        for i, argv in enumerate(pipeline):
            with open(notes / f"stderr-{i}", "wb") as stderr:
                process = subprocess.Popen(argv, stdin=source, stderr=stderr, start_new_session=True, stdout=last_stdout
                                           if i == len(pipeline) - 1 else subprocess.PIPE, **popen)
            processes.append(process)
            # The pipe's end is the child's alone now, or the writer would not see that its reader is gone.
            if source != subprocess.DEVNULL:
                source.close()
            source = process.stdout
        yield processes
    finally:
        for process in processes:
            if process.stdout:
                process.stdout.close()
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait(process):
    """Waits for a process to end; gives the seconds of CPU time of it and of all that it waited for."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def failures(pipeline, processes, notes):
    for i, (argv, process) in enumerate(zip(pipeline, processes)):
        if process.returncode != 0:
            yield f"{pathlib.Path(argv[0]).name} exited with {process.returncode}: {last_line(notes / f'stderr-{i}')}"


def run_pipeline(pipeline, env, cwd=None, peaks=True, output_size=None):
    """Runs a pipeline to its end. Its output is thrown away, or read here where it is to have `output_size` bytes.
    Without `peaks` no memory is measured, and no other program takes time between."""
    with tempfile.TemporaryDirectory(prefix="pipeline-") as notes:
        notes = pathlib.Path(notes)
        files = [notes / f"peak-{i}" for i in range(len(pipeline))] if peaks else []
        argvs = [with_peak(argv, file) for argv, file in zip(pipeline, files)] if peaks else pipeline
        last_stdout = subprocess.DEVNULL if output_size is None else subprocess.PIPE
        start = time.perf_counter()
        with started(argvs, notes, last_stdout, env=env, cwd=cwd) as processes:
            output = None if output_size is None else read_output(processes[-1].stdout)
            cpu = sum(wait(process) for process in processes)
            wall = time.perf_counter() - start
        if failed := "; ".join(failures(pipeline, processes, notes)):
            raise PipelineFailed(failed)
        if output and output.size != output_size:
            raise PipelineFailed(f"its output has {output.size:,} bytes, and not {output_size:,}")
        memory = [int(last_line(file)) * 1024 for file in files]
    return Measurement(wall, cpu, max(memory, default=None), sum(memory) if peaks else None,
                       output.streaming if output else None)


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


def run_in_rounds(commands, repetitions, run):
    """Calls `run(command, result, is_measured)` for every command once without measuring, and then `repetitions` times.
    Gives each name's Result, which `run` fills; a command that fails is told of there, and is not run again.

    A round runs each command once, so that noise hits all of them, and each round starts with another command, so that
    none runs always after the same one.
    """
    results = {command.name: Result() for command in commands}
    for number in range(repetitions + 1):
        if number % max(1, repetitions // 10) == 0:
            print(f"  round {number} of {repetitions}", file=sys.stderr)
        shift = number % len(commands)
        for command in commands[shift:] + commands[:shift]:
            result = results[command.name]
            if result.error is not None:
                continue
            try:
                run(command, result, number > 0)
            except PipelineFailed as failure:
                result.error = str(failure)
    return results


def run_side_by_side(commands, repetitions, work, env):
    """Runs every command once to see what tree it leaves, then `repetitions` times to measure it, each time into a new
    and empty directory in `work`. Gives each name's Result."""

    def run(command, result, is_measured):
        target = work / "tree"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        measurement = run_pipeline(command.pipeline(target), env)
        if is_measured:
            result.measurements.append(measurement)
        elif command.leaves_tree:
            result.tree = read_tree(target)

    results = run_in_rounds(commands, repetitions, run)
    shutil.rmtree(work / "tree", ignore_errors=True)
    return results
