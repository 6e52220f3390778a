"""What a program writes below output/intermediate, uploaded while it runs to a real S3 server."""
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
import unittest
from urllib.parse import urlsplit

import support
from s3_server import S3Server
from support import PEAK, EndToEndTest, clean_env, terminate, wait_until

SERVER = S3Server()
MEBIBYTE = 1 << 20

# The memory of a sanitizer's build is mostly the sanitizer's, and its time too.
SANITIZED = bool(os.environ.get("SM_TRAIN_SANITIZE"))
SMALL_FILES, LARGE_FILE = (1_000, 64 * MEBIBYTE) if SANITIZED else (10_000, 1024 * MEBIBYTE)
MAX_PEAK = 64 * MEBIBYTE


def setUpModule():
    SERVER.__enter__()
    SERVER.put("outputs", "makes the bucket", b"")


def tearDownModule():
    SERVER.__exit__()


class Gate:
    """A way to the server that can be shut: connections are reset, and no new ones are taken."""

    def __init__(self):
        parts = urlsplit(SERVER.endpoint)
        self._server = (parts.hostname, parts.port)
        self._open = set()
        self._listener = self._listen(0)
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _listen(self, port):
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._server)
            self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._relay, args=(source, sink), daemon=True).start()

    @staticmethod
    def _relay(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for each in (source, sink):
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def shut(self):
        port = self._listener.getsockname()[1]
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        return lambda: setattr(self, "_listener", self._listen(port))


class IntermediateTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.id().rpartition(".")[2]

    def intermediate_job(self, source, **options):
        return self.job({"sagemaker_s3_output": f"s3://outputs/{self.prefix}/"}, source=source, **options)

    def env(self, **more):
        return {**SERVER.env(), "TRAINING_JOB_NAME": "job-1", **more}

    def stored(self):
        """Of the job's objects the names below output/intermediate, with their ETags and sizes."""
        key = f"{self.prefix}/job-1/output/intermediate/"
        pages = SERVER._client.get_paginator("list_objects_v2").paginate(Bucket="outputs", Prefix=key)
        return {held["Key"].removeprefix(key): (held["ETag"].strip('"'), held["Size"])
                for page in pages for held in page.get("Contents", [])}

    def assert_stored(self, contents):
        stored = self.stored()
        self.assertEqual(sorted(stored), sorted(contents))
        for name, content in contents.items():
            self.assertEqual(stored[name], (hashlib.md5(content).hexdigest(), len(content)), name)


WRITER = """
import os
root = os.environ["SM_OUTPUT_INTERMEDIATE_DIR"]
def write(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), "wb") as file:
        file.write(content)
"""


class WhatIsUploaded(IntermediateTest):
    def test_files_directories_links_and_what_is_renamed_into_place(self):
        job = self.intermediate_job(WRITER + """
write("a.txt", b"a")
write("deep/er/b.txt", b"b")
write("new.tmp", b"c")
os.rename(os.path.join(root, "new.tmp"), os.path.join(root, "c.txt"))
os.makedirs("elsewhere/sub")
for name in ("d.txt", "sub/e.txt"):
    with open("elsewhere/" + name, "wb") as file: file.write(name.encode())
os.rename("elsewhere", os.path.join(root, "moved"))
os.link(os.path.join(root, "a.txt"), os.path.join(root, "linked.txt"))
os.symlink("/etc/passwd", os.path.join(root, "symlink"))
os.mkfifo(os.path.join(root, "fifo"))
write("empty", b"")
write("with space/\\u00e9?#%.txt", b"f")
""")
        run = self.train(job, env=self.env())
        self.assert_succeeded(run)
        stored = self.stored()
        stored.pop("new.tmp", None)  # there for a moment
        self.assertEqual(sorted(stored), sorted(["a.txt", "deep/er/b.txt", "c.txt", "moved/d.txt", "moved/sub/e.txt", "linked.txt",
                                                 "empty", "with space/é?#%.txt"]))
        self.assertIn(f"goes to s3://outputs/{self.prefix}/job-1/output/intermediate/", run.stderr)
        self.assertNotIn("warning", run.stderr)

    def test_it_is_there_while_the_program_runs(self):
        job = self.intermediate_job(WRITER + """
import sys
write("sub/early.txt", b"early")
print("written", flush=True)
sys.stdin.readline()
""")
        process = self.start("--base-path", job.path, env=self.env(), stdin=subprocess.PIPE)
        process.stdout.readline()
        wait_until(lambda: "sub/early.txt" in self.stored(), "the file in S3")
        process.stdin.close()
        process.stdin = None
        self.assert_succeeded(self.finish(process, job))

    def test_the_directory_may_be_removed_and_made_again(self):
        job = self.intermediate_job(WRITER + """
import shutil
shutil.rmtree(root)
os.mkdir(root)
write("a/b", b"1")
print("written", flush=True)
input()
""")
        process = self.start("--base-path", job.path, env=self.env(), stdin=subprocess.PIPE)
        process.stdout.readline()
        wait_until(lambda: "a/b" in self.stored(), "the file in S3")
        process.stdin.write(b"\n")
        process.stdin.close()
        process.stdin = None
        self.assert_succeeded(self.finish(process, job))

    def test_the_last_version_of_a_file_wins(self):
        job = self.intermediate_job(WRITER + """
for i in range(1000):
    write("state.json", b"%04d" % i)
""")
        self.assert_succeeded(self.train(job, env=self.env()))
        self.assert_stored({"state.json": b"0999"})

    def test_a_large_file_that_is_written_again_meanwhile(self):
        job = self.intermediate_job(WRITER + """
import time
for i in range(4):
    write("model.bin", bytes([i]) * (20 << 20))
    time.sleep(0.2)
""")
        self.assert_succeeded(self.train(job, env=self.env()))
        self.assertEqual(SERVER.get("outputs", f"{self.prefix}/job-1/output/intermediate/model.bin"), b"\x03" * (20 << 20))

    def test_a_file_that_has_gone_is_no_loss(self):
        job = self.intermediate_job(WRITER + """
for i in range(50):
    write("gone%d" % i, b"x")
    os.remove(os.path.join(root, "gone%d" % i))
write("stays", b"x")
""")
        run = self.train(job, env=self.env())
        self.assert_succeeded(run)
        self.assertIn("stays", self.stored())
        self.assertNotIn("warning", run.stderr)

    def test_the_queue_of_the_kernel_may_overflow(self):
        limit = "/proc/sys/fs/inotify/max_queued_events"
        with open(limit) as file:
            usual = file.read()
        try:
            with open(limit, "w") as file:
                file.write("16")
        except OSError as error:
            self.skipTest(f"{limit} cannot be written: {error}")
        try:
            job = self.intermediate_job(WRITER + """
for i in range(40):
    for j in range(20):
        write("%d/%d" % (i, j), b"%d %d" % (i, j))
""")
            self.assert_succeeded(self.train(job, env=self.env()))
        finally:
            with open(limit, "w") as file:
                file.write(usual)
        self.assert_stored({f"{i}/{j}": b"%d %d" % (i, j) for i in range(40) for j in range(20)})

    def test_many_small_files_and_a_large_one_in_bounded_memory(self):
        peak = self.directory / "peak"
        job = self.intermediate_job(WRITER + f"""
block = os.urandom(1 << 20)
with open(os.path.join(root, "large.bin"), "wb") as file:
    for i in range({LARGE_FILE} >> 20):
        file.write(block)
for i in range({SMALL_FILES}):
    write("%d/%d.txt" % (i % 100, i), b"%d" % i)
""")
        run = subprocess.run([sys.executable, "-ISc", PEAK, peak, support.SM_TRAIN, "--base-path", job.path], check=False,
                             capture_output=True, text=True, timeout=600, env={**clean_env(self.home), **self.env()})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn("warning", run.stderr)
        stored = self.stored()
        self.assertEqual(len(stored), SMALL_FILES + 1)
        for i in range(SMALL_FILES):
            self.assertEqual(stored[f"{i % 100}/{i}.txt"][0], hashlib.md5(b"%d" % i).hexdigest())
        self.assertEqual(stored["large.bin"][1], LARGE_FILE)
        body = SERVER._client.get_object(Bucket="outputs", Key=f"{self.prefix}/job-1/output/intermediate/large.bin")["Body"]
        there, here = hashlib.md5(), hashlib.md5()
        for block in body.iter_chunks(MEBIBYTE):
            there.update(block)
        with open(job.path / "output/intermediate/large.bin", "rb") as file:
            while block := file.read(MEBIBYTE):
                here.update(block)
        self.assertEqual(there.hexdigest(), here.hexdigest())
        if not SANITIZED:
            self.assertLessEqual(int(peak.read_text()), MAX_PEAK)


class Ends(IntermediateTest):
    def test_a_job_that_fails_is_flushed_too(self):
        job = self.intermediate_job(WRITER + "write('a', b'a')\nraise SystemExit(3)")
        self.assertEqual(self.train(job, env=self.env()).code, 3)
        self.assert_stored({"a": b"a"})

    def test_nothing_is_lost_on_sigterm(self):
        job = self.intermediate_job(WRITER + """
import signal, sys, time
def end(*_):
    for i in range(200): write("last/%d" % i, b"%d" % i)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
write("first", b"1")
print("ready", flush=True)
while True: time.sleep(60)
""")
        process = self.start("--base-path", job.path, env=self.env())
        process.stdout.readline()
        terminate(process)
        self.assertEqual(self.finish(process, job).code, 0)
        self.assert_stored({"first": b"1", **{f"last/{i}": b"%d" % i for i in range(200)}})

    def test_an_outage_leaves_nothing_behind(self):
        gate = Gate()
        job = self.intermediate_job(WRITER + """
import time
write("before", b"1")
print("written", flush=True)
input()
for i in range(100):
    write("during/%d" % i, b"%d" % i)
    time.sleep(0.1)
""")
        process = self.start("--base-path", job.path, env=self.env(AWS_ENDPOINT_URL_S3=gate.endpoint), stdin=subprocess.PIPE)
        process.stdout.readline()
        wait_until(lambda: "before" in self.stored(), "the first file in S3")
        open_again = gate.shut()
        process.stdin.write(b"\\n")
        process.stdin.close()
        process.stdin = None
        time.sleep(10)
        open_again()
        run = self.finish(process, job)
        self.assert_succeeded(run)
        self.assert_stored({"before": b"1", **{f"during/{i}": b"%d" % i for i in range(100)}})
        self.assertLessEqual(run.stderr.count("warning"), 1)

    def test_what_cannot_be_uploaded_is_named_and_the_job_is_what_it_was(self):
        gate = Gate()
        gate.shut()
        job = self.intermediate_job(WRITER + "write('b', b'')\nwrite('a/1', b'')")
        run = self.train(job, "--flush-timeout", "1", env=self.env(AWS_ENDPOINT_URL_S3=gate.endpoint))
        self.assert_succeeded(run)
        self.assertRegex(run.stderr, r"of the intermediate output 2 files were not uploaded (within 1\.\d s|\(the last error: .*\)):\n")
        self.assertIn("not uploaded: a/1, b\n", run.stderr)

    def test_access_that_is_denied_is_no_reason_to_wait(self):
        job = self.intermediate_job(WRITER + "write('b', b'')")
        run = self.train(job, env=self.env(AWS_SECRET_ACCESS_KEY="wrong-secret"))
        self.assert_succeeded(run)
        self.assertRegex(run.stderr, r"1 file was not uploaded \(the last error: .*secret access key does not belong.*\):\n")
        self.assertIn("not uploaded: b\n", run.stderr)
        self.assertEqual(run.stderr.count("warning"), 3)  # when it is met, and at the end
        self.assertNotIn("wrong-secret", run.stderr)

    def test_a_name_that_the_service_refuses_holds_up_nothing(self):
        job = self.intermediate_job(WRITER + """
for i in range(20): write("good/%d" % i, b"")
with open(os.fsencode(root) + b"/\\xff\\xfe", "wb"): pass
write("bad\\nname" + "x" * 200 + ("/" + "y" * 200) * 5, b"")
""")
        run = self.train(job, env=self.env())
        self.assert_succeeded(run)
        self.assertEqual(len(self.stored()), 20)
        self.assertIn("2 files were not uploaded", run.stderr)
        self.assertTrue(all(line.startswith("sm-train: ") for line in run.stderr.splitlines()), run.stderr)

    def test_sigterm_while_the_rest_is_flushed_leaves_the_grace_period(self):
        gate = Gate()
        gate.shut()
        job = self.intermediate_job(WRITER + "write('a', b'')")
        process = self.start("--base-path", job.path, "--grace-period", "0.5", env=self.env(AWS_ENDPOINT_URL_S3=gate.endpoint))
        wait_until(lambda: (job.path / "output/success").exists(), "the report")
        terminate(process)
        run = self.finish(process, job)
        self.assert_succeeded(run)
        self.assertIn("not uploaded: a\n", run.stderr)

    def test_a_large_upload_that_comes_too_late_leaves_no_parts_there(self):
        job = self.intermediate_job(WRITER + "write('large', bytes(200 << 20))")
        run = self.train(job, "--flush-timeout", "0.5", env=self.env())
        self.assert_succeeded(run)
        self.assertIn("not uploaded: large\n", run.stderr)
        uploads = SERVER._client.list_multipart_uploads(Bucket="outputs").get("Uploads", [])
        self.assertEqual([upload["Key"] for upload in uploads if self.prefix in upload["Key"]], [])


class Switch(IntermediateTest):
    def test_it_is_off_where_the_platform_looks_after_it(self):
        job = self.intermediate_job(WRITER + "write('a', b'')")
        (job.path / "output/intermediate").mkdir(parents=True)
        self.assert_succeeded(self.train(job, env=self.env()))
        self.assertEqual(self.stored(), {})

    def test_a_directory_of_this_machine_is_just_made(self):
        job = self.job({"sagemaker_s3_output": f"file://{self.directory}"}, source=WRITER + "write('a', b'')")
        run = self.train(job, env=self.env())
        self.assert_succeeded(run)
        self.assertEqual(self.stored(), {})
        self.assertEqual(os.listdir(self.directory / "ml/output/intermediate"), ["a"])
        self.assertNotIn("warning", run.stderr)

    def test_without_a_place_there_is_no_directory(self):
        job = self.job()
        self.assert_succeeded(self.train(job, env=self.env()))
        self.assertFalse((job.path / "output/intermediate").exists())

    def test_a_place_that_is_none_is_a_warning(self):
        job = self.job({"sagemaker_s3_output": "ftp://somewhere"})
        run = self.train(job, env=self.env())
        self.assert_succeeded(run)
        self.assertIn("warning: intermediate output is not uploaded: ", run.stderr)

    def test_an_option_names_the_place_too(self):
        job = self.job(source=WRITER + "write('a', b'a')")
        self.assert_succeeded(self.train(job, "--s3-output", f"s3://outputs/{self.prefix}", env=self.env()))
        self.assert_stored({"a": b"a"})


if __name__ == "__main__":
    unittest.main()
