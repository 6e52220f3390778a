"""The small jobs of scripts/bench launch, what starts their programs, and what can be asked of a launcher at work."""
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import typing

import suite

from support import MockOptMl

from measure import PipelineFailed, last_line, run_pipeline, started, wait

PYTHON = "/usr/bin/python3"

# How long a launcher gets to wait again, as in a job that trains, after it was at work.
SETTLING = 0.02

# Writes, in place of a program, how it was started and what the launcher's memory was at most until then.
PROBE = """#!/usr/bin/python3
import json, os, re
with open("/proc/self/cmdline") as file:
    argv = file.read().split("\\0")[:-1]
with open(f"/proc/{{os.getppid()}}/status") as file:
    peak = int(re.search(r"^VmHWM:\\s*(\\d+) kB$", file.read(), re.MULTILINE)[1]) * 1024
with open({file!r}, "w") as file:
    json.dump(dict(argv=argv, cwd=os.getcwd(), parent=os.getppid(), parent_peak=peak), file)
"""

# Says when it can be sent SIGTERM, and then when its handler ran. The pipe wakes select() also where the signal comes
# just before it. The limit is for a launcher that passes no signal on.
HANDLER = """
import os, select, signal, sys, time
def on_signal(*_):
    os.write(1, b"%d\\n" % time.monotonic_ns())
    os._exit(0)
wakes, wake = os.pipe()
os.set_blocking(wake, False)
signal.set_wakeup_fd(wake)
signal.signal(signal.SIGTERM, on_signal)
os.write(1, b"ready\\n")
while select.select([wakes], [], [], 60)[0]:
    pass
sys.exit("no SIGTERM came")
"""

# Its blocks fill a pipe, and nothing is computed for them.
FLOOD = """#!/bin/sh
exec dd if=/dev/zero bs=64K count={blocks} status=none
"""
FLOOD_BLOCK = 64 * 1024


@dataclasses.dataclass(frozen=True)
class Job:
    """A mock /opt/ml with a program in code/, where it is started."""
    base: pathlib.Path
    argv: "list[str]"  # of the program, as sm-train starts it

    @property
    def code(self):
        return self.base / "code"


@dataclasses.dataclass(frozen=True)
class Launcher:
    name: str
    start: typing.Callable[[Job], "list[str]"]  # gives the argv that has a job's program started


@dataclasses.dataclass(frozen=True)
class Probe:
    """How a program was started, as it saw that itself."""
    argv: "list[str]"
    cwd: str
    launcher_peak: "int | None"  # bytes of memory resident at most; None where no launcher stays beside the program


@dataclasses.dataclass(frozen=True)
class Delivery:
    """The way of a SIGTERM."""
    latency: float  # seconds, from just before it is sent to the launcher until the program's handler runs


def make_job(base, program, content):
    """`content` is text, or a file to be copied."""
    job = MockOptMl(base, {"sagemaker_program": program})
    if isinstance(content, pathlib.Path):
        shutil.copy(content, job.path / "code" / program)
    else:
        job.write(f"code/{program}", content, mode=0o755)
    return Job(job.path, [PYTHON, program] if program.endswith(".py") else [f"./{program}"])


def probe(launcher, base, program, env):
    """Has a launcher start a program of this name which looks around."""
    with tempfile.TemporaryDirectory(prefix="probe-") as notes:
        file = f"{notes}/seen.json"
        job = make_job(base, program, PROBE.format(file=file))
        try:
            run_pipeline([launcher.start(job)], env, cwd=job.code, peaks=False)
        finally:
            shutil.rmtree(base)  # the next one looks at the same path
        seen = json.loads(pathlib.Path(file).read_text())
    stays = seen["parent"] != os.getpid()
    return Probe(seen["argv"], seen["cwd"], seen["parent_peak"] if stays else None)


def deliver(launcher, job, env):
    """Has a launcher start HANDLER, and sends the launcher SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="deliver-") as notes:
        notes = pathlib.Path(notes)
        with started([launcher.start(job)], notes, subprocess.PIPE, env=env, cwd=job.code) as (process,):
            ready = process.stdout.readline()
            time.sleep(SETTLING)
            sent = time.monotonic_ns()
            os.kill(process.pid, signal.SIGTERM)
            handled = process.stdout.read()
            wait(process)
        if process.returncode != 0 or ready != b"ready\n" or not handled:
            raise PipelineFailed(f"exited with {process.returncode}: {last_line(notes / 'stderr-0')}")
    return Delivery((int(handled) - sent) / 1e9)


def is_portable(program):
    """Whether it needs no dynamic linker, which a 64-bit ELF file names in a program header of type PT_INTERP."""
    with open(program, "rb") as file:
        header = file.read(64)
        table, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(table)
        headers = file.read(size * count)
    pt_interp = 3
    return all(struct.unpack_from("<I", headers, i * size)[0] != pt_interp for i in range(count))
