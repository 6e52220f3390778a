"""Malformed configs: each ends with its exit code, and an error on stderr and in output/failure that names the file, the
place in it, what was found there and what was expected. Large ones run."""
import json
import os
import shutil
import subprocess
import unittest

from support import EndToEndTest, MockOptMl, SM_TRAIN, as_the_sdk_writes, clean_env

CONFIGS = ("hyperparameters", "resourceconfig", "inputdataconfig", "checkpointconfig")
BAD_DATA, DENIED, BAD_CONFIG = 65, 77, 78

# What it is, its bytes, where it goes wrong, and what the error says of it.
NOT_JSON = [
    ("an empty file", b"", "line 1 column 1", "empty"),
    ("white space alone", b" \n ", "line 2 column 2", "found the end of the text"),
    ("text", b"learning_rate: 0.1\n", "line 1 column 1", "found 'l'"),
    ("single quotes", b"{'a': 1}", "line 1 column 2", "found '''"),
    ("a comma too many", b'{\n  "a": 1,\n}', "line 3 column 1", "found '}'"),
    ("a comment", b"{} // none", "line 1 column 4", "found '/'"),
    ("a second value", b"{}\n{}", "line 2 column 1", "found '{'"),
    ("a truncated object", b'{"a": {"b":', "line 1 column 12", "found the end of the text"),
    ("a truncated string", b'{"a": "b', "line 1 column 9", "quotation mark"),
    ("a line break in a string", b'{"a": "b\nc"}', r"line 1 column \d", r"U\+000A"),
    ("half an escape", b'{"a": "\\u12"}', r"line 1 column \d", "hex digit"),
    ("a byte order mark", b"\xef\xbb\xbf{}", "line 1 column 1", "byte order mark"),
    ("UTF-16", '{"a": 1}'.encode("utf-16"), "line 1 column 1", "UTF-16"),
    ("Latin-1", b'{"a": "caf\xe9"}', "line 1 column 11", "0xe9"),
    ("a surrogate in bytes", b'{"a": "\xed\xa0\x80"}', "line 1 column 8", "0xed"),
    ("a NUL", b'{"a": 1}\0', "line 1 column 9", "NUL"),
    ("a preallocated file", b"\0" * 4096, "line 1 column 1", "NUL"),
]

NOT_AN_OBJECT = [("null", "null"), ("true", "a boolean"), ("1", "a number"), ('"{}"', "a string"), ("[]", "a list")]

HOST = {"current_host": "algo-1", "hosts": ["algo-1"]}
GROUP = {"instance_group_name": "g", "instance_type": "ml.m5.large", "hosts": ["algo-1"]}

# The file, its value, the key at fault as the error names it, what is expected there and what was found.
WRONG_TYPES = [
    ("hyperparameters", {"sagemaker_program": 5}, "sagemaker_program", "a string", "a number"),
    ("hyperparameters", {"sagemaker_program": "[1]"}, "sagemaker_program", "a string", "a list"),
    ("hyperparameters", {"sagemaker_submit_directory": "true"}, "sagemaker_submit_directory", "a string", "a boolean"),
    ("hyperparameters", {"sagemaker_s3_output": "{}"}, "sagemaker_s3_output", "a string", "an object"),
    ("resourceconfig", {}, "current_host", "a string", "nothing"),
    ("resourceconfig", {"current_host": "a"}, "hosts", "a list of strings", "nothing"),
    ("resourceconfig", {**HOST, "current_host": 5}, "current_host", "a string", "a number"),
    ("resourceconfig", {**HOST, "current_host": None}, "current_host", "a string", "null"),
    ("resourceconfig", {**HOST, "hosts": "algo-1"}, "hosts", "a list", "a string"),
    ("resourceconfig", {**HOST, "hosts": []}, "hosts", "at least one host", "an empty list"),
    ("resourceconfig", {**HOST, "hosts": ["algo-1", None]}, "hosts[1]", "a string", "null"),
    ("resourceconfig", {**HOST, "current_group_name": 1}, "current_group_name", "a string", "a number"),
    ("resourceconfig", {**HOST, "current_instance_type": []}, "current_instance_type", "a string", "a list"),
    ("resourceconfig", {**HOST, "network_interface_name": {}}, "network_interface_name", "a string", "an object"),
    ("resourceconfig", {**HOST, "instance_groups": {}}, "instance_groups", "a list", "an object"),
    ("resourceconfig", {**HOST, "instance_groups": [GROUP, "g"]}, "instance_groups[1]", "an object", "a string"),
    ("resourceconfig", {**HOST, "instance_groups": [{"hosts": []}]}, "instance_groups[0].instance_group_name",
     "a string", "nothing"),
    ("resourceconfig", {**HOST, "instance_groups": [{**GROUP, "instance_type": 5}]},
     "instance_groups[0].instance_type", "a string", "a number"),
    ("resourceconfig", {**HOST, "instance_groups": [{**GROUP, "hosts": [5]}]}, "instance_groups[0].hosts[0]",
     "a string", "a number"),
    ("checkpointconfig", {"LocalPath": 5}, "LocalPath", "a string", "a number"),
]


class MalformedConfig(EndToEndTest):
    def job_with(self, config, content):
        """A new job whose one config has this content."""
        shutil.rmtree(self.directory / "ml", ignore_errors=True)
        job = self.job()
        return job, job.write(f"input/config/{config}.json", content)

    def test_what_is_no_json_is_told_with_line_and_column(self):
        for what, content, place, found in NOT_JSON:
            for config in CONFIGS:
                with self.subTest(what, config=config):
                    job, path = self.job_with(config, content)
                    self.assert_fault(self.train(job), BAD_DATA, f"{path} is not JSON: {place}: ", found)

    def test_what_is_no_object_is_told_with_what_it_is(self):
        for content, found in NOT_AN_OBJECT:
            for config in CONFIGS:
                with self.subTest(content, config=config):
                    job, path = self.job_with(config, content)
                    self.assert_fault(self.train(job), BAD_CONFIG, f"{path}: .*an object, found {found}[.]")

    def test_a_wrong_type_is_told_with_its_key(self):
        for config, value, key, expected, found in WRONG_TYPES:
            with self.subTest(key, found=found):
                job, path = self.job_with(config, json.dumps(value))
                run = self.train(job)
                self.assert_fault(run, BAD_CONFIG)
                for text in (run.stderr, run.failure):
                    self.assertIn(f'{path}: key "{key}" must be ', text)
                    self.assertIn(expected, text)
                    self.assertIn(f"found {found}.", text)

    def test_nesting_without_end_is_refused_and_harms_nobody(self):
        for depth in (1000, 100000):
            for what, content in (("lists", "[" * depth + "]" * depth), ("objects", '{"a":' * depth + "1" + "}" * depth),
                                  ("unclosed lists", "[" * depth)):
                for config in CONFIGS:
                    with self.subTest(what, depth=depth, config=config):
                        job, path = self.job_with(config, content)
                        self.assert_fault(self.train(job), BAD_CONFIG, rf"{path}: line 1 column \d+: nested more than")

    def test_a_hyperparameter_that_holds_nesting_without_end_is_named(self):
        for depth in (1000, 100000):
            job, path = self.job_with("hyperparameters", json.dumps({"layers": "[" * depth + "]" * depth}))
            self.assert_fault(self.train(job), BAD_CONFIG, f'{path}: the value of "layers": line 1 column ')

    def test_a_name_that_no_variable_can_have_is_refused(self):
        for config in ("hyperparameters", "inputdataconfig"):
            for name, told in (("a=b", "a=b"), ("a\0b", r"A\\x00B"), ("a\ud800", r"U\+D800")):
                with self.subTest(name, config=config):
                    settings = {"sagemaker_program": "train.py"} if config == "hyperparameters" else {}
                    job, _ = self.job_with(config, json.dumps({**settings, name: {}}))
                    self.assert_fault(self.train(job), BAD_CONFIG, told)

    def test_a_directory_in_a_configs_place_is_told_as_that(self):
        for config in CONFIGS:
            with self.subTest(config=config):
                job, path = self.job_with(config, "")
                path.unlink()
                path.mkdir()
                self.assert_fault(self.train(job), BAD_CONFIG, f"{path} is a directory, expected a file")

    def test_a_fifo_in_a_configs_place_is_not_waited_for(self):
        for config in CONFIGS:
            with self.subTest(config=config):
                job, path = self.job_with(config, "")
                path.unlink()
                os.mkfifo(path)
                self.assert_fault(self.train(job), BAD_DATA, f"{path} is a FIFO")

    def test_a_symlink_to_itself_is_no_config(self):
        for config in CONFIGS:
            with self.subTest(config=config):
                job, path = self.job_with(config, "")
                path.unlink()
                path.symlink_to(path.name)
                self.assert_fault(self.train(job), 66, f"{path}.*symbolic links")

    @unittest.skipUnless(os.geteuid() == 0, "root becomes an ordinary user here, to whom a file can be closed")
    def test_a_config_that_the_user_may_not_read_is_denied(self):
        nobody = 65534
        self.directory.chmod(0o755)
        for config in CONFIGS:
            with self.subTest(config=config):
                job, path = self.job_with(config, "{}")
                path.chmod(0o600)
                (job.path / "output").mkdir(exist_ok=True)
                os.chown(job.path / "output", nobody, nobody)
                process = subprocess.Popen([SM_TRAIN, "--base-path", str(job.path)], user=nobody, group=nobody,
                                           extra_groups=[], env=clean_env(self.home), stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
                self.assert_fault(self.finish(process, job), DENIED, f"{path}: Permission denied")


class LargeConfig(EndToEndTest):
    def test_ten_thousand_keys_in_each_config_are_run(self):
        names = [f"key_{i}" for i in range(10000)]
        job = self.job()
        job.write("input/config/hyperparameters.json", json.dumps(as_the_sdk_writes(
            {**dict.fromkeys(names, 1), "sagemaker_program": "train.py", "key_9999": "last"})))
        run = self.train(job)
        self.assert_succeeded(run)
        record = job.record()
        self.assertEqual(record["argv"][-2:], ["--key_9999", "last"])
        self.assertEqual(record["env"]["SM_HP_KEY_9999"], "last")

        job = MockOptMl(self.directory / "many", {"sagemaker_program": "train.py"})
        shutil.copy(self.directory / "ml/code/train.py", job.path / "code")
        job.write("input/config/inputdataconfig.json", json.dumps({name: {} for name in names}))
        job.write("input/config/checkpointconfig.json", json.dumps(dict.fromkeys(names)))
        job.write("input/config/resourceconfig.json", json.dumps({
            **dict.fromkeys(names), **HOST, "hosts": names, "instance_groups": [
                {"instance_group_name": name, "instance_type": "t", "hosts": [name]} for name in names]}))
        run = self.train(job, env={"SM_STUDIO_LOCAL_MODE": "true"})
        self.assert_succeeded(run)
        env = job.record()["env"]
        self.assertEqual(env["SM_CHANNEL_KEY_9999"], str(job.path / "input/data/key_9999"))
        self.assertEqual(env["SM_HOST_COUNT"], "10000")

    def test_a_config_that_is_no_config_by_its_size_is_refused(self):
        job = self.job()
        path = job.path / "input/config/hyperparameters.json"
        with open(path, "wb") as file:
            file.truncate(1 << 40)
        self.assert_fault(self.train(job), BAD_DATA, str(path), "bytes")


if __name__ == "__main__":
    unittest.main()
