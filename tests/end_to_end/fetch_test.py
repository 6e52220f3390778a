"""`sm-train fetch`: the fetch stage alone."""
import base64
import http.server
import os
import re
import signal
import subprocess
import termios
import unittest

from s3_server import S3Server
from support import SM_TRAIN, TIMEOUT, EndToEndTest, http_server, pausing_server, stalling_server, tar_gz, wait_until

SERVER = S3Server()


def setUpModule():
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__()


CODE = {"train.py": "print('new')", "pkg/helper.py": "NAME = 1"}
DUMMY_AWS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


class FetchTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.code = self.directory / "code"

    def fetch(self, *arguments, env=None):
        return self.run_binary("fetch", *arguments, env={**SERVER.env(), **(env or {})})

    def files(self, directory=None):
        """What lies in the directory: each path with its content, and None for a directory."""
        directory = directory or self.code
        return {str(path.relative_to(directory)): None if path.is_dir() else path.read_text()
                for path in directory.rglob("*")}

    def local(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def assert_fetched(self, run, files=None):
        self.assertEqual((run.code, run.stdout), (0, b""), run.stderr)
        self.assertEqual(self.files(), files or {**CODE, "pkg": None})

    def assert_refused(self, run, code, *said):
        self.assertEqual((run.code, run.stdout), (code, b""), run.stderr)
        self.assertRegex(run.stderr, "(?m)^sm-train: error: ")
        for pattern in said:
            self.assertRegex(run.stderr, pattern)

    def assert_untouched(self, before):
        """Nothing was left in the test's directory, nor in the mock /opt/ml that the environment could name."""
        self.assertEqual(self.files(self.directory), before)


class Sources(FetchTest):
    def test_an_archive_in_s3_is_unpacked_and_one_line_says_so(self):
        uri = SERVER.put("jobs", "sourcedir.tar.gz", tar_gz(CODE))
        run = self.fetch(uri, self.code)
        self.assert_fetched(run)
        self.assertRegex(run.stderr, rf"\Asm-train: Fetched {re.escape(uri)} to {self.code}: 2 files, 20 B in [0-9.]+ s\.\n\Z")

    def test_a_lone_object_keeps_its_name(self):
        self.assert_fetched(self.fetch(SERVER.put("jobs", "a/train.py", b"x"), self.code), {"train.py": "x"})

    def test_local_sources_are_taken_too(self):
        for source in (self.local("in.tar.gz", tar_gz(CODE)), self.local("tree/train.py", b"x").parent,
                       self.local("train.py", b"x")):
            with self.subTest(source.name):
                self.code = self.directory / f"code-of-{source.name}"
                self.assert_fetched(self.fetch(source, self.code),
                                    None if source.name == "in.tar.gz" else {"train.py": "x"})

    def test_a_relative_directory_and_missing_parents_are_made(self):
        source = self.local("train.py", b"x")
        self.assertEqual(self.fetch(source, "made/deep/").code, 0)
        self.assertEqual(self.files(self.directory / "made"), {"deep": None, "deep/train.py": "x"})

    def test_it_needs_no_job_and_writes_nothing_but_its_directory(self):
        source = self.local("train.py", b"x")
        base = self.directory / "opt-ml"
        base.mkdir()
        env = {"SM_TRAIN_BASE_PATH": str(base), "SM_TRAIN_BOOL_STYLE": "no style", "SAGEMAKER_PROGRAM": "other.py"}
        before = self.files(self.directory)
        self.assertEqual(self.fetch(source, self.code, env=env).code, 0)
        self.assert_untouched({**before, "code": None, "code/train.py": "x"})
        self.assertEqual(self.fetch("no-such-source", self.code, env=env).code, 66)
        self.assert_untouched({**before, "code": None, "code/train.py": "x"})


class ExistingCode(FetchTest):
    def setUp(self):
        super().setUp()
        self.source = self.local("in/sourcedir.tar.gz", tar_gz(CODE))
        self.old = {"old.py": "old", "train.py": "old"}
        for name, text in self.old.items():
            self.local(f"code/{name}", text.encode())

    def test_it_is_overlaid_kept_or_replaced(self):
        new = {**CODE, "pkg": None}
        for arguments, env, files in (
                (("--existing-code", "keep"), {}, self.old), ((), {"SM_TRAIN_EXISTING_CODE": "keep"}, self.old),
                ((), {}, {**self.old, **new}), (("--existing-code", "replace"), {}, new)):
            with self.subTest(arguments, env=env):
                run = self.fetch(*arguments, self.source, self.code, env=env)
                self.assert_fetched(run, files)
                self.assertRegex(run.stderr, "kept: nothing is fetched" if files is self.old else "Fetched")

    def test_a_directory_that_is_missing_is_filled_where_it_would_be_kept(self):
        self.code = self.directory / "other"
        self.assert_fetched(self.fetch("--existing-code", "keep", self.source, self.code))

    def test_a_broken_archive_replaces_nothing(self):
        self.source.write_bytes(tar_gz(CODE)[:-60])
        run = self.fetch("--existing-code", "replace", self.source, self.code)
        self.assert_refused(run, 65, str(self.source))
        self.assertEqual(self.files(), self.old)
        self.assertEqual({path.name for path in self.directory.iterdir()}, {"home", "in", "code"})

    @unittest.skipIf(os.geteuid() != 0, "mounting needs root")
    def test_a_mount_point_is_replaced_in_place_and_what_is_mounted_in_it_is_not(self):
        def fetch_with(mount):
            script = f'set -e; {mount}; echo old >code/old.py; "$0" fetch --existing-code replace "$1" code; ls code'
            return subprocess.run(["unshare", "--mount", "sh", "-c", script, SM_TRAIN, str(self.source)], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.directory,
                                  timeout=TIMEOUT)

        run = fetch_with("mount -t tmpfs none code")
        self.assertEqual((run.returncode, run.stdout), (0, "pkg\ntrain.py\n"), run.stderr)
        self.local("data/precious", b"x")
        (self.code / "deep/data").mkdir(parents=True)
        run = fetch_with("mount --bind data code/deep/data")
        self.assertEqual((run.returncode, run.stdout), (73, ""), run.stderr)
        self.assertIn(f"{self.code}/deep/data is mounted in it", run.stderr)
        self.assertEqual(self.files(self.directory / "data"), {"precious": "x"})


class Faults(FetchTest):
    def test_each_cause_has_its_exit_code_and_leaves_nothing(self):
        SERVER.put("jobs", "there", b"x")
        broken = SERVER.put("jobs", "broken.tar.gz", tar_gz(CODE)[:-60])
        whole = SERVER.put("jobs", "whole.tar.gz", tar_gz(CODE))
        file = self.local("file", b"x")
        with http_server(http.server.BaseHTTPRequestHandler) as closed:
            pass
        before = self.files(self.directory)
        for code, uri, directory, env in (
                (64, "ftp://host/x", self.code, {}),
                (65, broken, self.code / "made/deep", {}),
                (66, "s3://jobs/no-such-key", self.code, {}),
                (66, "s3://no-such-bucket/key", self.code, {}),
                (69, whole, self.code, {"AWS_ENDPOINT_URL_S3": closed}),
                (73, whole, file, {}),
                (77, whole, self.code, {"AWS_SECRET_ACCESS_KEY": "wrong"})):
            with self.subTest(f"{code} for {uri}"):
                run = self.fetch(uri, directory, env=env)
                self.assert_refused(run, code, re.escape(str(file) if code == 73 else uri.split("host")[0]))
                self.assert_untouched(before)

    def test_what_is_wrong_with_the_command_line_is_a_usage_error(self):
        before = self.files(self.directory)
        for said, arguments in (("URI", ()), ("DIR", ("s3://b/k",)), ("three", ("s3://b/k", "code", "three")),
                                ("DIR", ("s3://b/k", "")), ("--program", ("--program", "x", "s3://b/k", "code")),
                                ("--max-code-size", ("--max-code-size", "1.5G", "s3://b/k", "code")),
                                ("--max-code-entries", ("--max-code-entries", "-1", "s3://b/k", "code")),
                                ("--fetch-timeout", ("--fetch-timeout", "soon", "s3://b/k", "code"))):
            with self.subTest(arguments):
                self.assert_refused(self.fetch(*arguments), 64, said)
        self.assert_refused(self.fetch("s3://b/k", "code", env={"SM_TRAIN_REQUESTER_PAYS": "maybe"}), 64,
                            "SM_TRAIN_REQUESTER_PAYS", "true, false")
        self.assert_refused(self.run_binary("--existing-code", "keep", "fetch", "s3://b/k", "code"), 64,
                            "--existing-code stands before")
        self.assert_untouched(before)

    def test_a_server_that_stalls_is_given_up_when_the_time_is_over(self):
        with stalling_server() as (endpoint, asked):
            before = self.files(self.directory)
            run = self.fetch("--fetch-timeout", "0.5", "s3://jobs/slow.tar.gz", self.code,
                             env={**DUMMY_AWS, "AWS_ENDPOINT_URL_S3": endpoint})
        self.assert_refused(run, 69, r"s3://jobs/slow\.tar\.gz", r"0\.5 s", "--fetch-timeout")
        self.assert_untouched(before)

    def test_a_signal_ends_it_and_nothing_is_left(self):
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(number.name), stalling_server() as (endpoint, asked):
                before = self.files(self.directory)
                process = self.start("fetch", "s3://jobs/slow.tar.gz", self.code / "made/deep",
                                     env={**DUMMY_AWS, "AWS_ENDPOINT_URL_S3": endpoint})
                wait_until(lambda: asked, "the request")
                process.send_signal(number)
                run = self.finish(process)
                self.assert_refused(run, code, number.name)
                self.assertNotIn("program", run.stderr)
                self.assert_untouched(before)


class Terminal:
    """A pseudo-terminal, and what was written to it."""

    def __init__(self, columns):
        self.ours, self.theirs = os.openpty()
        termios.tcsetwinsize(self.theirs, (24, columns))
        self.text = ""

    def read(self):
        """Reads some more; gives False at the end, once nobody else has it open."""
        try:
            data = os.read(self.ours, 65536)
        except OSError:
            return False
        self.text += data.decode()
        return bool(data)

    def read_until(self, pattern):
        while not re.search(pattern, self.text):
            if not self.read():
                raise AssertionError(f"no {pattern} in {self.text!r}")


class Progress(FetchTest):
    URI = "s3://jobs/data.bin"
    BODY = b"0123456789abcdef" * 65536  # a mebibyte
    ERASE = "\r\x1b[K"

    def start_fetch(self, endpoint, **popen):
        return self.start("fetch", self.URI, self.code, **popen,
                          env={**DUMMY_AWS, "AWS_ENDPOINT_URL_S3": endpoint, "TERM": "xterm"})

    def test_on_a_terminal_a_line_is_drawn_anew_and_erased_at_the_end(self):
        terminal = Terminal(columns=40)
        self.addCleanup(os.close, terminal.ours)
        with pausing_server(self.BODY) as (endpoint, go_on):
            process = self.start_fetch(endpoint, stderr=terminal.theirs)
            os.close(terminal.theirs)
            # Twice, the second time with no byte in between: it says so of a server that has stopped too.
            terminal.read_until(r"KiB(.|\n)*\r\x1b\[K[^\r]*KiB")
            go_on.set()
            while terminal.read():
                pass
        self.assertEqual(process.wait(timeout=TIMEOUT), 0, terminal.text)
        *drawn, last = terminal.text.split(self.ERASE)
        self.assertRegex(last, rf"\Asm-train: Fetched {self.URI} to [^\n]*\n\Z")
        self.assertEqual(drawn[0], "")
        for line in drawn:
            self.assertLess(len(line), 40)
            self.assertNotIn("\n", line)

    def test_elsewhere_a_plain_line_comes_now_and_then(self):
        with pausing_server(self.BODY) as (endpoint, go_on):
            process = self.start_fetch(endpoint)
            first = process.stderr.readline().decode()
            go_on.set()
            run = self.finish(process)
        self.assertRegex(first, rf"\Asm-train: {self.URI}: [0-9.]+ KiB\b[^\r\x1b]*\n\Z")
        self.assertRegex(run.stderr, rf"\Asm-train: Fetched {self.URI} to [^\r\x1b]*\n\Z")
        self.assertEqual((run.code, (self.code / "data.bin").read_bytes()), (0, self.BODY))

    def test_what_is_fetched_at_once_needs_no_such_line(self):
        run = self.fetch(self.local("train.py", b"x"), self.code)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)


class Settings(FetchTest):
    def test_help_shows_its_arguments_and_the_settings_that_concern_it(self):
        run = self.fetch("--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        text = run.stdout.decode()
        for shown in ("URI", "DIR", "--existing-code", "--max-code-entries", "--max-code-size", "--fetch-timeout",
                      "--requester-pays", "--sse-c-key-file", "--log-level"):
            self.assertRegex(text, rf"(?m)^  {shown}\b")
        for hidden in ("--base-path", "--program", "hyperparameter"):
            self.assertNotIn(hidden, text)

    def test_the_key_of_sse_c_is_read_from_a_file_and_never_shown(self):
        uri = SERVER.put("jobs", "train.py", b"x")
        secret = base64.b64encode(os.urandom(31))
        for content, code in ((secret, 65), (None, 66)):
            file = self.directory / "key"
            file.unlink(missing_ok=True)
            if content is not None:
                file.write_bytes(content)
            for arguments, env in (("--sse-c-key-file", file), {}), ((), {"SM_TRAIN_SSE_C_KEY_FILE": str(file)}):
                run = self.fetch(*arguments, uri, self.code, env=env)
                self.assert_refused(run, code, str(file))
                self.assertNotIn(secret.decode(), run.stderr)
                self.assertFalse(self.code.exists())

    def test_a_high_log_level_leaves_the_errors(self):
        source = self.local("train.py", b"x")
        self.assertEqual(self.fetch("--log-level", "WARNING", source, self.code).stderr, "")
        self.assert_refused(self.fetch("--log-level", "CRITICAL", "no-such-source", self.code), 66, "no-such-source")


if __name__ == "__main__":
    unittest.main()
