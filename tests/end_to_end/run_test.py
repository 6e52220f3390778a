"""`sm-train run`: a script of this machine, tried as SageMaker would run it."""
import json
import signal
import unittest

from support import RECORDER, EndToEndTest, new_mounts, wait_until

PYTHON = ("--python", "/usr/bin/python3")


class RunCommand(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.temporary = self.directory / "tmp"
        self.temporary.mkdir()

    def script(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_trial(self, *arguments, env=None):
        return self.run_binary("run", *PYTHON, *arguments, env={"TMPDIR": str(self.temporary), **(env or {})})

    def trial(self):
        """The one temporary directory that runs have left."""
        [path] = self.temporary.iterdir()
        return path

    def record(self, path=None):
        return json.loads(((path or self.trial()) / "model/record.json").read_text())

    def test_a_script_finds_what_a_job_gives_it(self):
        self.script("mine.py", RECORDER)
        self.script("beside.py", "")
        self.script("data/one.csv", "1")
        run = self.run_trial("mine.py", "-p", "lr=0.1", "-c", "training=data")
        self.assertEqual(run.code, 0, run.stderr)
        record = self.record()
        trial = str(self.trial())
        self.assertEqual(record["argv"], ["mine.py", "--lr", "0.1", "--training", f"{trial}/input/data/training"])
        self.assertEqual(record["env"]["SM_CHANNEL_TRAINING"], f"{trial}/input/data/training")
        self.assertEqual(record["env"]["SM_CHECKPOINT_DIR"], f"{trial}/checkpoints")
        self.assertEqual(record["cwd"], f"{trial}/code")
        self.assertEqual((self.trial() / "input/data/training/one.csv").read_text(), "1")
        self.assertEqual([path.name for path in (self.trial() / "code").glob("*.py")], ["mine.py"])

    def test_the_end_tells_where_the_results_are(self):
        self.script("mine.py", "import os\nfor name in ('MODEL', 'OUTPUT_DATA'):\n"
                               "    open(os.environ[f'SM_{name}_DIR'] + '/file', 'w').write('12345')\n")
        run = self.run_trial("mine.py")
        self.assertEqual(run.code, 0, run.stderr)
        end = run.stderr[-1000:]
        self.assertIn(f"model: {self.trial()}/model (1 file, 5 B)", end)
        self.assertIn(f"output/data: {self.trial()}/output/data (1 file, 5 B)", end)
        self.assertIn("--base-path", end)
        self.assertNotIn("checkpoints:", end)

    def test_the_exit_code_is_the_programs_and_the_failure_is_told(self):
        self.script("mine.py", "raise SystemExit(7)\n")
        run = self.run_trial("mine.py")
        self.assertEqual(run.code, 7)
        self.assertIn(f"failure: {self.trial()}/output/failure", run.stderr)
        self.assertIn("ExitCode 7", (self.trial() / "output/failure").read_text())

    def test_arguments_behind_two_dashes_are_the_programs_last(self):
        self.script("mine.py", RECORDER)
        run = self.run_trial("mine.py", "-p", "lr=0.1", "--", "--dry-run", "--help", "--", "a b")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(self.record()["argv"], ["mine.py", "--lr", "0.1", "--dry-run", "--help", "--", "a b"])
        self.assertEqual(json.loads(self.record()["env"]["SM_USER_ARGS"]),
                         ["--lr", "0.1", "--dry-run", "--help", "--", "a b"])

    def test_settings_of_a_job_are_taken(self):
        self.script("mine.py", RECORDER)
        run = self.run_trial("mine.py", "-p", "on=true", "--bool-style", "flag")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(self.record()["argv"], ["mine.py", "--on"])

    def test_a_directory_is_copied_whole_and_its_program_found(self):
        self.script("source/train.py", RECORDER)
        self.script("source/.hidden/file", "x")
        run = self.run_trial("source")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(self.record()["argv"], ["train.py"])
        self.assertTrue((self.trial() / "code/.hidden/file").exists())
        self.assertEqual(sorted(path.name for path in (self.directory / "source").iterdir()), [".hidden", "train.py"])

    def test_a_program_of_a_directory_can_be_named(self):
        self.script("source/train.py", "raise SystemExit(1)\n")
        self.script("source/src/other.py", RECORDER)
        run = self.run_trial("source", "--program", "src/other.py")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(self.record()["argv"], ["src/other.py"])

    def test_variables_of_a_job_around_it_do_not_change_what_is_run(self):
        self.script("mine.py", RECORDER)
        run = self.run_trial("mine.py", env={"SAGEMAKER_PROGRAM": "other.py",
                                             "SAGEMAKER_SUBMIT_DIRECTORY": "s3://nobody/nothing.tar.gz"})
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(self.record()["argv"], ["mine.py"])

    def test_a_directory_without_a_program_is_refused_with_what_it_holds(self):
        self.script("source/fit.py", "")
        run = self.run_trial("source")
        self.assertEqual(run.code, 64)
        self.assertRegex(run.stderr, r"(?s)fit\.py.*--program")
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_what_cannot_be_run_leaves_nothing(self):
        self.script("mine.py", "")
        faults = ((66, ["gone.py"]), (66, ["mine.py", "-c", "training=nowhere"]), (64, ["mine.py", "-p", "lr"]),
                  (64, ["mine.py", "--program", "other.py"]), (64, ["mine.py", "--submit-directory", "elsewhere"]),
                  (64, ["s3://bucket/sourcedir.tar.gz"]), (64, []), (64, [""]), (64, ["mine.py", "more.py"]))
        for code, arguments in faults:
            with self.subTest(arguments):
                run = self.run_trial(*arguments)
                self.assertEqual(run.code, code, run.stderr)
                self.assertEqual(list(self.temporary.iterdir()), [])

    def test_data_that_is_not_there_is_told_with_its_channel(self):
        self.script("mine.py", "")
        run = self.run_trial("mine.py", "-c", "training=nowhere")
        self.assertIn("nowhere, the data of the channel training: No such file", run.stderr)

    def test_a_directory_of_ones_own_can_be_used_again(self):
        self.script("mine.py", "import os, sys\nopen(os.environ['SM_CHECKPOINT_DIR'] + '/state', 'a').write('x')\n"
                               "open(os.environ['SM_MODEL_DIR'] + '/' + sys.argv[-1], 'w')\n")
        trial = self.directory / "trial"
        for _ in range(2):
            self.assertEqual(self.run_trial("mine.py", "--base-path", "trial", "--", "first").code, 0)
        run = self.run_trial("mine.py", "--base-path", "trial", "--", "second")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual([path.name for path in (trial / "model").iterdir()], ["second"])
        self.assertEqual((trial / "checkpoints/state").read_text(), "xxx")
        self.assertRegex(run.stderr, r"checkpoints.*1 file, 2 B")
        self.assertNotIn("temporary", run.stderr)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_directory_that_no_run_made_is_left_as_it_is(self):
        self.script("mine.py", RECORDER)
        self.assertEqual(self.run_binary("init", "job").code, 0)
        before = sorted((self.directory / "job").rglob("*"))
        run = self.run_trial("mine.py", "--base-path", "job")
        self.assertEqual(run.code, 73, run.stderr)
        self.assertEqual(sorted((self.directory / "job").rglob("*")), before)

    def test_a_directory_in_use_is_refused_to_another_run(self):
        self.script("slow.py", "import os, time\nopen(os.environ['SM_MODEL_DIR'] + '/ready', 'w')\nwhile True: time.sleep(1)\n")
        self.script("mine.py", "")
        first = self.start("run", *PYTHON, "slow.py", "--base-path", "trial")
        ready = self.directory / "trial/model/ready"
        wait_until(ready.exists, "the program")
        run = self.run_trial("mine.py", "--base-path", "trial")
        self.assertEqual(run.code, 73, run.stderr)
        self.assertIn("in use by another run", run.stderr)
        self.assertTrue(ready.exists())
        first.terminate()
        self.finish(first)
        self.assertEqual(self.run_trial("mine.py", "--base-path", "trial").code, 0)

    def test_what_is_mounted_on_a_directory_of_the_trial_stays(self):
        under, why_not = new_mounts()
        if why_not:
            self.skipTest(why_not)
        self.script("mine.py", "")
        self.assertEqual(self.run_trial("mine.py", "--base-path", "trial").code, 0)
        (self.directory / "volume").mkdir()
        (self.directory / "volume/mine").write_text("")
        mounted = ["sh", "-c", 'mount --bind volume trial/model && exec "$@"', "sh"]
        run = self.finish(self.start("run", *PYTHON, "mine.py", "--base-path", "trial", under=[*under, *mounted]))
        self.assertEqual(run.code, 73, run.stderr)
        self.assertIn("something is mounted there", run.stderr)
        self.assertTrue((self.directory / "volume/mine").exists())

    def test_only_their_owner_reads_the_hyperparameters_of_a_directory(self):
        self.script("mine.py", "")
        for _ in range(2):
            self.assertEqual(self.run_trial("mine.py", "--base-path", "trial", "-p", "password=x").code, 0)
            file = self.directory / "trial/input/config/hyperparameters.json"
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_a_trial_inside_of_the_code_is_refused(self):
        self.script("source/train.py", RECORDER)
        run = self.run_trial("source", "--base-path", "source/trial")
        self.assertEqual(run.code, 64, run.stderr)
        self.assertIn("source/trial", run.stderr)
        self.assertEqual([path.name for path in (self.directory / "source").iterdir()], ["train.py"])

    def test_a_signal_goes_on_to_the_program(self):
        self.script("mine.py", "import os, signal, time\nsignal.signal(signal.SIGTERM, lambda *_: os._exit(9))\n"
                               "open(os.environ['SM_MODEL_DIR'] + '/ready', 'w')\nwhile True: time.sleep(1)\n")
        process = self.start("run", *PYTHON, "mine.py", "--base-path", "trial")
        wait_until((self.directory / "trial/model/ready").exists, "the program")
        process.send_signal(signal.SIGTERM)
        run = self.finish(process)
        self.assertEqual(run.code, 9, run.stderr)
        self.assertIn("model: ", run.stderr)

    def test_a_shell_script_needs_no_python(self):
        self.script("mine.sh", 'echo "$@" >"$SM_MODEL_DIR/arguments"\n')
        run = self.run_trial("mine.sh", "-p", "epochs=3")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual((self.trial() / "model/arguments").read_text(), "--epochs 3\n")

    def test_hyperparameters_may_only_be_read_by_the_owner_of_a_temporary_directory(self):
        self.script("mine.py", "")
        self.assertEqual(self.run_trial("mine.py").code, 0)
        self.assertEqual(self.trial().stat().st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()
