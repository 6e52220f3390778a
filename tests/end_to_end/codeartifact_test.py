"""Installing from the CodeArtifact repository that CA_REPOSITORY_ARN names: real pip, in a virtual environment, and in
CodeArtifact's place a stand-in, codeartifact_server.py."""
import json
import socket
import unittest

from codeartifact_server import ARN, ENDPOINT_CALL, SECRET_KEY, TOKEN, TOKEN_CALL, CodeArtifact
from package_index import PYPROJECT, PackageIndex, Venvs, pip_env
from support import EndToEndTest, terminate, wait_until

# Each Python of the virtual environment, pip's own children too, tells with what it was started.
RECORD_START = ("import json, os; print(json.dumps([open('/proc/self/cmdline').read(), dict(os.environ)]), "
                "file=open({file!r}, 'a'), flush=True)\n")


def setUpModule():
    global VENVS
    VENVS = Venvs()


def tearDownModule():
    VENVS.remove()


class CodeArtifactTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.service = CodeArtifact(self.directory / "served")
        server = self.service.serve()
        self.url = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        self.temporary = self.directory / "tmp"
        self.temporary.mkdir()
        # The image's own index is one that nobody serves.
        self.env = {**VENVS.make(self.directory / "venv"), **pip_env("http://127.0.0.1:1"), "PIP_NO_INPUT": "1",
                    "TMPDIR": str(self.temporary), **self.service.env(self.url)}

    def job_that_requires(self, *requirements, **settings):
        job = self.job(**settings)
        job.write("code/requirements.txt", "".join(line + "\n" for line in requirements))
        return job

    def assert_kept_secret(self, run):
        for text in (run.stderr, run.stdout.decode(), run.failure or ""):
            self.assertNotIn(TOKEN, text)
            self.assertNotIn(SECRET_KEY, text)
        self.assertEqual(list(self.temporary.iterdir()), [], "something was left behind")

    def assert_not_run(self, job):
        self.assertFalse((job.path / "model/record.json").exists(), "the program was run")


class Installing(CodeArtifactTest):
    def record_starts(self):
        """Gives a function that tells the command lines and environments so far."""
        file = self.directory / "starts"
        packages = next((self.directory / "venv").glob("lib/*/site-packages"))
        (packages / "record.pth").write_text(RECORD_START.format(file=str(file)))
        return lambda: [json.loads(line) for line in file.read_text().splitlines()]

    def test_a_package_comes_from_the_repository_and_the_token_reaches_no_command_line_and_no_program(self):
        self.service.index.add("dependency_a", "1.2", "NAME = 'a'")
        starts = self.record_starts()
        job = self.job_that_requires("dependency_a", source="import dependency_a; print(dependency_a.NAME)")
        run = self.train(job, "--log-level", "DEBUG", env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"a\n")
        self.assertEqual(run.stderr.count(f"sm-train: using the CodeArtifact repository {ARN}\n"), 1)
        self.assertEqual(self.service.calls, [TOKEN_CALL, ENDPOINT_CALL])
        self.assertIn("/pypi/my-repo/simple/dependency-a/", self.service.files)
        self.assert_kept_secret(run)
        *before, (program, program_env) = starts()
        (pip_env_seen, *_) = [env for cmdline, env in before if "\0pip\0install\0" in cmdline]
        self.assertEqual(pip_env_seen["CODEARTIFACT_AUTH_TOKEN"], TOKEN)
        self.assertIn("train.py", program)
        self.assertNotIn(TOKEN, json.dumps([cmdline for cmdline, _ in starts()]))
        self.assertNotIn(TOKEN, json.dumps(program_env))
        self.assertEqual(program_env["PIP_INDEX_URL"], self.env["PIP_INDEX_URL"])
        self.assertNotIn("NETRC", program_env)

    def test_a_build_backend_comes_from_there_too_by_a_pip_that_has_no_token_on_its_command_line(self):
        starts = self.record_starts()
        job = self.job(program="trainer", source=None)
        job.write("code/pyproject.toml", PYPROJECT)
        job.write("code/trainer/__init__.py", "")
        job.write("code/trainer/__main__.py", "print('built')")
        run = self.train(job, env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"built\n")
        cmdlines = [cmdline for cmdline, _ in starts()]
        self.assertTrue([line for line in cmdlines if f"-i\0{self.url}/pypi/my-repo/simple/\0" in line], cmdlines)
        self.assertNotIn(TOKEN, json.dumps(cmdlines))
        self.assert_kept_secret(run)

    def test_the_images_own_extra_index_and_netrc_file_stay_in_force(self):
        other = CodeArtifact(self.directory / "other")
        other.index.add("dependency_b", "2.0", "NAME = 'b'")
        with other.serve() as url:
            (self.home / ".netrc").write_text(f"machine localhost\nlogin aws\npassword {TOKEN}\n")
            extra = url.replace("127.0.0.1", "localhost") + "/pypi/my-repo/simple/"
            job = self.job_that_requires("dependency_b", source="import dependency_b; print(dependency_b.NAME)")
            run = self.train(job, env={**self.env, "PIP_EXTRA_INDEX_URL": extra})
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"b\n")

    def test_a_requirements_file_can_name_another_repository_with_the_token(self):
        other = PackageIndex(self.directory / "served/pypi/other")
        other.add("dependency_b", "2.0", "NAME = 'b'")
        host = self.url.removeprefix("http://")
        job = self.job_that_requires(
            f"--extra-index-url http://aws:${{CODEARTIFACT_AUTH_TOKEN}}@{host}/pypi/other/simple/", "dependency_b",
            source="import dependency_b; print(dependency_b.NAME)")
        run = self.train(job, "--log-level", "DEBUG", env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"b\n")
        self.assert_kept_secret(run)

    def test_where_nothing_is_to_be_installed_codeartifact_is_not_asked(self):
        self.assert_succeeded(self.train(self.job(), env={**self.env, "CA_REPOSITORY_ARN": "arn:bad"}))
        self.assertEqual(self.service.calls, [])


class Failing(CodeArtifactTest):
    def test_a_package_that_the_repository_lacks_is_told_without_the_token(self):
        job = self.job_that_requires("no-such-distribution")
        run = self.train(job, env=self.env)
        self.assert_fault(run, 69, "No matching distribution found for no-such-distribution")
        self.assertIn("/pypi/my-repo/simple/no-such-distribution/", self.service.files)
        self.assert_kept_secret(run)
        self.assert_not_run(job)

    def test_a_build_that_shows_the_token_is_told_without_it(self):
        job = self.job(program="trainer", source=None)
        job.write("code/trainer/__main__.py", "")
        job.write("code/setup.py", "import os\nraise RuntimeError('it is ' + os.environ['CODEARTIFACT_AUTH_TOKEN'])\n")
        run = self.train(job, env=self.env)
        self.assert_fault(run, 69, r"RuntimeError: it is \*\*\*\*\*\*")
        self.assert_kept_secret(run)

    def test_a_refusal_is_told_in_the_services_words(self):
        words = "User: arn:aws:sts::1:assumed-role/r is not authorized to perform: codeartifact:GetAuthorizationToken"
        self.service.refusal = (403, "AccessDeniedException", words)
        job = self.job_that_requires("anything")
        run = self.train(job, env=self.env)
        self.assert_fault(run, 77, ARN, f"403 AccessDeniedException: {words}", "sts:GetServiceBearerToken")
        self.assertEqual(self.service.calls, [TOKEN_CALL])
        self.assert_not_run(job)

    def test_a_wrong_secret_key_is_refused(self):
        job = self.job_that_requires("anything")
        run = self.train(job, env={**self.env, "AWS_SECRET_ACCESS_KEY": "a/wrong+secret"})
        self.assert_fault(run, 77, "403 InvalidSignatureException: Signed wrong", "credentials")
        self.assertNotIn("a/wrong+secret", run.stderr)

    def test_a_repository_that_is_not_there_is_no_input(self):
        run = self.train(self.job_that_requires("anything"), env={
            **self.env, "CA_REPOSITORY_ARN": ARN.replace("my-domain", "other")})
        self.assert_fault(run, 66, "404 ResourceNotFoundException", "repository/other/my-repo")

    def test_what_is_no_arn_is_bad_config(self):
        job = self.job_that_requires("anything")
        run = self.train(job, env={**self.env, "CA_REPOSITORY_ARN": "arn:bad"})
        self.assert_fault(run, 78, 'CA_REPOSITORY_ARN is "arn:bad", expected arn:aws:codeartifact:REGION')
        self.assertEqual(self.service.calls, [])
        self.assert_not_run(job)

    def test_a_service_that_cannot_be_reached_is_unavailable(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        run = self.train(self.job_that_requires("anything"), env={
            **self.env, "AWS_ENDPOINT_URL_CODEARTIFACT": f"http://127.0.0.1:{port}"})
        self.assert_fault(run, 69, ARN, f"http://127.0.0.1:{port}")

    def test_sigterm_while_the_service_hangs_ends_the_launcher(self):
        self.service.hangs = True
        job = self.job_that_requires("anything")
        process = self.start("train", "--base-path", job.path, env=self.env)
        wait_until(lambda: self.service.calls, "the call")
        terminate(process)
        run = self.finish(process, job)
        self.assert_fault(run, 143, "SIGTERM", "while asking CodeArtifact")
        self.assert_not_run(job)


if __name__ == "__main__":
    unittest.main()
