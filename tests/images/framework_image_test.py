"""The framework's image of docker/framework: a program in C++ that links the library is its ENTRYPOINT."""
import unittest

import containers
from containers import ContainerTest, podman
from life_test import CHECKPOINT, WAIT


class Framework(ContainerTest):
    image = "my-framework"

    def test_it_trains_with_the_users_program_and_goes_on_after_it(self):
        job = self.job({"lr": 0.1}, channels=("training",))
        self.assert_succeeded(self.run_container("train", job=job))
        self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1", "--training", "/opt/ml/input/data/training"])
        self.assertEqual((job.path / "model/card.txt").read_text(), "train was trained on training\n")

    def test_what_it_throws_is_the_jobs_failure(self):
        run = self.run_container("train", job=self.job())
        self.assertEqual((run.code, run.success), (1, False))
        self.assertIn("my framework wants a channel", run.failure)

    def test_the_exit_code_of_the_users_program_is_the_containers(self):
        run = self.run_container("train", job=self.job(channels=("training",), source="import sys; sys.exit(7)"))
        self.assertEqual((run.code, run.success), (7, False))
        self.assertIn("ExitCode 7", run.failure)

    def test_a_stop_reaches_the_users_program(self):
        job = self.job(channels=("training",), source=WAIT.format(setup=CHECKPOINT.format(code=0)))
        process = self.start_container("train", job=job)
        self.wait_for(job, "model/started")
        podman("stop", "--time", "100", self.container, capture_output=True)
        self.assert_succeeded(self.finish(process, job))
        self.assertEqual((job.path / "model/checkpoint").read_text(), "saved")

    def test_it_runs_as_another_user_with_nothing_to_write_but_opt_ml(self):
        job = self.owned_by(1000, self.job(channels=("training",)))
        run = self.run_container("train", job=job, options=["--user", "1000", "--read-only", "--read-only-tmpfs=false"])
        self.assert_succeeded(run)
        self.assertTrue((job.path / "model/card.txt").exists())


if __name__ == "__main__":
    containers.main()
