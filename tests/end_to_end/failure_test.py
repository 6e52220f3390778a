"""What output/failure says of real programs that fail: the cause, what to do about it, and no secrets."""
import re
import shutil
import unittest

from support import EndToEndTest, new_mounts

ARGPARSE = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
parser.add_argument("--amp", action="store_true")
print(parser.parse_args())
"""

# Copies a job to a small disk, runs "$@" there, and brings its output back.
ON_A_SMALL_DISK = """
disk=$0 job=$1 output=$2
shift 2
mkdir "$disk" && mount -t tmpfs -o size=1m tmpfs "$disk" && cp -R "$job" "$disk/ml" || exit 120
"$@"
code=$?
cp -R "$disk/ml/output" "$output"
exit $code
"""


class FailureTest(EndToEndTest):
    def failure_of(self, job, *arguments, code=1, env=None):
        run = self.train(job, *arguments, env=env)
        self.assertEqual(run.code, code, run.stderr)
        self.assertTrue(run.failure.startswith(f"ExecuteUserScriptError:\nExitCode {code}\nErrorMessage \""), run.failure)
        self.assertLessEqual(len(run.failure), 1024)
        return run.failure


class RefusedOptions(FailureTest):
    def test_a_channel_that_the_parser_does_not_know(self):
        job = self.job(channels=("training",), source=ARGPARSE)
        failure = self.failure_of(job, "--channel-args", "always", code=2)
        self.assertIn(f"train.py: error: unrecognized arguments: --training {job.path}/input/data/training\"\nHint: ",
                      failure)
        self.assert_mended(job, failure, "--channel-args", "never", "SM_TRAIN_CHANNEL_ARGS=never")
        self.assertIn("SM_CHANNEL_TRAINING", failure)

    def test_a_hyperparameter_that_the_parser_does_not_know(self):
        failure = self.failure_of(self.job({"momentum": 0.9}, source=ARGPARSE), code=2)
        self.assertIn("unrecognized arguments: --momentum 0.9\"\nHint: \"momentum\" is a hyperparameter", failure)
        self.assertIn("SM_HP_MOMENTUM", failure)

    def test_a_boolean_for_an_option_without_a_value(self):
        job = self.job({"amp": True}, source=ARGPARSE)
        failure = self.failure_of(job, code=2)
        self.assert_mended(job, failure, "--bool-style", "flag", "SM_TRAIN_BOOL_STYLE=flag")

    def test_a_list_for_a_program_that_reads_json(self):
        job = self.job({"layers": ["a"]}, source="import json, sys; print(json.loads(sys.argv[2]))")
        failure = self.failure_of(job)
        self.assert_mended(job, failure, "--argument-style", "json", "SM_TRAIN_ARGUMENT_STYLE=json")

    def test_a_value_that_the_option_does_not_take(self):
        failure = self.failure_of(self.job({"epochs": 1.5}, source=ARGPARSE), code=2)
        self.assertIn("Hint: \"epochs\" is a hyperparameter of the job. Change its value", failure)

    def assert_mended(self, job, failure, option, value, variable):
        """The hint names a setting, and with it the job succeeds."""
        self.assertIn(f"{option} {value}", failure)
        self.assertIn(variable, failure)
        self.assert_succeeded(self.train(job, option, value))
        name, _, text = variable.partition("=")
        self.assert_succeeded(self.train(job, env={name: text}))


class FullDisks(FailureTest):
    def test_a_full_disk_is_told_though_the_report_lies_on_it(self):
        command, why_not = new_mounts()
        if not command:
            self.skipTest(why_not)
        job = self.job(source="""
            import os
            with open(os.path.join(os.environ["SM_MODEL_DIR"], "model.bin"), "wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
        """)
        disk, output = self.directory / "disk", self.directory / "output"
        run = self.finish(self.start("train", "--base-path", disk / "ml", under=[
            *command, "sh", "-c", ON_A_SMALL_DISK, disk, job.path, output]))
        self.assertEqual(run.code, 1, run.stderr)
        failure = (output / "failure").read_text()
        self.assertIn("OSError: [Errno 28] No space left on device\"\n"
                      f"Hint: The volume of {disk}/ml/model has ", failure)
        self.assertIn("of 1.0 MiB free", failure)
        self.assertIn("VolumeSizeInGB", failure)


class ProgramsOfAShell(FailureTest):
    def test_exit_codes_that_a_shell_gives(self):
        for code, command, hint in ((127, "no-such-command", "PATH"), (126, "/etc/passwd", "chmod"),
                                    (139, "sh -c 'kill -SEGV $$'", "SIGSEGV"), (137, "sh -c 'kill -9 $$'", "likely")):
            with self.subTest(command):
                shutil.rmtree(self.directory / "ml", ignore_errors=True)
                job = self.job(program="train.sh", source=f"#!/bin/sh\n{command}\nexit $?\n")
                self.assertRegex(self.failure_of(job, code=code), rf"\nHint: .*{hint}")

    def test_last_words_stand_before_a_long_stack_trace(self):
        if not shutil.which("perl"):
            self.skipTest("perl is not installed")
        job = self.job(program="train.pl", source="""\
            #!/usr/bin/perl
            use Carp;
            sub f { my $n = shift; confess "no data in the channel" if $n == 0; f($n - 1) }
            f(90);
            """)
        self.assertIn("no data in the channel at ./train.pl line 3.\n\tmain::f(0)", self.failure_of(job, code=255))


class Secrets(FailureTest):
    SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    def test_a_secret_of_the_process_is_masked_where_the_program_tells_it(self):
        for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "MY_API_KEY"):
            with self.subTest(name):
                shutil.rmtree(self.directory / "ml", ignore_errors=True)
                job = self.job(source=f"import os; raise ValueError('denied: ' + os.environ['{name}'])")
                failure = self.failure_of(job, env={name: self.SECRET})
                self.assertIn("ValueError: denied: ******", failure)
                self.assertNotIn(self.SECRET, failure)

    def test_a_secret_hyperparameter_and_a_password_in_a_url_are_masked(self):
        job = self.job({"hf_token": "hf_0123456789abcdef", "dsn": "postgres://me:pa55word@db/x"},
                       source="import sys; sys.exit(' '.join(sys.argv))")
        failure = self.failure_of(job)
        self.assertNotIn("hf_0123456789abcdef", failure)
        self.assertNotIn("pa55word", failure)
        self.assertIn("--hf_token ******", failure)
        self.assertIn("postgres://******@db/x", failure)

    def test_a_secret_hyperparameter_is_masked_where_a_parser_refuses_it(self):
        for hyperparameters in ({"db_password": "hunter2"}, {"api-key": "abc123"}, {"db": {"password": "hunter2", "user": "me"}}):
            with self.subTest(hyperparameters):
                shutil.rmtree(self.directory / "ml", ignore_errors=True)
                job = self.job(hyperparameters, source=ARGPARSE.replace("--amp", "--api-key").replace(
                    'action="store_true"', "type=int"))
                run = self.train(job)
                self.assertIn("train.py: error: ", run.failure)
                for secret in ("hunter2", "abc123"):
                    self.assertNotIn(secret, run.failure)
                    # But for what the program writes itself, which passes through.
                    self.assertNotIn(secret, "".join(re.findall("^sm-train: .*", run.stderr, re.MULTILINE)))

    def test_a_fault_of_the_launchers_own_tells_no_secret(self):
        run = self.train(self.job(), "--submit-directory", "https://me:pa55word@host/x")
        self.assertNotEqual(run.code, 0)
        self.assertNotIn("pa55word", run.failure)


class PythonPrograms(FailureTest):
    def test_the_text_of_sys_exit_is_the_message(self):
        job = self.job(source="import sys; sys.exit('I give up: no data')")
        self.assertIn("ErrorMessage \"I give up: no data\"\nCommand", self.failure_of(job))

    def test_a_syntax_error_is_told_with_its_line(self):
        failure = self.failure_of(self.job(source="print('a')\ndef f(:\n    pass\n"))
        self.assertIn("line 2\n    def f(:\n", failure)
        self.assertIn("SyntaxError: invalid syntax\"", failure)

    def test_a_chain_is_told_with_both_of_its_exceptions(self):
        failure = self.failure_of(self.job(source="""
            def f(n):
                if n == 0:
                    raise KeyError("the first")
                f(n - 1)
            try:
                f(50)
            except KeyError as error:
                raise RuntimeError("the last") from error
        """))
        self.assertIn("KeyError: 'the first'\n", failure)
        self.assertIn("RuntimeError: the last\"", failure)

    def test_a_progress_bar_before_a_traceback_hides_nothing(self):
        failure = self.failure_of(self.job(source="""
            import sys
            sys.stderr.write("\\r  0%|          | 0/10 [00:00<?, ?it/s]")
            {}["label_column"]
        """))
        self.assertIn("ErrorMessage \"Traceback (most recent call last):\n  File ", failure)
        self.assertIn("\nKeyError: 'label_column'\"", failure)

    def test_an_exception_at_shutdown_does_not_hide_the_fatal_one(self):
        failure = self.failure_of(self.job(source="""
            class Late:
                def __del__(self):
                    raise TypeError("is late")
            late = Late()
            raise FileNotFoundError("train.csv is missing")
        """))
        self.assertIn("\nFileNotFoundError: train.csv is missing\nException ignored in", failure)
        self.assertIn("\nTypeError: is late\"", failure)

    def test_an_exception_that_was_caught_does_not_hide_the_last_words(self):
        failure = self.failure_of(self.job(source="""
            import logging, sys
            logging.basicConfig(level=logging.INFO)
            try:
                {}["x"]
            except KeyError:
                logging.exception("rebuilding the cache")
            for i in range(100):
                logging.info("epoch %d", i)
            sys.exit("FATAL: the loss is NaN")
        """))
        self.assertIn("\nFATAL: the loss is NaN\"", failure)

    def test_a_command_that_failed_is_told_with_what_it_said(self):
        failure = self.failure_of(self.job(source="""
            import subprocess, sys
            subprocess.check_call([sys.executable, "-c", "raise ValueError('in the child')"])
        """))
        self.assertIn("ValueError: in the child\nsubprocess.CalledProcessError", failure)


if __name__ == "__main__":
    unittest.main()
