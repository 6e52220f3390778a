"""The command line: what --help and --version say, and what is refused."""
import os
import re
import unittest

from support import EndToEndTest

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


class CommandLine(EndToEndTest):
    def test_version_says_name_and_version(self):
        run = self.run_binary("--version")
        self.assertEqual(run.code, 0)
        self.assertRegex(run.stdout.decode(), r"^sm-train \d+\.\d+\.\d+\n$")

    def test_help_shows_each_option_with_its_environment_variable(self):
        run = self.run_binary("--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        text = run.stdout.decode()
        for option, variable in OPTIONS.items():
            with self.subTest(option):
                paragraph = re.search(rf"{option}\b(.*?)(?=\n\s+-|\Z)", text, re.DOTALL)
                self.assertIsNotNone(paragraph, text)
                self.assertIn(variable, paragraph[1])

    def test_help_of_train_shows_the_same_options(self):
        run = self.run_binary("train", "--help")
        self.assertEqual(run.code, 0)
        for option in OPTIONS:
            self.assertIn(option, run.stdout.decode())

    def test_serve_is_a_clear_no(self):
        run = self.run_binary("serve")
        self.assertEqual(run.code, 64)
        self.assertIn("serve", run.stderr)
        self.assertEqual(run.stdout, b"")

    def test_an_unknown_flag_is_a_usage_error_that_names_it(self):
        run = self.run_binary("train", "--no-such-flag")
        self.assertEqual(run.code, 64)
        self.assertIn("--no-such-flag", run.stderr)

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

    def test_an_option_without_its_value_is_a_usage_error(self):
        run = self.run_binary("train", "--base-path")
        self.assertEqual(run.code, 64)
        self.assertIn("--base-path", run.stderr)


if __name__ == "__main__":
    unittest.main()
