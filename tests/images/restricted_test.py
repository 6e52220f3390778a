"""Containers that may not write, that are another user than root, or that have no network."""
import os
import unittest

import containers
from containers import ContainerTest
from package_index import write_wheel
from support import tar_gz

# As `docker run --read-only`: podman would mount /tmp and the like for us.
READ_ONLY = ["--read-only", "--read-only-tmpfs=false"]

USER = 1000

# The code brings what it requires, since there is no index to ask.
REQUIREMENTS = "--no-index\n--find-links wheels\ndependency_a==1.2\n"
REQUIRING = """
import dependency_a, os, shutil
print(dependency_a.NAME, shutil.which("sm-train"))
open(os.environ["SM_MODEL_DIR"] + "/model", "w").close()
"""
SAID = b"a of a wheel /usr/local/bin/sm-train\n"


class RestrictedTest(ContainerTest):
    def requiring_job(self):
        """A job whose code has a requirements.txt, and beside it the wheel."""
        job = self.job(source=REQUIRING)
        job.write("code/requirements.txt", REQUIREMENTS)
        (job.path / "code/wheels").mkdir()
        write_wheel(job.path / "code/wheels", "dependency_a", "1.2", "NAME = 'a of a wheel'")
        return job

    def assert_ran(self, run):
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, SAID)

    def files_left(self, job):
        """What stands below /opt/ml beside what SageMaker knows."""
        return {path.name for path in job.path.iterdir()} - {"input", "code", "model", "output", "checkpoints"}


class Requirements(RestrictedTest):
    def test_wheels_that_the_code_brings_are_installed(self):
        run = self.run_container("train", job=self.requiring_job())
        self.assert_ran(run)
        self.assertRegex(run.stderr, "installed .*dependency.a")

    def test_a_requirement_that_cannot_be_had_is_named(self):
        job = self.requiring_job()
        job.write("code/requirements.txt", "--no-index\nnot-there\n")
        run = self.run_container("train", job=job)
        self.assertEqual((run.code, run.success), (69, False))
        self.assertIn("not-there", run.failure)


class ReadOnly(RestrictedTest):
    def test_a_job_runs_with_nothing_to_write_but_opt_ml(self):
        job = self.job({"lr": 0.1})
        self.assert_succeeded(self.run_container("train", job=job, options=READ_ONLY))
        self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1"])
        self.assertEqual(self.files_left(job), set())

    def test_requirements_are_installed_for_the_job_alone(self):
        job = self.requiring_job()
        self.assert_ran(self.run_container("train", job=job, options=READ_ONLY))
        self.assertEqual(self.files_left(job), set())

    def test_with_a_tmp_of_its_own_they_go_there(self):
        # Where docker's --tmpfs allows no programs, which is its default.
        job = self.requiring_job()
        self.assert_ran(self.run_container("train", job=job, options=[*READ_ONLY, "--tmpfs", "/tmp"]))
        self.assertEqual(self.files_left(job), set())


class NotRoot(RestrictedTest):
    def test_a_job_runs_as_any_user_whose_opt_ml_is(self):
        job = self.owned_by(USER, self.job({"lr": 0.1}))
        run = self.run_container("train", job=job, options=["--user", f"{USER}:{USER}"])
        self.assert_succeeded(run)
        self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1"])
        for left in ("model/record.json", "output/success"):
            self.assertEqual((job.path / left).stat().st_uid, USER, left)

    def test_an_image_may_name_its_user(self):
        image = self.image_with("RUN useradd --create-home trainer", "USER trainer")
        job = self.owned_by(USER, self.job())
        self.assert_succeeded(self.run_container("train", job=job, image=image))
        self.assertEqual(job.record()["env"]["HOME"], "/home/trainer")

    def test_requirements_are_installed_for_a_user_without_a_home(self):
        job = self.owned_by(USER, self.requiring_job())
        self.assert_ran(self.run_container("train", job=job, options=["--user", f"{USER}:{USER}"]))

    def test_requirements_are_installed_into_a_users_home(self):
        image = self.image_with("RUN useradd --create-home trainer", "USER trainer")
        self.assert_ran(self.run_container("train", job=self.owned_by(USER, self.requiring_job()), image=image))

    def test_requirements_are_installed_though_nothing_else_can_be_written_either(self):
        job = self.owned_by(USER, self.requiring_job())
        run = self.run_container("train", job=job, options=[*READ_ONLY, "--user", f"{USER}:{USER}"])
        self.assert_ran(run)
        self.assertEqual(self.files_left(job), set())

    def test_an_opt_ml_of_somebody_elses_is_told_where_the_report_cannot_be_written(self):
        for program, code in (("print('trained')", 0), ("raise ValueError('no data')", 1)):
            with self.subTest(code=code):
                self.directory = self.directory / str(code)
                run = self.run_container("train", job=self.job(source=program), options=["--user", f"{USER}:{USER}"])
                self.assertEqual((run.code, run.success, run.failure), (code, False, None), run.stderr)
                self.assertRegex(run.stderr, "/opt/ml/output/.*Permission denied")

    def test_a_config_that_the_user_may_not_read_is_told_with_its_path(self):
        job = self.owned_by(USER, self.job())
        config = job.path / "input/config/hyperparameters.json"
        os.chown(config, 0, 0)
        config.chmod(0o600)
        run = self.run_container("train", job=job, options=["--user", f"{USER}:{USER}"])
        self.assert_fault(run, 77, "/opt/ml/input/config/hyperparameters.json")


class NoNetwork(RestrictedTest):
    def test_code_and_requirements_come_from_a_channel_as_with_network_isolation(self):
        source = self.requiring_job()
        files = {str(path.relative_to(source.path / "code")): path.read_bytes()
                 for path in (source.path / "code").rglob("*") if path.is_file()}
        self.directory = self.directory / "isolated"
        job = self.job({"sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz"}, source=None)
        job.write("input/data/code/sourcedir.tar.gz", tar_gz(files))
        self.assert_ran(self.run_container("train", job=job, options=["--network", "none"]))
        self.assertIn("train.py", job.code_files())

    def test_code_in_s3_fails_with_what_cannot_be_reached(self):
        job = self.job({"sagemaker_submit_directory": "s3://bucket/sourcedir.tar.gz"}, source=None)
        keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"}
        run = self.run_container("train", job=job, options=["--network", "none", *(
            option for name, value in keys.items() for option in ("--env", f"{name}={value}"))])
        self.assertEqual((run.code, run.success), (69, False), run.stderr)
        self.assertRegex(run.failure, "bucket.*eu-west-1")


if __name__ == "__main__":
    containers.main()
