"""SAGEMAKER_TRAINING_MODULE: a framework's own function runs in the program's place."""
import json
import os
import unittest

from support import EndToEndTest

FRAMEWORK = """
import json, os, sys

def main():
    with open(os.environ["SM_MODEL_DIR"] + "/record.json", "w") as file:
        json.dump({"cwd": os.getcwd(), "argv": sys.argv, "hps": os.environ["SM_HPS"]}, file)

def breaks():
    raise RuntimeError("the framework broke")

def exits():
    sys.exit(7)
"""


class Framework(EndToEndTest):
    def run_framework(self, function, program=None):
        (self.directory / "my_framework.py").write_text(FRAMEWORK)
        job = self.job({"lr": 0.1}, program=program, source=None)
        env = {"SAGEMAKER_TRAINING_MODULE": function, "PYTHONPATH": str(self.directory)}
        return job, self.train(job, env=env)

    def test_it_runs_where_the_launcher_runs_and_needs_no_program(self):
        job, run = self.run_framework("my_framework:main")
        self.assert_succeeded(run)
        record = json.loads((job.path / "model/record.json").read_text())
        self.assertEqual(record.pop("argv")[1:], [])
        self.assertEqual(record, {"cwd": str(self.directory), "hps": '{"lr":0.1}'})

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_its_code_directory_is_the_jobs_own_also_where_it_cannot_be_written(self):
        (self.directory / "my_framework.py").write_text("import os\ndef main(): print(os.environ['SM_SOURCE_DIR'])")
        job = self.job({"sagemaker_submit_directory": "s3://bucket/key"}, program=None, source=None)
        for path in (self.directory, job.path, *job.path.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (job.path / "code").chmod(0o555)
        process = self.start("--base-path", job.path, user=65534, group=65534, extra_groups=[], env={
            "SAGEMAKER_TRAINING_MODULE": "my_framework:main", "PYTHONPATH": str(self.directory)})
        run = self.finish(process, job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"{job.path}/code\n")

    def test_what_it_raises_is_the_failure(self):
        _, run = self.run_framework("my_framework:breaks")
        self.assertEqual(run.code, 1)
        self.assertIn("RuntimeError: the framework broke", run.failure)
        self.assertEqual(self.run_again("my_framework:exits").code, 7)

    def test_what_cannot_be_imported_is_the_failure(self):
        _, run = self.run_framework("no_framework:main")
        self.assertIn("No module named 'no_framework'", run.failure)

    def test_a_name_that_is_no_function_is_refused(self):
        _, run = self.run_framework("my_framework")
        self.assert_fault(run, 78, "SAGEMAKER_TRAINING_MODULE", "module:function")

    def run_again(self, function):
        self.directory = self.directory / "again"
        self.directory.mkdir()
        return self.run_framework(function)[1]


if __name__ == "__main__":
    unittest.main()
