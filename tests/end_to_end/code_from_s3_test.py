"""The code fetched from a real S3 server, which verifies signatures."""
import hashlib
import http.server
import os
import unittest

from s3_server import S3Server
from support import EndToEndTest, http_server, tar_gz

SERVER = S3Server()


def setUpModule():
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__()


PROGRAM = "import helper; print(helper.NAME)"
CODE = {"train.py": PROGRAM, "helper.py": "NAME = 'from S3'"}


class S3Test(EndToEndTest):
    def fetch(self, uri, env=None, code=None):
        """Runs a job whose submit directory is `uri`; gives the run and the job."""
        job = self.job({"sagemaker_submit_directory": uri}, source=None)
        for name, text in (code or {}).items():
            job.write(f"code/{name}", text)
        return self.train(job, env={**SERVER.env(), **(env or {})}), job


class CodeFromS3(S3Test):
    def assert_runs(self, uri, env=None):
        run, job = self.fetch(uri, env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"from S3\n")
        self.assertEqual(job.code_files(), ["helper.py", "train.py"])
        self.assertLessEqual({path.name for path in job.path.iterdir()}, {"input", "code", "model", "output"})
        return run

    def test_a_tar_gz_is_extracted_and_run(self):
        self.assert_runs(SERVER.put("jobs", "job-1/source/sourcedir.tar.gz", tar_gz(CODE)))

    def test_other_archives_are_known_by_their_bytes_and_not_by_their_name(self):
        for mode in ("w:", "w:bz2", "w:xz"):
            with self.subTest(mode):
                self.directory = self.directory / mode.replace(":", "-")
                self.assert_runs(SERVER.put("jobs", "sourcedir.tar.gz", tar_gz(CODE, mode)))

    def test_a_lone_file_is_put_into_code_under_its_name(self):
        run, job = self.fetch(SERVER.put("jobs", "scripts/train.py", b"print('alone')"))
        self.assert_succeeded(run)
        self.assertEqual((run.stdout, job.code_files()), (b"alone\n", ["train.py"]))

    def test_keys_with_odd_characters_are_taken_to_the_letter(self):
        for number, key in enumerate(("with space/a.tgz", "a+b=c&d.tgz", "100%/%41.tgz", "é/漢字/😀.tgz",
                                      "what?is#this.tgz", "it's (a) [b] ~!*.tgz", "double//slash.tgz")):
            with self.subTest(key):
                self.directory = self.directory / str(number)
                self.assert_runs(SERVER.put("odd", key, tar_gz(CODE)))

    def test_a_20_megabyte_object_arrives_whole(self):
        data = os.urandom(20_000_000)
        program = """
            import hashlib
            print(hashlib.sha256(open("data.bin", "rb").read()).hexdigest())
        """
        run, _ = self.fetch(SERVER.put("jobs", "large.tar.gz", tar_gz({"train.py": program, "data.bin": data})))
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode().strip(), hashlib.sha256(data).hexdigest())

    def test_code_that_is_there_already_stays_and_is_overlaid(self):
        run, job = self.fetch(SERVER.put("jobs", "overlay.tar.gz", tar_gz(CODE)),
                              code={"helper.py": "NAME = 'old'", "extra.py": ""})
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"from S3\n")
        self.assertEqual(job.code_files(), ["extra.py", "helper.py", "train.py"])

    def test_no_secret_is_printed(self):
        secret = "do-not-print-this-secret"
        run, job = self.fetch(SERVER.put("jobs", "secret.tar.gz", tar_gz(CODE)), env={"AWS_SECRET_ACCESS_KEY": secret})
        self.assertEqual(run.code, 77)
        self.assertNotIn(secret, run.stderr + run.failure)


class CodeThatCannotBeHad(S3Test):
    def test_a_wrong_secret_is_denied(self):
        uri = SERVER.put("jobs", "denied.tar.gz", tar_gz(CODE))
        run, job = self.fetch(uri, env={"AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assert_fault(run, 77, uri, r"(?i)secret|credential")
        self.assert_nothing_fetched(job)

    def test_no_credentials_at_all_are_denied_with_what_was_looked_for(self):
        uri = SERVER.put("jobs", "anonymous.tar.gz", tar_gz(CODE))
        job = self.job({"sagemaker_submit_directory": uri}, source=None)
        env = {name: value for name, value in SERVER.env().items()
               if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        run = self.train(job, env=env)
        self.assert_fault(run, 77, "(?i)credentials", "AWS_ACCESS_KEY_ID")
        self.assert_nothing_fetched(job)

    def test_a_missing_key_is_no_input(self):
        SERVER.put("jobs", "something-else", b"x")
        run, job = self.fetch("s3://jobs/no/such/sourcedir.tar.gz")
        self.assert_fault(run, 66, "s3://jobs/no/such/sourcedir.tar.gz", "(?i)check|key")
        self.assert_nothing_fetched(job)

    def test_a_missing_bucket_is_no_input(self):
        run, job = self.fetch("s3://no-such-bucket/sourcedir.tar.gz")
        self.assert_fault(run, 66, "s3://no-such-bucket/sourcedir.tar.gz", "(?i)bucket")
        self.assert_nothing_fetched(job)

    def test_an_endpoint_that_nobody_listens_on_is_unavailable(self):
        with http_server(http.server.BaseHTTPRequestHandler) as closed:
            pass
        run, job = self.fetch("s3://jobs/sourcedir.tar.gz", env={"AWS_ENDPOINT_URL_S3": closed})
        self.assert_fault(run, 69, "s3://jobs/sourcedir.tar.gz", closed.removeprefix("http://"))
        self.assert_nothing_fetched(job)

    def test_a_corrupt_archive_leaves_nothing(self):
        whole = tar_gz({**CODE, "data.bin": os.urandom(500_000)})
        middle = len(whole) // 2
        broken = {"cut": whole[:middle], "flipped": whole[:middle] + bytes(64) + whole[middle + 64:]}
        for name, data in broken.items():
            with self.subTest(name):
                self.directory = self.directory / name
                uri = SERVER.put("jobs", f"{name}.tar.gz", data)
                run, job = self.fetch(uri)
                self.assert_fault(run, 65, uri)
                self.assert_nothing_fetched(job)

    def test_an_archive_that_leaves_code_is_refused(self):
        for number, entry in enumerate(("../outside.py", "/tmp/sm-train-outside.py", "a/../../outside.py")):
            with self.subTest(entry):
                self.directory = self.directory / str(number)
                uri = SERVER.put("jobs", "escape.tar.gz", tar_gz({**CODE, entry: "print()"}))
                run, job = self.fetch(uri)
                self.assert_fault(run, 65, uri, "outside.py")
                self.assert_nothing_fetched(job)
                self.assertFalse(os.path.exists("/tmp/sm-train-outside.py"))

    def test_code_that_was_there_is_as_it_was_when_the_archive_is_corrupt(self):
        uri = SERVER.put("jobs", "broken.tar.gz", tar_gz(CODE)[:-60])
        run, job = self.fetch(uri, code={"train.py": "print('old')"})
        self.assert_fault(run, 65, uri)
        self.assertEqual(job.code_files(), ["train.py"])
        self.assertEqual((job.path / "code/train.py").read_text(), "print('old')")

    def test_a_server_that_fails_a_few_times_is_asked_again(self):
        body = tar_gz(CODE)
        answers = [500, 503, 200]

        class Flaky(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                code = answers.pop(0)
                self.send_response(code)
                self.send_header("Content-Length", str(len(body) if code == 200 else 0))
                self.end_headers()
                if code == 200:
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        with http_server(Flaky) as endpoint:
            run, job = self.fetch("s3://jobs/flaky.tar.gz", env={"AWS_ENDPOINT_URL_S3": endpoint})
        self.assert_succeeded(run)
        self.assertEqual(answers, [])


if __name__ == "__main__":
    unittest.main()
