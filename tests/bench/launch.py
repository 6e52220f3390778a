#!/usr/bin/python3
"""Measures what `sm-train` takes to launch a program, side by side, in one run, with what else would launch it.

The environment variable SM_TRAIN names the binary; scripts/bench sets it. The report is Markdown on stdout.
"""
import argparse
import dataclasses
import pathlib
import sys

import suite

from support import clean_env

import launch_report
from launch_report import (
    ALONE, BASH, BASH_EXEC, CAT, DUMB_INIT, EMPTY, GIBIBYTE, MEBIBYTE, METRICS, PIPE, SM_TRAIN, TINI, TRUE, MetricsCase,
    RelayCase, SignalCase, StartCase)
from launching import FLOOD, FLOOD_BLOCK, HANDLER, PYTHON, Launcher, deliver, is_portable, make_job, probe
from measure import Command, run_in_rounds, run_pipeline

REPETITIONS = {"start": 40, "relay": 10, "signal": 100, "metrics": 3}  # of each kind of case


class Tools:
    """Where the launchers are."""

    def __init__(self):
        self.sm_train = suite.sm_train()
        self.tini, self.dumb_init, self.bash, self.cat = map(suite.find, ("tini", "dumb-init", "bash", "cat"))
        # Named, so that it is the one that the others start: PATH may have another first.
        self.train = Launcher(
            SM_TRAIN, lambda job: [self.sm_train, "--base-path", str(job.base), "--python", PYTHON, "train"])
        self.passing_signals_on = [
            Launcher(ALONE, lambda job: job.argv),
            Launcher(TINI, lambda job: [self.tini, "--", *job.argv]),
            Launcher(DUMB_INIT, lambda job: [self.dumb_init, *job.argv]),
            self.train,
        ]
        # For the last of its commands bash makes no process, but becomes it.
        self.launchers = [
            *self.passing_signals_on,
            Launcher(BASH_EXEC, lambda job: [self.bash, "-c", '"$@"', "bash", *job.argv]),
            Launcher(BASH, lambda job: [self.bash, "-c", '"$@"; exit $?', "bash", *job.argv]),
        ]

    def describe(self):
        build = "static" if is_portable(self.sm_train) else "ordinary, with shared libraries"
        yield f"{suite.version(self.sm_train)} ({build})"
        for program in (self.tini, self.dumb_init, self.bash, PYTHON):
            yield suite.version(program)


def measure_start(launcher, job, env):
    """Time and memory come from a run each, since what measures memory takes time."""
    timed = run_pipeline([launcher.start(job)], env, cwd=job.code, peaks=False)
    weighed = run_pipeline([launcher.start(job)], env, cwd=job.code)
    return dataclasses.replace(weighed, wall=timed.wall, cpu=timed.cpu)


def start_case(tools, options, work, what, program, content):
    env = clean_env(work)
    job = make_job(work / program, program, content)
    probes = {}

    def run(launcher, result, is_measured):
        measurement = measure_start(launcher, job, env)
        if is_measured:
            result.measurements.append(measurement)
        else:
            probes[launcher.name] = probe(launcher, work / "probe", program, env)

    results = run_in_rounds(tools.launchers, options.repetitions or REPETITIONS["start"], run)
    return StartCase(what, is_portable(tools.sm_train), results, probes)


def relay_case(tools, options, work):
    job = make_job(work / "flood", "flood", FLOOD.format(blocks=options.size // FLOOD_BLOCK))
    commands = [Command(SM_TRAIN, lambda job: [tools.train.start(job)]),
                Command(CAT, lambda job: [job.argv, [tools.cat]]),
                Command(PIPE, lambda job: [job.argv])]

    def run(command, result, is_measured):
        measurement = run_pipeline(command.pipeline(job), clean_env(work), cwd=job.code, output_size=options.size)
        if is_measured:
            result.measurements.append(measurement)

    results = run_in_rounds(commands, options.repetitions or REPETITIONS["relay"], run)
    return RelayCase(f"{options.size // MEBIBYTE:,} MiB of output to a pipe", options.size, results)


def signal_case(tools, options, work):
    job = make_job(work / "handler", "handler.py", HANDLER)

    def run(launcher, result, is_measured):
        delivery = deliver(launcher, job, clean_env(work))
        if is_measured:
            result.measurements.append(delivery)

    return SignalCase("SIGTERM to a program's handler", run_in_rounds(
        tools.passing_signals_on, options.repetitions or REPETITIONS["signal"], run))


def metrics_case(tools, options, work):
    job = make_job(work / "sleep", "sleep.sh", f"#!/bin/sh\nexec sleep {options.seconds}\n")
    start = tools.train.start(job)
    commands = [Command(SM_TRAIN, lambda job: [start]),
                Command(METRICS, lambda job: [[*start, "--metrics", "--metrics-interval", "1"]])]

    def run(command, result, is_measured):
        measurement = run_pipeline(command.pipeline(job), clean_env(work), cwd=job.code, peaks=False)
        if is_measured:
            result.measurements.append(measurement)

    results = run_in_rounds(commands, options.repetitions or REPETITIONS["metrics"], run)
    return MetricsCase(f"Metrics beside a program that sleeps {options.seconds} s", options.seconds, results)


def preamble(tools):
    yield "# Launching a program"
    yield ""
    yield f"- {suite.machine()}"
    for line in tools.describe():
        yield f"- {line}"
    yield "- In each round every command runs once. CPU is a median too, memory the most of all rounds."
    yield ""


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench launch", description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", nargs="+", choices=REPETITIONS, default=list(REPETITIONS),
                        help="starting programs that end at once, relaying output, passing SIGTERM on, metrics (default: all)")
    parser.add_argument("--repetitions", type=int, metavar="N", help="rounds measured, after one that is not (default: "
                        + ", ".join(f"{count} for {case}" for case, count in REPETITIONS.items()) + ")")
    suite.add_common_options(parser, quick="two rounds, 16 MiB of output, and 2 s of metrics")
    options = parser.parse_args(arguments)
    options.size, options.seconds = GIBIBYTE, 20
    if options.quick:
        options.repetitions, options.size, options.seconds = 2, 16 * MEBIBYTE, 2
    return options


def run_cases(tools, options, work):
    starts = [(TRUE, "true", pathlib.Path(suite.find("true"))), (EMPTY, "empty.py", "")]
    for what, program, content in starts if "start" in options.cases else []:
        print(f"bench: starting {what}", file=sys.stderr)
        yield start_case(tools, options, work, what, program, content)
    if "relay" in options.cases:
        print("bench: relaying output", file=sys.stderr)
        yield relay_case(tools, options, work)
    if "signal" in options.cases:
        print("bench: passing SIGTERM on", file=sys.stderr)
        yield signal_case(tools, options, work)
    if "metrics" in options.cases:
        print("bench: metrics", file=sys.stderr)
        yield metrics_case(tools, options, work)


def main(arguments):
    options = parse(arguments)
    tools = Tools()
    with suite.working_directory(options.directory) as work:
        return suite.tell(preamble(tools), run_cases(tools, options, work), launch_report, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
