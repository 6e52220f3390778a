"""The library as its users have it: installed, found by find_package, and linked into a framework's container."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
os.environ.setdefault("SM_TRAIN", sys.executable)  # support.py wants one; the framework takes its place

import support

BUILD = os.environ["SM_TRAIN_BUILD"]
CMAKE = os.environ.get("CMAKE", "cmake")
FLAGS = os.environ.get("SM_TRAIN_CXX_FLAGS", "")


def run(*command, **options):
    finished = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if finished.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{finished.stdout}")


def setUpModule():
    global DIRECTORY
    DIRECTORY = tempfile.TemporaryDirectory(prefix="consumer-")
    installed, built = (pathlib.Path(DIRECTORY.name) / name for name in ("installed", "built"))
    run(CMAKE, "--install", BUILD, "--prefix", installed)
    run(CMAKE, "-S", HERE, "-B", built, f"-DCMAKE_PREFIX_PATH={installed}", f"-DCMAKE_CXX_FLAGS={FLAGS}")
    run(CMAKE, "--build", built)
    support.SM_TRAIN = str(built / "my_framework")


def tearDownModule():
    DIRECTORY.cleanup()


class Consumer(support.EndToEndTest):
    def run_framework(self, job):
        return self.finish(self.start(env={"SM_TRAIN_BASE_PATH": str(job.path)}), job)

    def test_its_function_runs_the_users_program_and_goes_on_after_it(self):
        job = self.job({"lr": 0.1}, channels=("training",))
        run = self.run_framework(job)
        self.assert_succeeded(run)
        self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1", "--training", f"{job.path}/input/data/training"])
        self.assertEqual((job.path / "model/card.txt").read_text(), "train was trained on training\n")

    def test_a_program_that_fails_is_reported_as_ever(self):
        job = self.job(channels=("training",), source="raise ValueError('no data')")
        run = self.run_framework(job)
        self.assertEqual(run.code, 1)
        self.assertIn("ValueError: no data", run.failure)
        self.assertFalse((job.path / "model/card.txt").exists())

    def test_what_its_function_throws_is_the_failure(self):
        run = self.run_framework(self.job())
        self.assertEqual(run.code, 1)
        self.assertIn('ErrorMessage "my framework wants a channel"', run.failure)


if __name__ == "__main__":
    unittest.main()
