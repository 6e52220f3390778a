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
    global BUILT
    BUILT = built


def tearDownModule():
    DIRECTORY.cleanup()


class Framework(support.EndToEndTest):
    def setUp(self):
        support.SM_TRAIN = str(BUILT / "framework/my_framework")
        super().setUp()

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


class Steps(support.EndToEndTest):
    def setUp(self):
        support.SM_TRAIN = str(BUILT / "my_steps")
        super().setUp()

    def test_one_of_them_is_replaced(self):
        for number, program in enumerate(("train.py", "train.py:train")):
            with self.subTest(program):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                job = self.job({"lr": 0.1}, program=program, source=None)
                (job.path / "code").rmdir()
                (self.directory / "my-code").mkdir()
                (self.directory / "my-code/train.py").write_text("def train(): pass\n" + support.RECORDER)
                run = self.finish(self.start(env={"SM_TRAIN_BASE_PATH": str(job.path)}), job)
                self.assert_succeeded(run)
                self.assertEqual(job.record()["argv"], ["train.py", "--lr", "0.1"])

    def test_a_fault_is_reported_in_the_place_of_an_earlier_run(self):
        job = self.job(source=None)
        (job.path / "code").rmdir()
        for report in ("success", "failure"):
            job.write(f"output/{report}", "an earlier run")
        (self.directory / "my-code").mkdir()
        run = self.finish(self.start(env={"SM_TRAIN_BASE_PATH": str(job.path)}), job)
        self.assertEqual(run.code, 127)
        self.assertIn("train.py is no file", run.failure)
        self.assertFalse(run.success)

    def test_the_tour_shows_them(self):
        shown = (HERE / "my_steps.cpp").read_text().partition("shows this function.\n")[2].partition("\n}\n")[0]
        self.assertIn(f"```cpp\n{shown}\n}}\n```", (HERE.parents[1] / "lib/README.md").read_text())


if __name__ == "__main__":
    unittest.main()
