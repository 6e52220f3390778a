"""sm-train as an image's ENTRYPOINT: what it makes of the arguments of `docker run IMAGE ...`, and its exit code."""
import subprocess
import unittest

import containers
from containers import ContainerTest

# A program of a job in an image that has not even a C library.
STATIC_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv) {
  FILE* file = fopen("/opt/ml/model/model", "w");
  fprintf(file, "%s %s %s\n", argv[1], argv[2], getenv("SM_MODEL_DIR"));
  return fclose(file);
}
"""


class Arguments(ContainerTest):
    def test_the_word_train_runs_the_job(self):
        job = self.job({"lr": 0.1}, channels=("training",))
        run = self.run_container("train", job=job)
        self.assert_succeeded(run)
        self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1", "--training", "/opt/ml/input/data/training"])
        self.assertEqual(job.record()["cwd"], "/opt/ml/code")

    def test_without_arguments_it_runs_the_job_too(self):
        job = self.job({"lr": 0.1})
        self.assert_succeeded(self.run_container(job=job))
        self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1"])

    def test_a_jobs_arguments_stand_in_the_place_of_train(self):
        job = self.job({"shuffle": True})
        run = self.run_container("--log-level", "DEBUG", "--bool-style", "flag", job=job)
        self.assert_succeeded(run)
        self.assertIn("SM_HP_SHUFFLE", run.stderr)
        self.assertEqual(job.record()["argv"], ["train.py", "--shuffle"])

    def test_a_jobs_arguments_may_begin_with_train(self):
        job = self.job({"shuffle": True})
        self.assert_succeeded(self.run_container("train", "--bool-style", "no-flag", job=job))
        self.assertEqual(job.record()["argv"], ["train.py", "--shuffle"])

    def test_a_jobs_environment_is_the_programs(self):
        job = self.job()
        self.assert_succeeded(self.run_container("train", job=job, options=["--env", "OF_THE_JOB=a b"]))
        self.assertEqual(job.record()["env"]["OF_THE_JOB"], "a b")

    def test_a_jobs_own_entry_point_may_come_before_it(self):
        job = self.job({"lr": 0.1})
        run = self.run_container("-c", "echo before && exec sm-train", job=job, options=["--entrypoint", "/bin/sh"])
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"before\n")

    def test_serve_is_refused(self):
        run = self.run_container("serve")
        self.assertEqual(run.code, 64)
        self.assertIn("serve", run.stderr)

    def test_a_container_without_a_job_says_so(self):
        run = self.run_container("train")
        self.assertEqual(run.code, 66)
        self.assertIn("/opt/ml/input/config is no directory", run.stderr)


class Programs(ContainerTest):
    def test_the_exit_code_is_the_containers(self):
        run = self.run_container("train", job=self.job(source="import sys; sys.exit('no data')"))
        self.assertEqual((run.code, run.success), (1, False))
        self.assertIn("no data", run.failure)

    def test_a_shell_program_runs_in_an_image_without_python(self):
        image = self.image_with("COPY --from=sm-train /sm-train /", 'ENTRYPOINT ["/sm-train"]', image=containers.BASE)
        job = self.job({"epochs": 3}, program="train.sh", source='echo "$SM_HP_EPOCHS $*"\n')
        run = self.run_container("train", job=job, image=image)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"3 --epochs 3\n")

    def test_a_python_program_says_what_such_an_image_lacks(self):
        image = self.image_with("COPY --from=sm-train /sm-train /", 'ENTRYPOINT ["/sm-train"]', image=containers.BASE)
        run = self.run_container("train", job=self.job(), image=image)
        self.assertEqual(run.code, 127)
        self.assertIn("python", run.failure)

    def test_a_static_program_runs_in_an_image_of_nothing_but_sm_train(self):
        # Not even /tmp.
        image = self.image_with('ENTRYPOINT ["/sm-train"]', image="sm-train")
        job = self.job({"lr": 0.1}, program="train", source=None)
        source = self.directory / "train.c"
        source.write_text(STATIC_PROGRAM)
        subprocess.run(["cc", "-static", "-o", job.path / "code/train", source], check=True)
        self.assert_succeeded(self.run_container("train", job=job, image=image))
        self.assertEqual((job.path / "model/model").read_text(), "--lr 0.1 /opt/ml/model\n")


if __name__ == "__main__":
    containers.main()
