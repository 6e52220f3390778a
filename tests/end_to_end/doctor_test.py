"""`sm-train doctor`: each thing that jobs die of, made for real, is found and told with what to do about it."""
import contextlib
import datetime
import email.utils
import http.server
import json
import os
import re
import signal
import socket
import types
import unittest

import s3_server
from sigv4_check import AUTHORIZATION, is_signed_right
from support import TIMEOUT, EndToEndTest, http_server, new_mounts, running, tar_gz, wait_until

ACCOUNT, ARN = "123456789012", "arn:aws:sts::123456789012:assumed-role/execution-role/SageMaker"
IDENTITY = (f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{ARN}</Arn><UserId>AROA:SageMaker</UserId>"
            f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
REFUSAL = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>Not valid.</Message></Error></ErrorResponse>"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDWHOAMIEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret/of+the/doctor"}


@contextlib.contextmanager
def sts():
    """A stand-in for STS that tells whoever signs right who it is; gives its URL."""

    class Sts(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
            request = types.SimpleNamespace(method="POST", path=self.path, headers=headers, body=body)
            is_known = (said and said["key"] == KEYS["AWS_ACCESS_KEY_ID"] and b"Action=GetCallerIdentity" in body
                        and is_signed_right(request, said, KEYS["AWS_SECRET_ACCESS_KEY"]))
            self.answer(*(200, IDENTITY) if is_known else (403, REFUSAL))

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with http_server(Sts) as url:
        yield url


@contextlib.contextmanager
def s3_with_clock(skew):
    """A server that takes any request and has another time; gives its URL."""

    class Skewed(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1")
            self.end_headers()
            self.wfile.write(b"x")

        def date_time_string(self, timestamp=None):
            return email.utils.format_datetime(datetime.datetime.now(datetime.timezone.utc) + skew, usegmt=True)

        def log_message(self, *_):
            pass

    with http_server(Skewed) as url:
        yield url


class Doctor(EndToEndTest):
    def examine(self, *arguments, env=None, under=()):
        """The findings by name, and the exit code."""
        run = self.finish(self.start("doctor", "--json", *arguments, env=env, under=under))
        self.assertIn(run.code, (0, 1), run.stderr)
        self.assertEqual(run.stderr, "")
        report = json.loads(run.stdout)
        findings = {finding["name"]: finding for finding in report["findings"]}
        self.assertEqual(len(findings), len(report["findings"]))
        for verdict in "passed", "warning", "failed", "skipped":
            self.assertEqual(report[verdict], sum(each["verdict"] == verdict for each in findings.values()))
        self.assertEqual(run.code, 1 if report["failed"] else 0)
        return findings, run.code

    def assert_finding(self, findings, name, verdict, *said):
        finding = findings[name]
        self.assertEqual(finding["verdict"], verdict, finding)
        for pattern in said:
            self.assertRegex(finding["what"] + "\n" + finding["remedy"], pattern)
        if verdict in ("warning", "failed"):
            self.assertNotEqual(finding["remedy"], "", finding)

    def of_job(self, job, *arguments, env=None, under=()):
        return self.examine("--base-path", job.path, *arguments, env=env, under=under)

    def test_a_job_that_would_run_passes_on_a_machine_without_credentials(self):
        job = self.job({"epochs": 3}, channels=["training"])
        job.write("input/data/training/file", "x")
        before = sorted(job.path.rglob("*"))
        findings, code = self.of_job(job)
        self.assertEqual(code, 0, findings)
        self.assertEqual(sorted(job.path.rglob("*")), before)
        self.assert_finding(findings, "program", "passed", "train.py` would run")
        self.assert_finding(findings, "interpreter", "passed", r"is Python 3\.\d+\.\d+")
        for name in "credentials", "identity", "code-in-s3", "hosts":
            self.assert_finding(findings, name, "skipped")
        self.assert_succeeded(self.train(job))

    def test_an_image_without_a_job_is_examined_and_nothing_fails_for_want_of_one(self):
        if os.path.exists("/opt/ml"):
            self.skipTest("this machine has an /opt/ml")
        findings, code = self.examine()
        self.assertEqual(code, 0, findings)
        self.assert_finding(findings, "job", "warning", "sm-train init DIR")
        self.assert_finding(findings, "interpreter", "passed")

    def test_a_job_that_is_named_and_not_there_fails(self):
        findings, code = self.examine("--base-path", self.directory / "none")
        self.assertEqual(code, 1, findings)
        self.assertEqual([name for name, each in findings.items() if each["verdict"] == "failed"], ["job"])

    def test_the_text_has_a_line_for_each_and_no_colour_where_it_is_no_terminal(self):
        job = self.job(program="trian.py", source=None)
        job.write("code/train.py", "")
        run = self.run_binary("doctor", "--base-path", job.path)
        text = run.stdout.decode()
        self.assertEqual(run.code, 1)
        self.assertNotIn("\x1b", text)
        self.assertRegex(text, r"(?m)^FAIL  program  +The program trian\.py is no file in")
        self.assertRegex(text, r"(?m)^ +-> Set sagemaker_program")
        self.assertRegex(text, r"\n1 failed, \d+ warnings?, \d+ passed, \d+ skipped\n\Z")
        for line in text.splitlines():
            self.assertTrue(len(line) <= 80 or len(line.split()) <= 2, line)

    def test_a_terminal_has_colours_unless_it_is_told_to_have_none(self):
        job = self.job()
        for env, has_colour in ({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False):
            with self.subTest(env):
                ours, theirs = os.openpty()
                process = self.start("doctor", "--base-path", job.path, env=env, stdout=theirs)
                os.close(theirs)
                output = b""
                with contextlib.suppress(OSError):  # the end of a terminal
                    while block := os.read(ours, 65536):
                        output += block
                os.close(ours)
                process.wait(TIMEOUT)
                self.assertEqual(b"\x1b[32mok\x1b[0m" in output, has_colour, output)

    def test_configs_that_cannot_be_read_are_told_all_at_once(self):
        job = self.job()
        job.write("input/config/hyperparameters.json", "{\"a\": }")
        job.write("input/config/resourceconfig.json", "{\"current_host\": \"algo-1\", \"hosts\": 3}")
        findings, code = self.of_job(job)
        self.assertEqual(code, 1)
        self.assert_finding(findings, "hyperparameters", "failed", "hyperparameters.json", "line 1")
        self.assert_finding(findings, "resourceconfig", "failed", "resourceconfig.json", "hosts")
        self.assert_finding(findings, "inputdataconfig", "passed")
        self.assert_finding(findings, "program", "skipped")

    def test_a_missing_program_is_told_with_what_may_have_been_meant(self):
        job = self.job(program="trian.py", source=None)
        job.write("code/train.py", "")
        findings, _ = self.of_job(job)
        self.assert_finding(findings, "program", "failed", "Did you mean train.py?")
        findings, _ = self.of_job(job, "--program", "train.py")
        self.assert_finding(findings, "program", "passed")

    def test_code_in_another_directory_is_looked_at_there_with_its_requirements(self):
        job = self.job(source=None)
        source = self.directory / "source"
        source.mkdir()
        (source / "train.py").write_text("")
        (source / "requirements.txt").write_text("no-such-package-of-anybody")
        findings, code = self.of_job(job, "--submit-directory", source)
        self.assertEqual(code, 0, findings)
        self.assert_finding(findings, "installation", "passed", "requirements.txt would be installed by")
        findings, _ = self.of_job(job, "--submit-directory", self.directory / "nowhere")
        self.assert_finding(findings, "program", "failed", "nowhere")

    def test_an_interpreter_that_cannot_run_fails(self):
        job = self.job()
        python = job.write("broken/python3", "#!/bin/sh\nexit 127\n", mode=0o755)
        findings, _ = self.of_job(job, "--python", python)
        self.assert_finding(findings, "interpreter", "failed", "exit code 127")
        findings, _ = self.of_job(job, "--python", "/nonexistent")
        self.assert_finding(findings, "interpreter", "failed", "/nonexistent is not there")

    def test_an_interpreter_that_a_signal_kills_fails(self):
        job = self.job()
        venv = self.directory / "venv/bin/python"
        venv.parent.mkdir(parents=True)
        venv.write_text("#!/bin/sh\nkill -SEGV $$\n")
        venv.chmod(0o755)
        findings, _ = self.of_job(job, env={"VIRTUAL_ENV": str(venv.parent.parent)})
        self.assert_finding(findings, "interpreter", "failed", "exit code 139")

    def test_who_the_credentials_are_is_told_and_no_secret(self):
        job = self.job()
        with sts() as url:
            env = {**KEYS, "AWS_SESSION_TOKEN": "token-of-the-session", "AWS_ENDPOINT_URL_STS": url}
            findings, code = self.of_job(job, env=env)
            self.assertEqual(code, 0, findings)
            self.assert_finding(findings, "credentials", "passed", r"The key \.\.\.MPLE comes from: environment")
            self.assert_finding(findings, "identity", "passed", re.escape(ARN), ACCOUNT)
            text = json.dumps(findings)
            for secret in KEYS["AWS_SECRET_ACCESS_KEY"], "token-of-the-session", KEYS["AWS_ACCESS_KEY_ID"]:
                self.assertNotIn(secret, text)
            # Keys that nobody knows are a fault where the job needs them, and else worth a word.
            env["AWS_ACCESS_KEY_ID"] = "AKIDNOBODYKNOWS00"
            findings, code = self.of_job(job, env=env)
            self.assertEqual(code, 0)
            self.assert_finding(findings, "identity", "warning", "403 InvalidClientTokenId: Not valid.")
            findings, code = self.of_job(job, "--s3-output", "s3://bucket/out", env=env)
            self.assertEqual(code, 1)
            self.assert_finding(findings, "identity", "failed")

    def test_half_a_pair_of_keys_and_an_unknown_profile_fail_where_the_job_needs_them(self):
        job = self.job()
        with_s3 = ("--submit-directory", "s3://bucket/sourcedir.tar.gz")
        half = {"AWS_ACCESS_KEY_ID": "AKID"}
        self.assert_finding(self.of_job(job, *with_s3, env=half)[0], "credentials", "failed", "AWS_SECRET_ACCESS_KEY")
        self.assert_finding(self.of_job(job, env=half)[0], "credentials", "warning", "AWS_SECRET_ACCESS_KEY")
        findings, _ = self.of_job(job, *with_s3, env={"AWS_PROFILE": "nobody"})
        self.assert_finding(findings, "region", "failed", "nobody")
        findings, _ = self.of_job(job, *with_s3)
        self.assert_finding(findings, "credentials", "failed", "No AWS credentials were found", "execution role")
        self.assert_finding(findings, "code-in-s3", "skipped", "without credentials")

    def test_the_region_is_told_with_the_setting_that_names_it(self):
        job = self.job()
        self.assert_finding(self.of_job(job, env={"AWS_REGION": "eu-west-1"})[0], "region", "passed",
                            r"eu-west-1 \(AWS_REGION\)")
        findings, _ = self.of_job(job, "--s3-output", "s3://b/o", env={"AWS_REGION": "no region"})
        self.assert_finding(findings, "region", "failed", "no region")

    def test_code_on_a_real_s3_is_found_with_its_size_or_told_missing(self):
        job = self.job(source=None)
        with s3_server.S3Server() as s3:
            archive = s3.put("bucket", "code/sourcedir.tar.gz", tar_gz({"train.py": ""}) + b"\0" * 20_000_000)
            findings, code = self.of_job(job, "--submit-directory", archive, env=s3.env())
            self.assertEqual(code, 0, findings)
            self.assert_finding(findings, "code-in-s3", "passed", "sourcedir.tar.gz has 19.1 MiB")
            self.assert_finding(findings, "clock", "passed", "the service's")
            self.assert_finding(findings, "identity", "skipped", "S3 is asked at http://127.0.0.1")
            self.assert_finding(findings, "program", "skipped", "was not looked into", "sm-train fetch")
            self.assertEqual(job.code_files(), [])
            for uri, verdict, said in (("s3://bucket/code/", "passed", "has objects"),
                                       ("s3://bucket/cod/", "failed", "no object"),
                                       ("s3://bucket/code/sourcedir.tar", "failed", "NoSuchKey"),
                                       ("s3://nowhere/code/sourcedir.tar.gz", "failed", "NoSuchBucket"),
                                       ("s3:///code", "failed", "bucket")):
                with self.subTest(uri):
                    findings, _ = self.of_job(job, "--submit-directory", uri, env=s3.env())
                    self.assert_finding(findings, "code-in-s3", verdict, said)
            findings, code = self.of_job(job, "--submit-directory", archive,
                                         env={**s3.env(), "AWS_SECRET_ACCESS_KEY": "wrong"})
            self.assert_finding(findings, "code-in-s3", "failed", "403 SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY")

    def test_a_clock_that_is_off_fails(self):
        job = self.job(source=None)
        for skew, verdict, said in ((datetime.timedelta(minutes=20), "failed", "behind the service's"),
                                    (datetime.timedelta(minutes=-20), "failed", "ahead of the service's"),
                                    (datetime.timedelta(0), "passed", "the service's")):
            with self.subTest(skew), s3_with_clock(skew) as url:
                findings, _ = self.of_job(job, "--submit-directory", "s3://bucket/sourcedir.tar.gz",
                                          env={**KEYS, "AWS_ENDPOINT_URL_S3": url})
                self.assert_finding(findings, "clock", verdict, said)

    def test_a_service_that_does_not_answer_is_given_up_and_the_other_checks_go_on(self):
        job = self.job(source=None)
        with socket.socket() as silent:  # takes connections, and says nothing
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            env = {**KEYS, "AWS_ENDPOINT_URL_S3": url, "AWS_ENDPOINT_URL_STS": url + "/sts"}
            findings, code = self.of_job(job, "--submit-directory", "s3://bucket/sourcedir.tar.gz", env=env)
        self.assertEqual(code, 1)
        self.assert_finding(findings, "code-in-s3", "failed", "No byte came for 3000 ms")
        self.assert_finding(findings, "identity", "warning", "No byte came for 3000 ms")
        self.assert_finding(findings, "clock", "passed", "no service was asked")

    def test_names_of_hosts_that_do_not_resolve_fail(self):
        job = self.job()
        job.write("input/config/resourceconfig.json", json.dumps(
            {"current_host": "algo-1", "hosts": ["localhost", "algo-1.invalid"]}))
        config = json.loads((job.path / "input/config/resourceconfig.json").read_text())
        job.write("input/config/resourceconfig.json", json.dumps({**config, "current_host": "localhost"}))
        findings, code = self.of_job(job)
        self.assertEqual(code, 1)
        self.assert_finding(findings, "hosts", "failed", "algo-1.invalid")

    def test_an_engine_whose_tools_are_not_there_fails(self):
        job = self.job({"sagemaker_torch_distributed_enabled": True})
        findings, _ = self.of_job(job, env={"PATH": "/nonexistent"})
        self.assert_finding(findings, "engine", "failed", "torchrun")
        tool = job.write("bin/torchrun", "#!/bin/sh\n", mode=0o755)
        findings, _ = self.of_job(job, env={"PATH": str(tool.parent)})
        self.assert_finding(findings, "engine", "passed", "by torchrun")

    def test_gpus_are_counted_and_the_driver_held_against_the_images_cuda(self):
        job = self.job()
        config = json.loads((job.path / "input/config/resourceconfig.json").read_text())
        job.write("input/config/resourceconfig.json", json.dumps({**config, "current_instance_type": "ml.g5.xlarge"}))
        driver = {"LD_LIBRARY_PATH": os.environ["FAKE_LIBCUDA"], "FAKE_CUDA_DEVICES": "4", "FAKE_CUDA_VERSION": "12020"}
        for cuda, verdict, said in (("12.2.0", "passed", "4 GPUs"), ("12.4.1", "warning", "up to 12.2"),
                                    ("13.0.0", "failed", r"13\.0 \(CUDA_VERSION\)")):
            with self.subTest(cuda):
                findings, _ = self.of_job(job, env={**driver, "CUDA_VERSION": cuda})
                self.assert_finding(findings, "gpus", verdict, said)
        findings, _ = self.of_job(job, env={**driver, "FAKE_CUDA_STATUS": "803"})
        self.assert_finding(findings, "gpus", "failed", "fails with 803", "libcuda.so.1")
        findings, _ = self.of_job(job, env={**driver, "FAKE_CUDA_STATUS": "100"})
        self.assert_finding(findings, "gpus", "failed", "no GPU", "ml.g5.xlarge should have some", "--gpus all")

    def test_channels_without_files_are_told(self):
        job = self.job(channels=["training", "test"])
        self.assert_finding(self.of_job(job)[0], "channels", "warning", "input/data/training", "input/data/test")
        (job.path / "input/data/test").rmdir()
        self.assert_finding(self.of_job(job)[0], "channels", "failed", "input/data/test")

    def test_a_bundle_of_certificates_that_holds_none_fails_where_https_is_spoken(self):
        job = self.job(source=None)
        env = {**KEYS, "AWS_CA_BUNDLE": str(job.write("empty.pem", "")), "AWS_ENDPOINT_URL": "https://127.0.0.1:1"}
        findings, _ = self.of_job(job, "--submit-directory", "s3://bucket/code.tar.gz", env=env)
        self.assert_finding(findings, "certificates", "failed", r"empty.pem \(AWS_CA_BUNDLE\) holds no certificate")
        findings, _ = self.of_job(job, "--program", "train.py", env={"AWS_CA_BUNDLE": env["AWS_CA_BUNDLE"]})
        self.assert_finding(findings, "certificates", "warning")

    def test_limits_that_are_low_are_told(self):
        job = self.job()
        findings, _ = self.of_job(job, under=["sh", "-c", 'ulimit -n 200; exec "$@"', "-"])
        self.assert_finding(findings, "limits", "warning", "200 open files", "--ulimit nofile=65536")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_an_output_that_this_user_cannot_write_fails(self):
        job = self.job()
        self.directory.chmod(0o755)
        run = self.finish(self.start("doctor", "--json", "--base-path", job.path, user=65534, group=65534, extra_groups=[]))
        findings = {finding["name"]: finding for finding in json.loads(run.stdout)["findings"]}
        self.assert_finding(findings, "directories", "failed", r"User 65534 cannot write", r"\(output\)", r"\(model\)")

    def in_mounts(self, script, job):
        """The findings after `script` has mounted something that goes with the run."""
        under, why = new_mounts()
        if why:
            self.skipTest(why)
        return self.of_job(job, under=[*under, "sh", "-ec", script + '\nexec "$@"', "-"])[0]

    def test_a_full_volume_fails(self):
        job = self.job()
        model = job.path / "model"
        findings = self.in_mounts(f"mount -t tmpfs -o size=1m tmpfs {model}; head -c 2m /dev/zero >{model}/x 2>&- || :", job)
        self.assert_finding(findings, "disk", "failed", "0 B of 1.0 MiB are free for model", "VolumeSizeInGB")
        findings = self.in_mounts(f"mount -t tmpfs -o nr_inodes=1 tmpfs {model}", job)
        self.assert_finding(findings, "disk", "failed", "no inode")

    def test_a_volume_that_is_read_only_fails(self):
        job = self.job()
        findings = self.in_mounts(f"mount -t tmpfs -o ro tmpfs {job.path}/model", job)
        self.assert_finding(findings, "directories", "failed", r"\(model\): Read-only file system")

    def test_the_shared_memory_of_docker_is_a_warning(self):
        job = self.job()
        findings = self.in_mounts("mount -t tmpfs -o size=64m tmpfs /dev/shm", job)
        self.assert_finding(findings, "shared-memory", "warning", "64.0 MiB", "--shm-size")
        findings = self.in_mounts("mount -t tmpfs -o size=2g tmpfs /dev/shm", job)
        self.assert_finding(findings, "shared-memory", "passed", "2.0 GiB")

    def test_sigterm_ends_it_while_it_waits(self):
        job = self.job()
        python = job.write("slow/python3", f"#!/bin/sh\necho $$ >{self.directory}/pid\nexec sleep 1000\n", mode=0o755)
        process = self.start("doctor", "--base-path", job.path, "--python", python)
        pid = int(wait_until(lambda: (self.directory / "pid").exists() and (self.directory / "pid").read_text(), "python"))
        process.send_signal(signal.SIGTERM)
        run = self.finish(process)
        self.assertEqual((run.code, run.stdout), (143, b""), run.stderr)
        wait_until(lambda: not running(pid), "the interpreter's end")

    def test_it_is_no_job_and_leaves_no_report(self):
        job = self.job(program="none.py", source=None)
        self.of_job(job)
        self.assertIsNone(job.failure())
        run = self.run_binary("doctor", "--base-path", job.path, "--hots")
        self.assertEqual(run.code, 64)
        self.assertIsNone(job.failure())


if __name__ == "__main__":
    unittest.main()
