"""What the end-to-end tests share: a mock /opt/ml, the built binary run on it, and what came out.

The binary is a black box here: its path comes in the environment variable SM_TRAIN.
"""
import contextlib
import dataclasses
import http.server
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import threading
import time
import unittest

SM_TRAIN = os.environ.get("SM_TRAIN", "")

# A bound against hanging. A machine under load, or a sanitizer, may make any of this many times slower.
TIMEOUT = 120

# Writes what it was given into SM_MODEL_DIR; reads its own arguments without argparse, so that it takes any.
RECORDER = """
import json, os, sys
with open(os.path.join(os.environ["SM_MODEL_DIR"], "record.json"), "w") as file:
    json.dump({"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd()}, file)
"""


# Starts "$2" with what follows it, and writes its peak memory in bytes into the file "$1": from a process that is small
# itself, since what forked a program counts into the program's own peak.
PEAK = """
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclasses.dataclass
class Run:
    """What a run of the binary left."""
    code: int
    stdout: bytes
    stderr: str
    failure: "str | None"  # the text of output/failure
    success: bool  # whether output/success exists


def clean_env(home):
    """An environment in which nothing of this machine's own settings (pip's, AWS's, Python's) takes part."""
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home),
            "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}


def as_the_sdk_writes(hyperparameters):
    """The SageMaker SDK JSON-encodes every value: a string arrives with its quotes."""
    return {name: json.dumps(value) for name, value in hyperparameters.items()}


class MockOptMl:
    """A mock /opt/ml. Hyperparameters are given as plain values."""

    def __init__(self, path, hyperparameters=None, channels=()):
        self.path = pathlib.Path(path)
        for name in ("input/config", "input/data", "code", "model", "output/data"):
            (self.path / name).mkdir(parents=True)
        self.write("input/config/hyperparameters.json", json.dumps(as_the_sdk_writes(hyperparameters or {})))
        self.write("input/config/resourceconfig.json", json.dumps({
            "current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}))
        self.write("input/config/inputdataconfig.json", json.dumps({
            channel: {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated",
                      "RecordWrapperType": "None"} for channel in channels}))
        for channel in channels:
            (self.path / "input/data" / channel).mkdir()

    def write(self, name, content, mode=None):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(textwrap.dedent(content), encoding="utf-8")
        if mode is not None:
            path.chmod(mode)
        return path

    def failure(self):
        path = self.path / "output/failure"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def record(self):
        """What RECORDER wrote."""
        return json.loads((self.path / "model/record.json").read_text())

    def code_files(self):
        """The files under code/, as sorted relative names; what a run of Python leaves there does not count."""
        code = self.path / "code"
        return sorted(str(path.relative_to(code)) for path in code.rglob("*")
                      if path.is_file() and "__pycache__" not in path.parts)


class EndToEndTest(unittest.TestCase):
    """Gives each test a directory of its own and ways to run the binary."""

    def setUp(self):
        self.assertTrue(os.access(SM_TRAIN, os.X_OK), f"SM_TRAIN={SM_TRAIN!r} names no program")
        directory = tempfile.TemporaryDirectory(prefix="sm-train-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.home = self.directory / "home"
        self.home.mkdir()

    def job(self, hyperparameters=None, channels=(), program="train.py", source=RECORDER):
        """A mock /opt/ml whose code/ holds one program; with source=None code/ stays empty."""
        settings = {"sagemaker_program": program} if program else {}
        job = MockOptMl(self.directory / "ml", {**settings, **(hyperparameters or {})}, channels)
        if source is not None:
            job.write(f"code/{program}", source)
        return job

    def start(self, *arguments, env=None, under=(), **popen):
        """The binary as a running process, by way of a command `under` which starts the one that follows it. It is killed
        where a test leaves it behind."""
        popen = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        process = subprocess.Popen([*map(str, under), SM_TRAIN, *map(str, arguments)],
                                   env={**clean_env(self.home), **(env or {})}, cwd=self.directory, **popen)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for stream in filter(None, (process.stdout, process.stderr)):
            self.addCleanup(stream.close)
        return process

    def finish(self, process, job=None):
        """Waits for a started binary to end."""
        stdout, stderr = process.communicate(timeout=TIMEOUT)
        return Run(code=process.returncode, stdout=stdout, stderr=stderr.decode("utf-8", "replace"),
                   failure=job.failure() if job else None,
                   success=(job.path / "output/success").exists() if job else False)

    def run_binary(self, *arguments, env=None):
        """The binary with a command line of the test's own."""
        return self.finish(self.start(*arguments, env=env))

    def train(self, job, *arguments, env=None):
        """`sm-train train --base-path JOB ...`"""
        return self.finish(self.start("train", "--base-path", job.path, *arguments, env=env), job)

    def assert_succeeded(self, run):
        self.assertEqual(run.code, 0, run.stderr)
        self.assertTrue(run.success, "output/success is missing")
        self.assertIsNone(run.failure)

    def assert_fault(self, run, code, *said):
        """A fault of the launcher's own: its exit code, and each of `said` (regular expressions: the file, key or
        URI, and the remedy) in the one error on stderr and in output/failure."""
        self.assertEqual(run.code, code, run.stderr)
        self.assertFalse(run.success, "output/success was written")
        self.assertIsNotNone(run.failure, "output/failure is missing; stderr:\n" + run.stderr)
        self.assertLessEqual(len(run.failure), 1024)
        for pattern in said:
            self.assertRegex(run.stderr, pattern)
            self.assertRegex(run.failure, pattern)
        self.assertNotIn("terminate called", run.stderr)
        self.assertEqual(run.stdout, b"")

    def assert_nothing_fetched(self, job):
        """Nothing half-extracted stays in code/, nor beside it."""
        self.assertEqual(list((job.path / "code").iterdir()) if (job.path / "code").exists() else [], [])
        self.assertLessEqual({path.name for path in job.path.iterdir()},
                             {"input", "code", "model", "output", "checkpoints"})


# What CTest shows as skipped: SKIP_RETURN_CODE.
SKIPPED = 77


def main():
    """As unittest.main(), but that CTest does not take for passed what was skipped; the output says why it was."""
    result = unittest.main(exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}", file=sys.stderr)
    sys.exit(SKIPPED if result.skipped else 0)


def tar_gz(files, mode="w:gz"):
    """The bytes of an archive. `files` maps names to text or bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else textwrap.dedent(content).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mode = 0o755 if data.startswith(b"#!") else 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@contextlib.contextmanager
def http_server(handler):
    """A server of the test's own on loopback; gives its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def stalling_server(head=b"\x1f\x8b", size=100_000_000):
    """A server that promises `size` bytes and sends `head` of them; gives its URL, and the paths it was asked for."""
    asked = []

    class Stalling(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(head)
            self.wfile.flush()
            asked.append(self.path)
            with contextlib.suppress(ConnectionError):
                self.rfile.read()  # until the client goes

        def log_message(self, *_):
            pass

    with http_server(Stalling) as endpoint:
        yield endpoint, asked


@contextlib.contextmanager
def pausing_server(body):
    """A server that sends the first half of `body`, and the rest when its event is set; gives its URL and the event."""
    go_on = threading.Event()

    class Pausing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            middle = len(body) // 2
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body[:middle])
                go_on.wait(TIMEOUT)
                self.wfile.write(body[middle:])

        def log_message(self, *_):
            pass

    with http_server(Pausing) as endpoint:
        yield endpoint, go_on


def wait_until(condition, what):
    """Waits until `condition()` gives something true, and gives that."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"waited in vain for {what}")


def unshared(options, trial):
    """A command that runs another in namespaces of its own, or why there is none; `trial` must succeed there."""
    tried = []
    for command in (["unshare", *options], ["unshare", "--map-root-user", *options]):
        run = subprocess.run([*command, *trial], capture_output=True, text=True)
        if run.returncode == 0:
            return command, None
        tried.append(f"{' '.join(command)}: {run.stderr.strip()}")
    return None, "no such namespace can be had here: " + "; ".join(tried)


def new_mounts():
    """A command that runs another with mounts of its own, or why there is none."""
    return unshared(["--mount"], ["mount", "-t", "tmpfs", "tmpfs", "/mnt"])


def as_pid_1():
    """A command that runs another as PID 1 of its own namespace, with its own /proc, or why there is none."""
    return unshared(["--pid", "--fork", "--mount-proc"], ["true"])


def running(pid):
    """Whether a process is there and is no zombie."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def terminate(process):
    process.send_signal(signal.SIGTERM)
