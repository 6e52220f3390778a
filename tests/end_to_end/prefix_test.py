"""The tree under a prefix, from a real S3 server that lists it page by page."""
import os
import re
import unittest

from s3_server import S3Server
from support import EndToEndTest, terminate, wait_until

SERVER = S3Server()

PAGE = 50  # the server's, as swift_s3.py sets it
ODD = {"with space/x y.py": b"1", "a+b=c&d.py": b"2", "100%/%41.py": b"3", "é/漢字/😀.py": b"4",
       "it's (a) [b] ~!*.py": b"5", "what?is#this.py": b"6", "<tag>&amp;\"quoted\".py": b"7"}
SMALL = {f"data/{number % 7}/{number}.txt": str(number).encode() for number in range(3 * PAGE)}
MARKS = {"": b"", "data/": b"", "marked/": b"", "marked/below/": b""}
FILES = {**ODD, **SMALL, "empty": b"", "deep/empty/__init__.py": b"", "large.bin": os.urandom(20_000_000)}


def setUpModule():
    SERVER.__enter__()
    SERVER.put_tree("trees", "job 1/source/", {**FILES, **MARKS})
    SERVER.put_tree("trees", "job 1/source-of-another/", {"other.py": b""})


def tearDownModule():
    SERVER.__exit__()


WHOLE = "s3://trees/job 1/source/"


class PrefixTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.code = self.directory / "code"

    def start_fetch(self, uri, *options, env=None):
        return self.start("fetch", *options, uri, self.code, env={**SERVER.env(), **(env or {})})

    def fetch(self, uri, *options, env=None):
        return self.finish(self.start_fetch(uri, *options, env=env))

    def tree(self):
        """Relative names and bytes; directories that hold nothing have None."""
        return {str(path.relative_to(self.code)): path.read_bytes() if path.is_file() else None
                for path in self.code.rglob("*") if path.is_file() or not any(path.iterdir())}

    def assert_refused(self, run, code, *said):
        """The error says each of these (regular expressions), and nothing is left."""
        self.assertEqual((run.code, run.stdout), (code, b""), run.stderr)
        self.assertRegex(run.stderr, r"(?m)^sm-train: error: [^\n]+\n[^\n]+\n\Z")
        for pattern in said:
            self.assertRegex(run.stderr, pattern)
        self.assert_nothing_left()

    def assert_nothing_left(self):
        self.assertEqual(list(self.directory.iterdir()), [self.home])


class Trees(PrefixTest):
    def test_all_of_it_comes_with_its_directories_and_nothing_else(self):
        self.assertEqual(len(SERVER.first_page("trees", "job 1/source/")), PAGE)
        run = self.fetch(WHOLE)
        self.assertEqual((run.code, run.stdout), (0, b""), run.stderr)
        tree = self.tree()
        self.assertEqual(set(tree), {*FILES, "marked/below"})
        self.assertEqual([name for name, data in {**FILES, "marked/below": None}.items() if tree[name] != data], [])
        self.assertRegex(run.stderr, rf"(?m)^sm-train: Fetched {WHOLE} to {self.code}: {len(FILES)} files, [^\n]*\n\Z")
        self.assertEqual({path.name for path in self.directory.iterdir()}, {"home", "code"})

    def test_a_whole_bucket_is_a_tree_too(self):
        uri = SERVER.put_tree("bucket-of-code", "", {"train.py": b"x", "pkg/helper.py": b"y"})
        self.assertEqual(self.fetch(uri).code, 0)
        self.assertEqual(self.tree(), {"train.py": b"x", "pkg/helper.py": b"y"})

    def test_what_is_there_is_overlaid(self):
        uri = SERVER.put_tree("trees", "overlay/", {"train.py": b"new"})
        self.code.mkdir()
        (self.code / "train.py").write_text("old")
        (self.code / "kept.py").write_text("kept")
        self.assertEqual(self.fetch(uri).code, 0)
        self.assertEqual(self.tree(), {"train.py": b"new", "kept.py": b"kept"})

    def test_an_archive_under_a_prefix_stays_one(self):
        uri = SERVER.put_tree("trees", "archive/", {"model.tar.gz": b"\x1f\x8b and no more"})
        self.assertEqual(self.fetch(uri).code, 0)
        self.assertEqual(self.tree(), {"model.tar.gz": b"\x1f\x8b and no more"})

    def test_a_job_runs_the_code_under_its_submit_directory(self):
        uri = SERVER.put_tree("trees", "job 2/", {
            "train.py": b"from pkg.helper import NAME; print(NAME)", "pkg/": b"", "pkg/__init__.py": b"",
            "pkg/helper.py": "NAME = 'é'".encode()})
        job = self.job({"sagemaker_submit_directory": uri}, source=None)
        run = self.train(job, env=SERVER.env())
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), "é\n")
        self.assertEqual(job.code_files(), ["pkg/__init__.py", "pkg/helper.py", "train.py"])
        self.assertEqual({path.name for path in job.path.iterdir()}, {"input", "code", "model", "output"})


class Refusals(PrefixTest):
    def test_a_tree_beyond_a_limit_is_refused_with_its_option(self):
        for option, value in (("--max-code-entries", str(PAGE + 1)), ("--max-code-size", "10000000")):
            with self.subTest(option):
                self.assert_refused(self.fetch(WHOLE, option, value), 65, WHOLE, value, option)

    def test_a_tree_at_its_limits_is_not_refused(self):
        uri = SERVER.put_tree("trees", "limits/", {"a.py": b"12345", "pkg/b.py": b"67890"})
        for entries, size, code in ((3, 10, 0), (2, 10, 65), (3, 9, 65)):
            with self.subTest(entries=entries, size=size):
                run = self.fetch(uri, "--existing-code", "replace", "--max-code-entries", entries, "--max-code-size",
                                 size)
                self.assertEqual(run.code, code, run.stderr)

    def test_keys_that_cannot_be_files_are_refused(self):
        for number, bad in enumerate((("a", "a/b"), ("a/b/c", "a/b"), ("../x",), ("pkg/../../x",), ("a/../b",),
                                      ("/etc/x",))):
            with self.subTest(bad):
                uri = SERVER.put_tree("trees", f"refused-{number}/", dict.fromkeys(("train.py", *bad), b"x"))
                named = "|".join(map(re.escape, bad))
                self.assert_refused(self.fetch(uri), 65, f'{uri}: entry "({named})" is refused', "Rename the object")

    def test_a_prefix_that_no_object_has_is_no_input(self):
        for uri in ("s3://trees/no such prefix/", "s3://trees/job 1/sourc/", "s3://no-such-bucket/prefix/"):
            with self.subTest(uri):
                self.assert_refused(self.fetch(uri), 66, re.escape(uri))

    def test_a_wrong_secret_is_denied(self):
        run = self.fetch(WHOLE, env={"AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assert_refused(run, 77, WHOLE, "AWS_SECRET_ACCESS_KEY")

    def test_a_signal_in_the_middle_leaves_nothing(self):
        process = self.start_fetch(WHOLE)
        wait_until(lambda: any(path.is_file() for path in self.directory.glob(".*/**/*.txt")), "the first file")
        with SERVER.paused():
            self.assertIsNone(process.poll(), "all of it came before the server was paused")
            terminate(process)
            self.assert_refused(self.finish(process), 143, "SIGTERM")


if __name__ == "__main__":
    unittest.main()
