"""Bad input: each fault has its exit code, names the file or key and a remedy, and is in output/failure too."""
import unittest

from support import EndToEndTest


class BadInput(EndToEndTest):
    def test_a_base_path_without_input_config_names_the_option(self):
        empty = self.directory / "empty"
        empty.mkdir()
        run = self.run_binary("train", "--base-path", empty)
        self.assertEqual(run.code, 66, run.stderr)
        self.assertIn(f"{empty}/input/config", run.stderr)
        self.assertIn("--base-path", run.stderr)

    def test_a_base_path_that_does_not_exist_is_not_made(self):
        absent = self.directory / "absent"
        run = self.run_binary("train", "--base-path", absent)
        self.assertEqual(run.code, 66, run.stderr)
        self.assertIn(str(absent), run.stderr)
        self.assertFalse(absent.exists())

    def test_malformed_json_names_the_file_the_line_and_the_column(self):
        for name in ("hyperparameters", "resourceconfig", "inputdataconfig"):
            with self.subTest(name):
                self.directory = self.directory / name
                job = self.job()
                path = job.write(f"input/config/{name}.json", '{\n  "a": "1",\n  "b": oops\n}\n')
                run = self.train(job)
                self.assert_fault(run, 65, str(path), r"line 3\D+column \d+|:3:\d+")

    def test_a_wrong_type_at_the_top_is_a_bad_configuration(self):
        for name in ("hyperparameters", "resourceconfig", "inputdataconfig"):
            with self.subTest(name):
                self.directory = self.directory / name
                job = self.job()
                path = job.write(f"input/config/{name}.json", '["a", "b"]')
                self.assert_fault(self.train(job), 78, str(path), "(?i)object", "(?i)array|list")

    def test_no_program_at_all_names_the_ways_to_name_one(self):
        job = self.job(program=None, source=None)
        job.write("code/train.py", "")
        run = self.train(job)
        self.assert_fault(run, 78, "sagemaker_program", "--program")

    def test_a_submit_directory_that_does_not_exist_is_no_input(self):
        job = self.job({"sagemaker_submit_directory": "/no/such/directory"}, source=None)
        self.assert_fault(self.train(job), 66, "/no/such/directory")

    def test_an_interpreter_that_does_not_exist_is_not_found(self):
        job = self.job()
        self.assert_fault(self.train(job, "--python", "/no/such/python"), 127, "/no/such/python", "--python")


if __name__ == "__main__":
    unittest.main()
