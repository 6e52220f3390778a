"""The main job on local code: what the program sees, and what SageMaker sees afterwards."""
import json
import os
import pathlib
import unittest

from support import EndToEndTest


class WhatTheProgramSees(EndToEndTest):
    def test_hyperparameters_become_flags_sorted_by_name_and_settings_do_not(self):
        job = self.job({"learning-rate": 0.1, "epochs": 10, "b": True, "name": "two words; $(touch owned) \"q\"",
                        "nothing": None, "layers": [1, 2], "sagemaker_job_name": "job-1", "sagemaker_region": "us-east-1",
                        "sagemaker_container_log_level": 20})
        self.assert_succeeded(self.train(job))
        self.assertEqual(job.record()["argv"][1:], [
            "-b", "True", "--epochs", "10", "--layers", "[1, 2]", "--learning-rate", "0.1",
            "--name", "two words; $(touch owned) \"q\"", "--nothing", ""])
        self.assertFalse((job.path / "code/owned").exists())

    def test_channels_become_flags_after_the_hyperparameters(self):
        job = self.job({"epochs": 1}, channels=("training", "test"))
        self.assert_succeeded(self.train(job))
        data = job.path / "input/data"
        self.assertEqual(job.record()["argv"][1:3], ["--epochs", "1"])
        flags = job.record()["argv"][3:]
        self.assertEqual(dict(zip(flags[::2], flags[1::2])),
                         {"--training": str(data / "training"), "--test": str(data / "test")})

    def test_a_hyperparameter_wins_over_a_channel_of_its_name(self):
        job = self.job({"training": "mine"}, channels=("training",))
        self.assert_succeeded(self.train(job))
        self.assertEqual(job.record()["argv"][1:], ["--training", "mine"])

    def test_a_strict_parser_is_spared_the_channels_that_it_does_not_declare(self):
        source = """
            import argparse
            parser = argparse.ArgumentParser()
            parser.add_argument("--epochs", type=int)
            parser.add_argument("--training")
            print(parser.parse_args())
        """
        job = self.job({"epochs": 3}, channels=("training", "validation"), source=source)
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"Namespace(epochs=3, training='{job.path}/input/data/training')\n")
        self.assertIn("validation", run.stderr)
        self.assertEqual(self.train(job, "--channel-args", "always").code, 2)
        run = self.train(job, "--channel-args", "never")
        self.assertEqual(run.stdout, b"Namespace(epochs=3, training=None)\n")

    def test_hyperparameters_can_be_given_in_other_styles(self):
        job = self.job({"z": [1, "a"], "yes": True, "no": False})
        for arguments, expected in (
                (("--bool-style", "flag"), ["--yes", "-z", "[1, 'a']"]),
                (("--bool-style", "no-flag"), ["--no-no", "--yes", "-z", "[1, 'a']"]),
                (("--argument-style", "json"), ["-z", '[1, "a"]', "--yes", "true", "--no", "false"])):
            with self.subTest(arguments):
                self.assert_succeeded(self.train(job, *arguments))
                self.assertEqual(job.record()["argv"][1:], expected)

    def test_the_sagemaker_variables_are_set(self):
        job = self.job({"learning-rate": 0.1, "epochs": 10}, channels=("training",))
        self.assert_succeeded(self.train(job))
        env = job.record()["env"]
        root = str(job.path)
        expected = {
            "SM_MODEL_DIR": root + "/model", "SM_INPUT_DIR": root + "/input", "SM_INPUT_CONFIG_DIR": root + "/input/config",
            "SM_INPUT_DATA_DIR": root + "/input/data", "SM_OUTPUT_DIR": root + "/output",
            "SM_OUTPUT_DATA_DIR": root + "/output/data", "SM_OUTPUT_INTERMEDIATE_DIR": root + "/output/intermediate",
            "SM_OUTPUT_FAILURE": root + "/output/failure", "SM_CHANNEL_TRAINING": root + "/input/data/training",
            "SM_CHANNELS": '["training"]', "SM_CURRENT_HOST": "algo-1", "SM_HOSTS": '["algo-1"]', "SM_HOST_COUNT": "1",
            "SM_CURRENT_HOST_RANK": "0", "SM_MASTER_PORT": "7777", "SM_NETWORK_INTERFACE_NAME": "eth0",
            "SM_HP_EPOCHS": "10", "SM_HP_LEARNING-RATE": "0.1", "SM_HP_LEARNING_RATE": "0.1",
            "SM_USER_ENTRY_POINT": "train.py", "SM_ENTRY_SCRIPT": "train.py", "SM_SOURCE_DIR": root + "/code",
            "PYTHONUNBUFFERED": "1",
        }
        self.assertEqual({name: env.get(name) for name in expected}, expected)
        self.assertEqual(json.loads(env["SM_HPS"]), {"epochs": 10, "learning-rate": 0.1})
        self.assertEqual(json.loads(env["SM_USER_ARGS"]), job.record()["argv"][1:])
        self.assertEqual(json.loads(env["SM_INPUT_DATA_CONFIG"])["training"]["TrainingInputMode"], "File")
        self.assertEqual(json.loads(env["SM_TRAINING_ENV"])["current_host"], "algo-1")
        self.assertGreaterEqual(int(env["SM_NUM_CPUS"]), 1)
        self.assertRegex(env["SM_NUM_GPUS"], r"^\d+$")

    def test_the_working_directory_is_code_and_the_callers_variables_are_passed_on(self):
        job = self.job()
        self.assert_succeeded(self.train(job, env={"MY_SETTING": "a b", "PYTHONPATH": "/mine"}))
        record = job.record()
        self.assertEqual(record["cwd"], str(job.path / "code"))
        self.assertEqual(record["env"]["MY_SETTING"], "a b")
        self.assertEqual(record["env"]["PYTHONPATH"].split(":")[0], str(job.path / "code"))
        self.assertEqual(record["env"]["PYTHONPATH"].split(":")[1:-1], ["/mine"])

    def test_a_job_of_the_newer_sdk_names_its_program_and_its_engine_in_files(self):
        job = self.job({"lr": 0.1}, program=None, source=None)
        job.write("input/data/code/src/train.py", "print('trained')")
        job.write("input/data/sm_drivers/sourcecode.json", json.dumps({
            "source_dir": "here", "requirements": None, "entry_script": "src/train.py", "command": None}))
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"trained\n")
        job.write("input/data/sm_drivers/distributed.json", '{"process_count_per_node": 3}')
        job.write("bin/torchrun", '#!/bin/sh\necho "$@"; echo "$SM_FRAMEWORK_PARAMS"\n', mode=0o755)
        run = self.train(job, env={"PATH": f"{job.path}/bin:/usr/bin:/bin"})
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"--nnodes 1 --nproc_per_node 3 src/train.py --lr 0.1\n{}\n")

    def test_the_base_path_can_come_from_the_environment(self):
        for number, variable in enumerate(("SAGEMAKER_BASE_DIR", "SM_TRAIN_BASE_PATH")):
            with self.subTest(variable):
                self.directory = self.directory / str(number)
                job = self.job()
                run = self.finish(self.start(env={variable: str(job.path)}), job)
                self.assert_succeeded(run)
                self.assertEqual(job.record()["env"]["SM_MODEL_DIR"], str(job.path / "model"))

    def test_the_word_train_may_be_left_out(self):
        job = self.job()
        self.assert_succeeded(self.finish(self.start("--base-path", job.path), job))

    def test_the_program_setting_comes_from_option_then_variable_then_hyperparameter(self):
        source = "import os; open(os.environ['SM_MODEL_DIR'] + '/' + os.path.basename(__file__), 'w')"
        job = self.job(program="by_hyperparameter.py", source=source)
        job.write("code/by_variable.py", source)
        job.write("code/by_option.py", source)
        variable = {"SAGEMAKER_PROGRAM": "by_variable.py"}
        self.assert_succeeded(self.train(job))
        self.assertEqual(os.listdir(job.path / "model"), ["by_hyperparameter.py"])
        self.assert_succeeded(self.train(job, env=variable))
        self.assertEqual(sorted(os.listdir(job.path / "model")), ["by_hyperparameter.py", "by_variable.py"])
        self.assert_succeeded(self.train(job, "--program", "by_option.py", env=variable))
        self.assertTrue((job.path / "model/by_option.py").exists())

    def test_missing_config_files_mean_no_hyperparameters_no_channels_and_this_host_alone(self):
        job = self.job()
        for name in ("hyperparameters", "resourceconfig", "inputdataconfig"):
            (job.path / f"input/config/{name}.json").unlink()
        run = self.train(job, "--program", "train.py")
        self.assert_succeeded(run)
        self.assertEqual(job.record()["argv"][1:], [])
        env = job.record()["env"]
        self.assertEqual(json.loads(env["SM_HOSTS"]), [env["SM_CURRENT_HOST"]])
        for name in ("hyperparameters", "resourceconfig", "inputdataconfig"):
            self.assertIn(f"{name}.json", run.stderr)

    def test_python_is_the_one_that_the_option_names(self):
        job = self.job()
        python = job.write("my-python", "#!/bin/sh\nCHOSEN=yes exec /usr/bin/python3 \"$@\"\n", mode=0o755)
        self.assert_succeeded(self.train(job, "--python", python))
        self.assertEqual(job.record()["env"]["CHOSEN"], "yes")

    def test_standard_input_is_the_callers(self):
        job = self.job(source="import sys; print(sys.stdin.read())")
        with open(job.write("input.txt", "from the caller")) as stdin:
            run = self.finish(self.start("train", "--base-path", job.path, stdin=stdin), job)
        self.assertEqual(run.stdout, b"from the caller\n")


class WhatSageMakerSees(EndToEndTest):
    def test_both_streams_pass_through_byte_for_byte(self):
        job = self.job(source=r"""
            import sys
            sys.stdout.buffer.write(b"epoch=1 loss=0.5\n\xff\x00\r50%\rno newline")
            sys.stderr.buffer.write(b"from the program\xfe\n")
        """)
        process = self.start("train", "--base-path", job.path)
        stdout, stderr = process.communicate()
        self.assertEqual(stdout, b"epoch=1 loss=0.5\n\xff\x00\r50%\rno newline")
        self.assertIn(b"from the program\xfe\n", stderr)

    def test_success_is_reported_by_an_output_success_file_and_exit_code_0(self):
        self.assert_succeeded(self.train(self.job(source="")))

    def test_the_exit_code_passes_through_and_the_failure_says_why(self):
        job = self.job({"epochs": 1}, source="""
            import sys
            print("my fatal: disk full", file=sys.stderr)
            sys.exit(3)
        """)
        run = self.train(job)
        self.assertEqual(run.code, 3)
        self.assertFalse(run.success)
        self.assertTrue(run.failure.startswith("ExecuteUserScriptError:\nExitCode 3\nErrorMessage \""), run.failure)
        self.assertIn("my fatal: disk full", run.failure)
        self.assertRegex(run.failure, r'Command ".*train\.py --epochs 1')

    def test_the_failure_of_a_python_program_is_its_traceback(self):
        run = self.train(self.job(source="""
            import sys
            def step():
                raise ValueError("loss is NaN")
            print("chatter " * 500, file=sys.stderr)
            step()
        """))
        self.assertEqual(run.code, 1)
        self.assertIn("ValueError: loss is NaN", run.failure)
        self.assertLessEqual(len(run.failure), 1024)

    def test_a_program_that_is_killed_gives_128_plus_the_signal_and_its_name(self):
        run = self.train(self.job(source="import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
        self.assertEqual(run.code, 128 + 9)
        self.assertIn("SIGKILL", run.failure)

    def test_a_failure_file_that_the_program_wrote_stays_as_it_is(self):
        run = self.train(self.job(source="""
            import os, sys
            open(os.environ["SM_OUTPUT_FAILURE"], "w").write("my own words")
            sys.exit(4)
        """))
        self.assertEqual((run.code, run.failure), (4, "my own words"))

    def test_the_reports_of_an_earlier_run_are_gone(self):
        job = self.job(source="")
        job.write("output/failure", "old")
        self.assert_succeeded(self.train(job))
        job.write("code/train.py", "raise SystemExit(5)")
        run = self.train(job)
        self.assertEqual((run.code, run.success), (5, False))

    def test_a_report_that_cannot_be_written_is_told_and_changes_no_exit_code(self):
        job = self.job(source="""
            import os, sys
            os.makedirs(os.environ["SM_OUTPUT_FAILURE"])  # a directory where the file should be
            sys.exit(6)
        """)
        process = self.start("train", "--base-path", job.path)
        _, stderr = process.communicate()
        self.assertEqual(process.returncode, 6)
        self.assertIn(str(job.path / "output/failure"), stderr.decode())


class LocalCode(EndToEndTest):
    """sagemaker_submit_directory on this machine."""

    def setUp(self):
        super().setUp()
        self.source = pathlib.Path(self.directory / "source")
        self.source.mkdir()
        (self.source / "train.py").write_text("import helper; print(helper.NAME)")
        (self.source / "helper.py").write_text("NAME = 'helped'")

    def test_a_directory_is_copied_into_code(self):
        job = self.job({"sagemaker_submit_directory": str(self.source)}, source=None)
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"helped\n")
        self.assertEqual(job.code_files(), ["helper.py", "train.py"])
        self.assertEqual(sorted(os.listdir(self.source)), ["helper.py", "train.py"])

    def test_a_file_uri_and_the_option_are_understood(self):
        job = self.job({"sagemaker_submit_directory": "/not/this/one"}, source=None)
        run = self.train(job, "--submit-directory", f"file://{self.source}")
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"helped\n")

    def test_a_lone_file_is_copied_into_code(self):
        (self.source / "train.py").write_text("print('alone')")
        job = self.job({"sagemaker_submit_directory": str(self.source / "train.py")}, source=None)
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual((run.stdout, job.code_files()), (b"alone\n", ["train.py"]))

    def test_code_that_is_there_already_stays_and_is_overlaid(self):
        job = self.job({"sagemaker_submit_directory": str(self.source)}, source="print('old')")
        job.write("code/extra.py", "")
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"helped\n")
        self.assertEqual(job.code_files(), ["extra.py", "helper.py", "train.py"])


if __name__ == "__main__":
    unittest.main()
