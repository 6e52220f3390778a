"""Files uploaded by the library to a real S3 server, and read back by a client that is not ours."""
import os
import subprocess
import sys
import unittest

from s3_server import S3Server
from support import PEAK, TIMEOUT, EndToEndTest, clean_env

SERVER = S3Server()
UPLOAD_FILE = os.environ.get("UPLOAD_FILE", "")
MEBIBYTE = 1024 * 1024

# The most memory that an upload may take at any moment, in bytes: the parts on their way, and some more.
MAX_PEAK = 64 * MEBIBYTE


def setUpModule():
    SERVER.__enter__()
    SERVER.put("models", "makes the bucket", b"")


def tearDownModule():
    SERVER.__exit__()


class UploadTest(EndToEndTest):
    def upload(self, uri, size=5, env=None, under=()):
        """Uploads a file of random bytes; gives the run and the bytes."""
        content = os.urandom(size)
        file = self.directory / "model.bin"
        file.write_bytes(content)
        return self.upload_file(file, uri, env, under), content

    def upload_file(self, file, uri, env=None, under=()):
        return subprocess.run([*map(str, under), UPLOAD_FILE, str(file), uri], check=False,
                              stderr=subprocess.PIPE, text=True, timeout=TIMEOUT,
                              env={**clean_env(self.home), **SERVER.env(), **(env or {})})

    def assert_stored(self, key, size=5):
        run, content = self.upload(f"s3://models/{key}", size)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        stored = SERVER.get("models", key)
        self.assertEqual(len(stored), size)
        # Not assertEqual, which would show megabytes.
        self.assertTrue(stored == content, "other bytes came back")

    def assert_refused(self, run, code, *said):
        self.assertEqual(run.returncode, code, run.stderr)
        for pattern in said:
            self.assertRegex(run.stderr, pattern)


class WhatIsStored(UploadTest):
    def test_a_file_of_any_size_comes_back_byte_for_byte(self):
        for size in (0, 5, 8 * MEBIBYTE, 8 * MEBIBYTE + 1, 50_000_000):
            with self.subTest(size):
                self.assert_stored(f"job/output/{size}.bin", size)

    def test_keys_with_odd_characters_are_taken_to_the_letter(self):
        for key in ("with space/a.bin", "a+b=c&d.bin", "100%/%41.bin", "é/漢字/😀.bin", "what?is#this.bin",
                    "it's (a) [b] ~!*.bin", "double//slash.bin"):
            with self.subTest(key):
                self.assert_stored(key)
        self.assert_stored("in parts/a+b=c&d/é😀?.bin", 8 * MEBIBYTE + 1)

    def test_an_object_that_is_there_is_replaced(self):
        for size in (9 * MEBIBYTE, 5, 9 * MEBIBYTE):
            self.assert_stored("replaced.bin", size)

    def test_a_large_file_is_uploaded_in_bounded_memory(self):
        size = 300_000_000
        file, peak = self.directory / "large.bin", self.directory / "peak"
        with file.open("wb") as sparse:
            sparse.truncate(size)
        run = self.upload_file(file, "s3://models/large.bin", under=[sys.executable, "-ISc", PEAK, peak])
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(SERVER.size("models", "large.bin"), size)
        # The memory of a sanitizer's build is mostly the sanitizer's.
        if not os.environ.get("SM_TRAIN_SANITIZE"):
            self.assertLessEqual(int(peak.read_text()), MAX_PEAK)


class Refusals(UploadTest):
    SIZES = (5, 9 * MEBIBYTE)  # in one request, and in parts

    def test_a_wrong_secret_is_denied_and_not_shown(self):
        for size in self.SIZES:
            run, _ = self.upload("s3://models/denied.bin", size, env={"AWS_SECRET_ACCESS_KEY": "wrong-secret"})
            self.assert_refused(run, 77, r"\As3://models/denied\.bin: ", "AWS_SECRET_ACCESS_KEY")
            self.assertNotIn("wrong-secret", run.stderr)
        self.assertEqual(SERVER.first_page("models", "denied.bin"), [])

    def test_a_missing_bucket_is_no_input(self):
        for size in self.SIZES:
            run, _ = self.upload("s3://no-such-bucket/model.bin", size)
            self.assert_refused(run, 66, r"\As3://no-such-bucket/model\.bin: ", "(?i)bucket")

    def test_a_missing_file_is_no_input(self):
        run = self.upload_file(self.directory / "missing.bin", "s3://models/missing.bin")
        self.assert_refused(run, 66, r"\As3://models/missing\.bin: ", "/missing.bin")
        self.assertEqual(SERVER.first_page("models", "missing.bin"), [])


if __name__ == "__main__":
    unittest.main()
