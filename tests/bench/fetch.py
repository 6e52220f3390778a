#!/usr/bin/python3
"""Measures `sm-train fetch` side by side, in one run, with what one would use without it.

The environment variable SM_TRAIN names the binary; scripts/bench sets it. The report is Markdown on stdout.
"""
import argparse
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

import s3_server  # noqa: E402
from support import clean_env  # noqa: E402

import objects  # noqa: E402
from fetch_report import (  # noqa: E402
    AWS_RECURSIVE, AWS_TAR, CURL_IGZIP_TAR, CURL_LIMIT, CURL_TAR, FETCH, IGZIP_LIMIT, SMALL_FILES, Case, archive_title,
    faults, goals, goals_table, prefix_title, table)
from measure import Command, run_side_by_side  # noqa: E402
from nginx_server import NginxServer  # noqa: E402

REPETITIONS = {1: 10, 100: 5, 1024: 3}  # of each size in MiB
SMALL_FILES_REPETITIONS = 5


class Swift(s3_server.S3Server):
    """The server that checks signatures, with the objects of the cache put into it."""

    def __init__(self, cache, buckets_and_keys):
        self._cache = cache
        self._objects = buckets_and_keys

    def __enter__(self):
        super().__enter__()
        for bucket, key in self._objects:
            with open(self._cache / bucket / key, "rb") as file:
                self.put(bucket, key, file)
        return self

    def url(self, bucket, key):
        """curl signs only with the secret on its command line; a presigned URL needs none there."""
        return s3_server.client(self.endpoint).generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=24 * 3600)


def start_server(name, cache, buckets_and_keys):
    if name == "nginx":
        return NginxServer(cache, sorted({bucket for bucket, _ in buckets_and_keys}))
    return Swift(cache, buckets_and_keys)


class Tools:
    """Where the commands are; the system's own stand before any other that PATH may have."""

    def __init__(self):
        self.sm_train = os.environ.get("SM_TRAIN", "")
        if not os.access(self.sm_train, os.X_OK):
            sys.exit(f"bench: SM_TRAIN={self.sm_train!r} names no program; scripts/bench builds and names it")
        self.curl, self.tar, self.igzip = (self.find(name) for name in ("curl", "tar", "igzip"))
        self.aws = shutil.which("aws", path="/usr/bin:/usr/local/bin:" + os.environ["PATH"])
        if self.aws is None:
            print("bench: there is no aws here, so what is compared with it is left out", file=sys.stderr)

    @staticmethod
    def find(name):
        path = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")
        if path is None:
            sys.exit(f"bench: there is no {name}: scripts/install-dependencies bench installs it")
        return path

    def aws_s3_cp(self, endpoint, *arguments):
        return [self.aws, "--endpoint-url", endpoint, "s3", "cp", "--only-show-errors", *arguments]

    def archive_commands(self, server, key, file):
        uri = f"s3://{objects.ARCHIVES}/{key}"
        curl = [self.curl, "--silent", "--show-error", "--fail", server.url(objects.ARCHIVES, key)]
        inflate = [self.igzip, "--decompress", "--stdout"]

        def untar(options, target):
            return [self.tar, options, "-", "-C", str(target)]

        commands = [
            Command(FETCH, lambda target: [[self.sm_train, "fetch", uri, str(target)]]),
            Command(CURL_IGZIP_TAR, lambda target: [curl, inflate, untar("-xf", target)]),
            Command(CURL_TAR, lambda target: [curl, untar("-xzf", target)]),
            Command(AWS_TAR,
                    lambda target: [self.aws_s3_cp(server.endpoint, uri, "-"), untar("-xzf", target)]),
            Command(CURL_LIMIT, lambda _: [[*curl, "--output", "/dev/null"]], leaves_tree=False),
            Command(IGZIP_LIMIT, lambda _: [[*inflate, str(file)]], leaves_tree=False),
        ]
        return self.without_what_is_missing(commands)

    def prefix_commands(self, server, bucket):
        uri = f"s3://{bucket}/{objects.PREFIX}"
        return self.without_what_is_missing([
            Command(FETCH, lambda target: [[self.sm_train, "fetch", uri, str(target)]]),
            Command(AWS_RECURSIVE,
                    lambda target: [self.aws_s3_cp(server.endpoint, "--recursive", uri, str(target))]),
        ])

    def without_what_is_missing(self, commands):
        return [command for command in commands if self.aws or command.name not in (AWS_TAR, AWS_RECURSIVE)]

    def describe(self):
        """Which program of which version each is."""
        for argv in ([self.sm_train, "--version"], [self.curl, "--version"], [self.tar, "--version"],
                     [self.igzip, "--version"], [self.aws, "--version"]):
            if argv[0]:
                run = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
                yield f"{argv[0]}: {run.stdout.strip().partition(chr(10))[0]}"


def measure(server, commands, repetitions, work):
    env = {**clean_env(work / "home"), **server.env(), "AWS_DEFAULT_REGION": s3_server.REGION}
    (work / "home").mkdir(parents=True, exist_ok=True)
    return run_side_by_side(commands, repetitions, work, env)


def archive_case(tools, options, server_name, mebibytes, kind):
    key = objects.archive(options.cache, mebibytes, kind)
    file = options.cache / objects.ARCHIVES / key
    with start_server(server_name, options.cache, [(objects.ARCHIVES, key)]) as server:
        results = measure(server, tools.archive_commands(server, key, file),
                          options.repetitions or REPETITIONS[mebibytes], options.directory)
    return Case(server_name, archive_title(mebibytes, kind), file.stat().st_size, results)


def prefix_case(tools, options, server_name):
    bucket = objects.small_files(options.cache, options.small_files)
    keys = objects.keys(options.cache, bucket)
    with start_server(server_name, options.cache, [(bucket, key) for key in keys]) as server:
        results = measure(server, tools.prefix_commands(server, bucket),
                          options.repetitions or SMALL_FILES_REPETITIONS, options.directory)
    size = sum((options.cache / bucket / key).stat().st_size for key in keys)
    return Case(server_name, prefix_title(options.small_files), size, results)


def processor():
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def preamble(tools):
    yield "# Fetching from S3"
    yield ""
    yield (f"- {os.cpu_count()} CPUs ({processor()}), Linux {platform.release()}, load average "
           f"{os.getloadavg()[0]:.1f} at the start")
    for line in tools.describe():
        yield f"- {line}"
    yield ("- The servers run on this machine, and compete with the commands for its CPUs. Swift checks signatures and "
           "is slow; nginx answers the same requests, is fast, and ignores the signatures.")
    yield ("- In each round every command runs once, into a new and empty directory. CPU (median) and memory (most of "
           "all rounds) are those of the command's processes, without the server's.")
    yield ""


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench fetch", description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", choices=REPETITIONS, metavar="MIB", default=list(REPETITIONS),
                        help="sizes of the archives: of 1, 100 and 1024 (default: all)")
    parser.add_argument("--kinds", nargs="+", choices=objects.KINDS, default=objects.KINDS)
    parser.add_argument("--servers", nargs="+", choices=("nginx", "swift"), default=("nginx", "swift"))
    parser.add_argument("--cases", nargs="+", choices=("archive", "prefix"), default=("archive", "prefix"),
                        help="one archive, or small files in a prefix (default: both)")
    parser.add_argument("--repetitions", type=int, metavar="N", help="rounds measured, after one that is not (default: "
                        + ", ".join(f"{count} for {size} MiB" for size, count in REPETITIONS.items())
                        + f", {SMALL_FILES_REPETITIONS} for small files)")
    parser.add_argument("--quick", action="store_true",
                        help="1 MiB and a few small files, once, nginx only: shows that all of it works")
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / "build/bench/work", help="where the commands "
                        "write, and the servers what they need (default: build/bench/work)")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / "build/bench/objects",
                        help="where the objects stay for the next time (default: build/bench/objects)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every measurement to FILE too")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a goal is not met or not measured")
    options = parser.parse_args(arguments)
    options.small_files = SMALL_FILES
    if options.quick:
        options.sizes, options.servers, options.repetitions, options.small_files = [1], ["nginx"], 1, 20
    options.directory, options.cache = options.directory.resolve(), options.cache.resolve()
    return options


def write_json(path, cases, all_goals):
    path.write_text(json.dumps({"cases": [dataclasses.asdict(case) for case in cases],
                                "goals": [dataclasses.asdict(goal) for goal in all_goals]}, indent=2) + "\n")


def run_cases(tools, options):
    for server in options.servers:
        if "archive" in options.cases:
            for mebibytes in options.sizes:
                for kind in options.kinds:
                    print(f"bench: {archive_title(mebibytes, kind)}, {server}", file=sys.stderr)
                    yield archive_case(tools, options, server, mebibytes, kind)
        if "prefix" in options.cases:
            print(f"bench: {prefix_title(options.small_files)}, {server}", file=sys.stderr)
            yield prefix_case(tools, options, server)


def main(arguments):
    """Exits with 1 where a command failed or the trees differ: such figures say nothing. A goal that is not met is no
    failure of a measurement, unless --strict says so."""
    options = parse(arguments)
    tools = Tools()
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options.directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=options.directory) as work:
        options.directory = pathlib.Path(work)
        tempfile.tempdir = work  # Swift's copy of the objects is large, and /tmp may be memory
        print("\n".join(preamble(tools)), flush=True)
        cases = []
        try:
            for case in run_cases(tools, options):
                cases.append(case)
                print("\n".join(table(case)), flush=True)
        finally:  # What is measured is told, whatever ends the rest.
            all_goals = goals(cases)
            print("\n".join(goals_table(all_goals)), flush=True)
            if options.json:
                write_json(options.json, cases, all_goals)
    worthless = any(fault for case in cases for fault in faults(case))
    return 1 if worthless or (options.strict and not all(goal.met for goal in all_goals)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
