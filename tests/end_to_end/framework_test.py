"""SAGEMAKER_TRAINING_MODULE: a framework's own function runs in the program's place."""
import json
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
