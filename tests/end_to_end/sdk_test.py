"""Jobs as the SageMaker Python SDK sets them up. The SDK itself could not be had for the tests, so the files and commands are those that
its source makes: src/sagemaker/estimator.py, src/sagemaker/modules/train/model_trainer.py and modules/templates.py."""
import json
import os
import pathlib
import subprocess
import unittest

from support import RECORDER, SM_TRAIN, TIMEOUT, EndToEndTest, clean_env, tar_gz

# What the script of the SDK comes to in a container: it goes to the code's channel, and evaluates the command.
SM_TRAIN_SH = """
set -e
export SM_HPS='{"stale": true}' SM_MODEL_DIR=/nowhere
cd "$BASE/input/data/code"
CMD="%s"
eval $CMD
"""


class Sdk(EndToEndTest):
    def test_an_estimators_code_comes_packed_and_every_value_is_json(self):
        job = self.job({"lr": 0.1, "optimizer": "adam"}, source=None)
        archive = self.directory / "sourcedir.tar.gz"
        archive.write_bytes(tar_gz({"train.py": RECORDER}))
        self.assert_succeeded(self.train(job, env={"SAGEMAKER_SUBMIT_DIRECTORY": str(archive)}))
        self.assertEqual(job.record()["argv"][1:], ["--lr", "0.1", "--optimizer", "adam"])

    def test_a_model_trainer_without_source_code_leaves_texts_bare(self):
        job = self.job(source=RECORDER)
        job.write("input/config/hyperparameters.json",
                  json.dumps({"sagemaker_program": "train.py", "lr": "0.1", "optimizer": "adam", "layers": "[1, 2]"}))
        self.assert_succeeded(self.train(job))
        self.assertEqual(job.record()["argv"][1:], ["--layers", "[1, 2]", "--lr", "0.1", "--optimizer", "adam"])

    def test_a_model_trainers_command_runs_sm_train_on_the_code_of_its_channel(self):
        job = self.job({"lr": 0.1}, program=None, source=None, channels=["code", "sm_drivers"])
        job.write("input/data/code/train.py", RECORDER)
        command = "sm-train --program train.py"
        job.write("input/data/sm_drivers/sourcecode.json", json.dumps(
            {"source_dir": "src", "command": command, "ignore_patterns": [".git"]}))
        job.write("input/data/sm_drivers/distributed.json", "{}")
        env = {**clean_env(self.home), "BASE": str(job.path), "SM_TRAIN_BASE_PATH": str(job.path),
               "PATH": "%s:%s" % (pathlib.Path(SM_TRAIN).parent, os.environ["PATH"])}
        run = subprocess.run(["bash", "-c", SM_TRAIN_SH % command], env=env, capture_output=True, text=True,
                             timeout=TIMEOUT, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        record = job.record()
        self.assertEqual(record["cwd"], str(job.path / "code"))
        self.assertEqual(json.loads(record["env"]["SM_HPS"]), {"lr": 0.1})
        self.assertEqual(record["argv"][1:3], ["--lr", "0.1"])


if __name__ == "__main__":
    unittest.main()
