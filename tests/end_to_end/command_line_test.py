"""The command line: what --help and --version say, and what is refused."""
import os
import re
import unittest

from support import TIMEOUT, EndToEndTest

# Each option with the environment variable that --help must show beside it.
OPTIONS = {
    "--base-path": "SM_TRAIN_BASE_PATH",
    "--program": "SAGEMAKER_PROGRAM",
    "--submit-directory": "SAGEMAKER_SUBMIT_DIRECTORY",
    "--python": "SM_TRAIN_PYTHON",
    "--requirements": "SM_TRAIN_REQUIREMENTS",
    "--existing-code": "SM_TRAIN_EXISTING_CODE",
    "--max-code-entries": "SM_TRAIN_MAX_CODE_ENTRIES",
    "--max-code-size": "SM_TRAIN_MAX_CODE_SIZE",
    "--fetch-timeout": "SM_TRAIN_FETCH_TIMEOUT",
    "--requester-pays": "SM_TRAIN_REQUESTER_PAYS",
    "--sse-c-key-file": "SM_TRAIN_SSE_C_KEY_FILE",
    "--channel-args": "SM_TRAIN_CHANNEL_ARGS",
    "--argument-style": "SM_TRAIN_ARGUMENT_STYLE",
    "--bool-style": "SM_TRAIN_BOOL_STYLE",
    "--grace-period": "SM_TRAIN_GRACE_PERIOD",
    "--log-level": "SAGEMAKER_CONTAINER_LOG_LEVEL",
}

COMMANDS = ["train", "run", "init", "plan", "env", "doctor", "fetch", "python-package", "completion", "man", "serve"]


class CommandLine(EndToEndTest):
    def test_version_says_name_and_version(self):
        run = self.run_binary("--version")
        self.assertEqual(run.code, 0)
        self.assertRegex(run.stdout.decode(), r"^sm-train \d+\.\d+\.\d+\n$")

    def test_help_fits_a_screen_and_names_each_command(self):
        run = self.run_binary("--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        lines = run.stdout.decode().splitlines()
        self.assertLessEqual(len(lines), 32)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertIn("Examples:", lines)
        for command in COMMANDS:
            self.assertTrue(any(line.startswith(f"  {command} ") for line in lines), command)

    def test_help_of_each_command_says_what_it_takes(self):
        for command in COMMANDS:
            with self.subTest(command):
                run = self.run_binary(command, "--help")
                self.assertEqual((run.code, run.stderr), (0, ""))
                lines = run.stdout.decode().splitlines()
                self.assertIn(f"Usage: sm-train {command} [OPTION...]", run.stdout.decode())
                self.assertIn("  -h, --help", lines)
                self.assertLessEqual(max(map(len, lines)), 96)

    def test_help_of_train_shows_each_option_with_its_environment_variable(self):
        run = self.run_binary("train", "--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        text = run.stdout.decode()
        for option, variable in OPTIONS.items():
            with self.subTest(option):
                paragraph = re.search(rf"{option}\b(.*?)(?=\n\s+-|\Z)", text, re.DOTALL)
                self.assertIsNotNone(paragraph, text)
                self.assertIn(variable, paragraph[1])

    def test_serve_is_a_clear_no(self):
        run = self.run_binary("serve")
        self.assertEqual(run.code, 64)
        self.assertIn("serve", run.stderr)
        self.assertEqual(run.stdout, b"")

    def test_an_unknown_flag_is_a_usage_error_that_names_it(self):
        run = self.run_binary("train", "--no-such-flag")
        self.assertEqual(run.code, 64)
        self.assertIn("--no-such-flag", run.stderr)

    def test_a_word_that_is_not_known_is_answered_with_what_may_have_been_meant(self):
        (self.directory / "job").mkdir()
        (self.directory / "hello.py").write_text("")
        for words, remedy in ((["--bsae-path", "job"], "Did you mean --base-path?"), (["trian"], "Did you mean train?"),
                              (["run", "hello.py", "--lr", "0.1"], "-p NAME=VALUE"), (["plan", "job"], "--base-path"),
                              (["hello.py"], "sm-train run FILE")):
            with self.subTest(words):
                run = self.run_binary(*words)
                self.assertEqual((run.code, run.stdout), (64, b""))
                self.assertIn(remedy, run.stderr)

    def test_a_reader_that_leaves_is_no_fault(self):
        process = self.start("man")
        process.stdout.close()
        process.stdout = None
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertEqual(process.stderr.read(), b"")

    def test_help_that_cannot_be_written_is_an_error_of_output(self):
        with open("/dev/full", "wb") as full:
            for arguments in ["--help"], ["man"]:
                process = self.start(*arguments, stdout=full)
                self.assertEqual(process.wait(TIMEOUT), 74)

    def test_an_unknown_command_is_a_usage_error_that_names_it(self):
        run = self.run_binary("no-such-command")
        self.assertEqual(run.code, 64)
        self.assertIn("no-such-command", run.stderr)

    def test_a_value_that_is_none_of_the_choices_is_a_usage_error_that_names_them(self):
        for arguments, env in (("--bool-style", "maybe"), {}), ((), {"SM_TRAIN_BOOL_STYLE": "maybe"}):
            with self.subTest(arguments=arguments, env=env):
                run = self.run_binary(*arguments, env=env)
                self.assertEqual(run.code, 64)
                for text in ("maybe", "value", "flag", "no-flag"):
                    self.assertIn(text, run.stderr)

    def test_a_usage_error_leaves_a_machine_without_opt_ml_as_it_was(self):
        if os.path.exists("/opt/ml"):
            self.skipTest("this machine has an /opt/ml")
        self.run_binary("--no-such-flag")
        self.assertFalse(os.path.exists("/opt/ml"))

    def test_what_stands_behind_two_dashes_is_for_the_program(self):
        job = self.job({"lr": 0.1})
        run = self.train(job, "--", "--verbose", "two words", "--", "--base-path")
        self.assert_succeeded(run)
        self.assertEqual(job.record()["argv"][1:], ["--lr", "0.1", "--verbose", "two words", "--", "--base-path"])

    def test_a_command_that_runs_no_program_takes_no_arguments_for_one(self):
        run = self.run_binary("man", "--", "--verbose")
        self.assertEqual((run.code, run.stdout), (64, b""))
        self.assertIn("`sm-train man` runs no program", run.stderr)

    def test_a_setting_before_a_command_that_takes_none_is_a_usage_error(self):
        run = self.run_binary("--base-path", "/tmp", "man")
        self.assertEqual((run.code, run.stdout), (64, b""))
        self.assertIn("--base-path is a setting of a job", run.stderr)

    def test_a_dry_run_starts_nothing_and_prints_the_plan(self):
        job = self.job({"lr": 0.1})
        for arguments in ["--dry-run"], ["train", "--dry-run"]:
            run = self.run_binary(*arguments, "--base-path", job.path)
            self.assertEqual(run.code, 0, run.stderr)
            self.assertIn("train.py --lr 0.1", run.stdout.decode())
            self.assertFalse((job.path / "model/record.json").exists())

    def test_an_option_of_one_command_is_none_of_another(self):
        run = self.run_binary("--dry-run", "fetch", "a", self.directory / "b")
        self.assertEqual((run.code, run.stdout), (64, b""))
        self.assertIn("--dry-run is an option of `sm-train train`", run.stderr)

    def test_an_option_without_its_value_is_a_usage_error(self):
        run = self.run_binary("train", "--base-path")
        self.assertEqual(run.code, 64)
        self.assertIn("--base-path", run.stderr)


if __name__ == "__main__":
    unittest.main()
