#!/usr/bin/python3
"""Measures `sm-train fetch` side by side, in one run, with what one would use without it.

The environment variable SM_TRAIN names the binary; scripts/bench sets it. The report is Markdown on stdout.
"""
import argparse
import os
import pathlib
import shutil
import sys

import suite

import s3_server
from support import clean_env

import fetch_report
import objects
from fetch_report import (
    AWS_RECURSIVE, AWS_TAR, CURL_IGZIP_TAR, CURL_LIMIT, CURL_TAR, FETCH, IGZIP_LIMIT, SMALL_FILES, Case, archive_title,
    prefix_title)
from measure import Command, run_side_by_side
from nginx_server import NginxServer

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
    """Where the commands are."""

    def __init__(self):
        self.sm_train = suite.sm_train()
        self.curl, self.tar, self.igzip = (suite.find(name) for name in ("curl", "tar", "igzip"))
        self.aws = shutil.which("aws", path="/usr/bin:/usr/local/bin:" + os.environ["PATH"])
        if self.aws is None:
            print("bench: there is no aws here, so what is compared with it is left out", file=sys.stderr)

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
        return [suite.version(program) for program in (self.sm_train, self.curl, self.tar, self.igzip, self.aws)
                if program]


def measure(server, commands, repetitions, work):
    env = {**clean_env(work / "home"), **server.env(), "AWS_DEFAULT_REGION": s3_server.REGION}
    (work / "home").mkdir(parents=True, exist_ok=True)
    return run_side_by_side(commands, repetitions, work, env)


def archive_case(tools, options, work, server_name, mebibytes, kind):
    key = objects.archive(options.cache, mebibytes, kind)
    file = options.cache / objects.ARCHIVES / key
    with start_server(server_name, options.cache, [(objects.ARCHIVES, key)]) as server:
        results = measure(server, tools.archive_commands(server, key, file),
                          options.repetitions or REPETITIONS[mebibytes], work)
    return Case(server_name, archive_title(mebibytes, kind), file.stat().st_size, results)


def prefix_case(tools, options, work, server_name):
    bucket = objects.small_files(options.cache, options.small_files)
    keys = objects.keys(options.cache, bucket)
    with start_server(server_name, options.cache, [(bucket, key) for key in keys]) as server:
        results = measure(server, tools.prefix_commands(server, bucket),
                          options.repetitions or SMALL_FILES_REPETITIONS, work)
    size = sum((options.cache / bucket / key).stat().st_size for key in keys)
    return Case(server_name, prefix_title(options.small_files), size, results)


def preamble(tools):
    yield "# Fetching from S3"
    yield ""
    yield f"- {suite.machine()}"
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
    parser.add_argument("--cache", type=pathlib.Path, default=suite.ROOT / "build/bench/objects",
                        help="where the objects stay for the next time (default: build/bench/objects)")
    suite.add_common_options(parser, quick="1 MiB and a few small files, once, nginx only")
    options = parser.parse_args(arguments)
    options.small_files = SMALL_FILES
    if options.quick:
        options.sizes, options.servers, options.repetitions, options.small_files = [1], ["nginx"], 1, 20
    options.cache = options.cache.resolve()
    return options


def run_cases(tools, options, work):
    for server in options.servers:
        if "archive" in options.cases:
            for mebibytes in options.sizes:
                for kind in options.kinds:
                    print(f"bench: {archive_title(mebibytes, kind)}, {server}", file=sys.stderr)
                    yield archive_case(tools, options, work, server, mebibytes, kind)
        if "prefix" in options.cases:
            print(f"bench: {prefix_title(options.small_files)}, {server}", file=sys.stderr)
            yield prefix_case(tools, options, work, server)


def main(arguments):
    options = parse(arguments)
    tools = Tools()
    with suite.working_directory(options.directory) as work:
        return suite.tell(preamble(tools), run_cases(tools, options, work), fetch_report, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
