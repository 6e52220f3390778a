"""`sm-train init`: a mock /opt/ml to start from."""
import json
import os
import signal
import subprocess
import unittest

from support import RECORDER, EndToEndTest, MockOptMl, wait_until

PYTHON = ("--python", "/usr/bin/python3")


class Init(EndToEndTest):
    def init(self, *arguments, env=None):
        """`sm-train init job ...`, and the job that it has made."""
        run = self.run_binary("init", "job", *arguments, env=env)
        self.assertEqual(run.code, 0, run.stderr)
        return run

    def made(self):
        job = MockOptMl.__new__(MockOptMl)
        job.path = self.directory / "job"
        return job

    def config(self, name):
        return json.loads((self.directory / "job/input/config" / name).read_text())

    def refuse(self, code, *arguments):
        """Nothing is made; gives what is said."""
        before = sorted(self.directory.rglob("*"))
        run = self.run_binary("init", *arguments)
        self.assertEqual(run.code, code, run.stderr)
        self.assertEqual(run.stdout, b"")
        self.assertEqual(sorted(self.directory.rglob("*")), before)
        return run.stderr

    def test_the_sample_job_runs_at_once(self):
        said = self.init().stdout.decode()
        self.assertIn("sm-train --base-path job", said)
        run = self.train(self.made(), *PYTHON)
        self.assert_succeeded(run)
        self.assertRegex(run.stdout.decode(), r"(?m)^epoch=10 loss=0\.\d+$")
        model = json.loads((self.directory / "job/model/model.json").read_text())
        self.assertAlmostEqual(model["slope"], 2, delta=0.3)

    def test_the_sample_takes_other_hyperparameters_and_says_which_it_has_no_use_for(self):
        self.init("-p", "epochs=2", "-p", "batch=8")
        run = self.train(self.made(), *PYTHON)
        self.assert_succeeded(run)
        self.assertRegex(run.stdout.decode(), r"(?m)^epoch=2 ")
        self.assertNotIn("epoch=3", run.stdout.decode())
        self.assertIn("not used: --batch 8", run.stdout.decode())

    def test_the_sample_saves_a_checkpoint_on_sigterm_and_goes_on_from_it(self):
        self.init("-p", "epochs=100000000")
        process = self.start("--base-path", "job", *PYTHON)
        checkpoint = self.directory / "job/checkpoints/state.json"
        wait_until(checkpoint.exists, "a checkpoint")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 128 + signal.SIGTERM)
        epoch = json.loads(checkpoint.read_text())["epoch"]
        config = self.config("hyperparameters.json")
        (self.directory / "job/input/config/hyperparameters.json").write_text(
            json.dumps({**config, "epochs": str(epoch + 1)}))
        run = self.train(self.made(), *PYTHON)
        self.assert_succeeded(run)
        self.assertIn(f"going on after epoch {epoch}\nepoch={epoch + 1} ", run.stdout.decode())

    def test_hyperparameters_arrive_with_their_types(self):
        (self.directory / "mine.py").write_text(RECORDER)
        self.init("--program", "mine.py", "-p", "lr=0.1", "-p", "name=adam", "-p", "on=true", "-p", "layers=[1,2]",
                  "-p", 'zip="01"', "-p", "lr=0.2", "-p", "title=two words = three")
        self.assert_succeeded(self.train(self.made(), *PYTHON))
        record = self.made().record()
        self.assertEqual(json.loads(record["env"]["SM_HPS"]),
                         {"lr": 0.2, "name": "adam", "on": True, "layers": [1, 2], "zip": "01",
                          "title": "two words = three"})
        self.assertEqual(self.config("hyperparameters.json")["name"], '"adam"')

    def test_a_directory_of_ones_own_is_copied_and_its_program_found(self):
        source = self.directory / "source"
        (source / "lib").mkdir(parents=True)
        (source / "lib/helper.py").write_text("answer = 42\n")
        (source / "train.py").write_text("from lib.helper import answer\nprint('answer', answer)\n")
        self.init("--program", "source")
        run = self.train(self.made(), *PYTHON)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"answer 42\n")
        self.assertEqual(list((self.directory / "job/input/data").iterdir()), [])

    def test_channels_are_linked_and_with_copy_copied(self):
        data = self.directory / "my data"
        data.mkdir()
        (data / "one.csv").write_text("1")
        said = self.init("-c", "all=my data", "-c", "one=my data/one.csv").stdout.decode()
        channels = self.directory / "job/input/data"
        self.assertEqual(os.readlink(channels / "all"), str(data.resolve()))
        self.assertEqual((channels / "one/one.csv").read_text(), "1")
        self.assertIn("--copy", said)
        self.assertEqual(set(self.config("inputdataconfig.json")), {"all", "one", "training"})

        run = self.run_binary("init", "other", "--copy", "-c", "all=my data")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertFalse((self.directory / "other/input/data/all").is_symlink())
        self.assertEqual((self.directory / "other/input/data/all/one.csv").read_text(), "1")
        self.assertNotIn("--copy", run.stdout.decode())

    def test_data_of_ones_own_for_the_sample_take_the_place_of_its_own(self):
        data = self.directory / "data"
        data.mkdir()
        (data / "line.csv").write_text("x,y\n0,1\n1,1\n")
        self.init("-c", "training=data")
        self.assert_succeeded(self.train(self.made(), *PYTHON))
        self.assertEqual([path.name for path in data.iterdir()], ["line.csv"])

    def test_hosts_are_a_number_or_names(self):
        self.init("--hosts", "3")
        self.assertEqual(self.config("resourceconfig.json")["hosts"], ["algo-1", "algo-2", "algo-3"])
        self.assertEqual(self.config("resourceconfig.json")["current_host"], "algo-1")
        run = self.run_binary("init", "other", "--hosts", "a,b", "--current-host", "b")
        self.assertEqual(run.code, 0, run.stderr)
        config = json.loads((self.directory / "other/input/config/resourceconfig.json").read_text())
        self.assertEqual((config["hosts"], config["current_host"]), (["a", "b"], "b"))

    def test_what_is_there_already_stays_and_is_exit_code_73(self):
        (self.directory / "job").mkdir()
        (self.directory / "job/precious").write_text("mine")
        self.assertIn("job", self.refuse(73, "job"))
        self.assertIn("not a directory", self.refuse(73, "job/precious"))

    def test_words_that_cannot_be_understood_are_exit_code_64(self):
        for arguments in (["job", "-p", "lr"], ["job", "-p", "=1"], ["job", "-c", "training"], ["job", "-c", "a b=."],
                          ["job", "-c", "..=."], ["job", "-c", "a=.", "-c", "a=."], ["job", "--hosts", "0"], ["job", "--hosts", "a,a"],
                          ["job", "--current-host", "algo-2"], ["job", "--program", "."], [""], [], ["job", "more"]):
            with self.subTest(arguments):
                self.refuse(64, *arguments)

    def test_data_and_code_that_are_not_there_are_exit_code_66(self):
        self.assertIn("nowhere", self.refuse(66, "job", "-c", "training=nowhere"))
        self.assertIn("gone.py", self.refuse(66, "job", "--program", "gone.py"))

    def test_names_of_any_bytes_are_kept(self):
        name = os.fsdecode(b"w\xc3\xa4hrung \xff.py")
        (self.directory / name).write_text(RECORDER)
        run = self.run_binary("init", os.fsdecode(b"j\xfe b"), "--program", name)
        self.assertEqual(run.code, 0, run.stderr)
        run = self.run_binary("--base-path", os.fsdecode(b"j\xfe b"), *PYTHON)
        self.assertEqual(run.code, 0, run.stderr)

    def test_a_full_disk_is_told_and_leaves_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small file system")
        small = self.directory / "small"
        small.mkdir()
        (self.directory / "data").write_bytes(b"x" * 2_000_000)
        script = 'mount -t tmpfs -o size=1m none "$1"; "$2" init "$1/job" --copy -c training=data; code=$?; ls -A "$1"; exit $code'
        run = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", small, os.environ["SM_TRAIN"]],
                             cwd=self.directory, capture_output=True, text=True)
        self.assertEqual(run.returncode, 74, run.stderr)
        self.assertIn("No space left", run.stderr)
        self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main()
