"""Values that are too large for the kernel's limits on one string (128 KiB) and on all of them."""
import json
import pathlib
import unittest

from support import EndToEndTest

RECORDER = """
import json, os, pathlib
env = {k: v for k, v in os.environ.items() if k.startswith("SM_")}
files = {k: {"text": pathlib.Path(v).read_text(), "mode": oct(os.stat(v).st_mode & 0o777)}
         for k, v in env.items() if k.endswith("_FILE")}
with open(os.environ["SM_MODEL_DIR"] + "/record.json", "w") as file:
    json.dump({"env": env, "files": files}, file)
"""


class LargeValues(EndToEndTest):
    def test_derived_variables_that_are_too_large_move_into_files(self):
        values = {name: name * 60000 for name in "abc"}
        job = self.job(values, source=RECORDER)
        run = self.train(job)
        self.assert_succeeded(run)
        record = json.loads((job.path / "model/record.json").read_text())
        moved = sorted(name[:-len("_FILE")] for name in record["files"])
        self.assertEqual(moved, ["SM_HPS", "SM_TRAINING_ENV", "SM_USER_ARGS"])
        for name in moved:
            self.assertNotIn(name, record["env"])
            self.assertEqual(record["files"][name + "_FILE"]["mode"], "0o600")
            self.assertIn("warning: %s is too large" % name, run.stderr)
        self.assertEqual(json.loads(record["files"]["SM_HPS_FILE"]["text"]), values)
        self.assertEqual(record["env"]["SM_HP_A"], values["a"])
        self.assertFalse(pathlib.Path(record["env"]["SM_HPS_FILE"]).exists(), "the files outlived the job")

    def test_a_hyperparameter_that_cannot_be_passed_is_named_with_its_size(self):
        job = self.job({"prompt": "x" * 140000})
        self.assert_fault(self.train(job), 78, r'"prompt" takes 140014 bytes', "channel")

    def test_one_byte_below_the_limit_is_passed(self):
        # SM_HP_A=...NUL is 9 bytes longer than the value.
        job = self.job({"a": "x" * (131072 - 9)}, source=RECORDER)
        self.assert_succeeded(self.train(job))
        job = self.job_again(job, {"a": "x" * (131072 - 8)})
        self.assert_fault(self.train(job), 78, r'"a" takes 131073 bytes')

    def test_too_much_in_all_is_told_with_what_is_largest(self):
        values = {"p%03d" % i: "x" * 100000 for i in range(60)}
        values["largest"] = "x" * 120000
        self.assert_fault(self.train(self.job(values)), 78, "SM_HP_LARGEST with 1200", "at most")

    def job_again(self, job, values):
        path = job.path / "input/config/hyperparameters.json"
        settings = json.loads(path.read_text())
        path.write_text(json.dumps({**settings, **{k: json.dumps(v) for k, v in values.items()}}))
        return job


if __name__ == "__main__":
    unittest.main()
