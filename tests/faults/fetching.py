"""What the fault tests share: an object fetched from the faulty S3 by the built binary, and what came of it."""
import concurrent.futures
import dataclasses
import os
import pathlib
import sys
import tempfile
import unittest

from faulty_s3 import SECRET_KEY, FaultyS3
from support import PEAK, EndToEndTest, tar_gz

NAME = "jobs/job-1/sourcedir.tar.gz"
TREE = {"package/module.py": b"NAME = 'whole'\n", "data.bin": os.urandom(300_000), "notes.txt": b"right\n"}
TREE_TAR_GZ = tar_gz(TREE)

# Of an object that was uploaded in parts: no MD5, so that the bytes cannot be told by it.
NO_MD5 = {"ETag": '"11223344556677889900aabbccddeeff-3"'}

# What is in the target before, and has to be there after.
KEPT = {"kept.txt": b"as it was\n"}

# As the program says in its README.
BAD_DATA, NO_INPUT, UNAVAILABLE, CANNOT_CREATE, IO, DENIED, BAD_CONFIG = 65, 66, 69, 73, 74, 77, 78


# The most memory that a fetch may take at any moment, in bytes.
MAX_PEAK = 64 * 1024 * 1024


@dataclasses.dataclass
class Fetched:
    """What a fetch left."""
    code: int
    stdout: bytes
    stderr: str
    target: pathlib.Path
    uri: str
    beside: set  # names that the fetch left beside the target

    def tree(self):
        """Relative names and bytes; links and empty directories have None."""
        tree = {}
        for path in self.target.rglob("*"):
            is_file = path.is_file() and not path.is_symlink()
            if is_file or path.is_symlink() or not any(path.iterdir()):
                tree[str(path.relative_to(self.target))] = path.read_bytes() if is_file else None
        return tree


class FetchTest(EndToEndTest):
    def serve(self, data, name=NAME, refused=(), **settings):
        """A server that has this one object. Requests that it refuses fail the test, but for the codes in `refused`."""
        s3 = FaultyS3({name: data}, **settings)
        s3.__enter__()
        self.addCleanup(lambda: self.assertLessEqual({request.refused for request in s3.requests}, {None, *refused}))
        self.addCleanup(s3.__exit__)
        return s3

    def fetch(self, s3, *options, name=NAME, env=None, under=None, **popen):
        """The object into a directory that holds KEPT. `under` gives, for that directory, a command to run it by."""
        uri = f"s3://{name}"
        target = pathlib.Path(tempfile.mkdtemp(dir=self.directory)) / "ml/code"
        target.mkdir(parents=True)
        for kept, content in KEPT.items():
            (target / kept).write_bytes(content)
        before = {path.name for path in target.parent.iterdir()}
        run = self.finish(self.start("fetch", uri, target, *options, env={**s3.env(), **(env or {})},
                                     under=under(target) if under else (), **popen))
        beside = {path.name for path in target.parent.iterdir()} - before
        return Fetched(run.code, run.stdout, run.stderr, target, uri, beside)

    def fetch_measured(self, s3, **settings):
        """The same, and its peak memory in bytes."""
        peak = pathlib.Path(tempfile.mkdtemp(dir=self.directory)) / "peak"
        fetched = self.fetch(s3, under=lambda _: [sys.executable, "-ISc", PEAK, peak], **settings)
        return fetched, int(peak.read_text())

    def assert_peak_is_bounded(self, peak):
        """But for a sanitizer's build, the memory of which is mostly the sanitizer's."""
        if not os.environ.get("SM_TRAIN_SANITIZE"):
            self.assertLessEqual(peak, MAX_PEAK)

    def assert_whole(self, fetched, tree):
        """The tree is there to the byte, and nothing else is."""
        self.assertEqual(fetched.code, 0, fetched.stderr)
        self.assertEqual(fetched.tree(), {**KEPT, **tree})
        self.assertEqual(fetched.beside, set())

    def assert_error(self, fetched, codes, *said, names=None):
        """An exit code (or one of several), and each of `said` (regular expressions) with the URI, or the path that the
        error `names`; the target is as it was."""
        self.assertIn(fetched.code, codes if isinstance(codes, tuple) else (codes,), fetched.stderr)
        self.assertTrue(fetched.uri in fetched.stderr or (names and str(names) in fetched.stderr), fetched.stderr)
        for pattern in said:
            self.assertRegex(fetched.stderr, pattern)
        self.assertNotIn("terminate called", fetched.stderr)
        self.assertNotIn(SECRET_KEY, fetched.stderr)
        self.assertLess(len(fetched.stderr), 4096, "a server's answer was repeated at length")
        self.assertEqual(fetched.stdout, b"")
        self.assertEqual(fetched.tree(), KEPT)
        self.assertEqual(fetched.beside, set())

    def assert_whole_or_error(self, fetched, tree, codes):
        """For what may well be mended, and may be given up, but not be taken for right."""
        if fetched.code == 0:
            self.assert_whole(fetched, tree)
        else:
            self.assert_error(fetched, codes)


class _Held:
    """A test's result, held back until it has ended, so that what two tests say does not mix."""
    failfast = shouldStop = False

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *arguments: self.calls.append((name, arguments))


class _AtOnce(unittest.TestSuite):
    def run(self, result, debug=False):
        def run_one(test):
            held = _Held()
            test.run(held)
            return held

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for held in pool.map(run_one, self):
                for name, arguments in held.calls:
                    getattr(result, name)(*arguments)
        return result


def all_at_once(_loader, suites, _pattern):
    """unittest's load_tests: the tests of a file together, since most of them wait for the program to try again."""
    return _AtOnce(test for suite in suites for test in suite)
