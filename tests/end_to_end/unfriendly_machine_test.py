"""Machines and trees that are in the way: links that loop, files that cannot be read, streams that are full, tools that hang."""
import os
import pathlib
import signal
import subprocess
import unittest

from support import SM_TRAIN, EndToEndTest, clean_env, tar_gz, wait_until

AS_NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


class UnfriendlyMachine(EndToEndTest):
    def test_a_link_that_loops_in_the_code_is_a_name_like_another(self):
        job = self.job()
        (job.path / "code/loop").symlink_to("loop")
        self.assert_succeeded(self.train(job))
        (job.path / "code/requirements.txt").symlink_to("requirements.txt")
        self.assert_fault(self.train(job), 66, "requirements.txt is not there")

    def test_a_base_path_that_loops_or_is_too_long_is_no_input(self):
        loop = self.directory / "loop"
        loop.symlink_to("loop")
        for path in (loop, self.directory / ("x" * 300)):
            run = self.run_binary("--base-path", path)
            self.assertEqual(run.code, 66, run.stderr)
            self.assertIn(str(path), run.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_what_a_user_may_not_read_is_denied_by_name(self):
        for locked in ("input", "input/config", "code"):
            with self.subTest(locked):
                self.directory.chmod(0o755)
                job = self.job()
                for path in (job.path, *job.path.rglob("*")):
                    os.chown(path, 65534, 65534)
                os.chown(job.path / locked, 0, 0)
                (job.path / locked).chmod(0o700)
                run = self.finish(self.start("--base-path", job.path, **AS_NOBODY), job)
                self.assertEqual(run.code, 77, run.stderr)
                self.assertIn(str(job.path / locked), run.stderr)
                subprocess.run(["rm", "-r", str(job.path)], check=True)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_code_that_cannot_be_written_goes_elsewhere_for_the_job_but_never_hides_what_is_there(self):
        job = self.job(source=None)
        source = self.directory / "sourcedir.tar.gz"
        source.write_bytes(tar_gz({"train.py": "import os; print(os.getcwd(), os.environ['SM_SOURCE_DIR'])"}))
        for path in (self.directory, job.path, *job.path.rglob("*"), source):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (job.path / "code").chmod(0o555)
        def train():
            process = self.start("--base-path", job.path, "--submit-directory", source, **AS_NOBODY)
            return self.finish(process, job)

        run = train()
        self.assert_succeeded(run)
        where, named = run.stdout.decode().split()
        self.assertEqual(where, named)
        self.assertIn(f"{job.path}/code cannot be written: the code goes into {pathlib.Path(where).parent}", run.stderr)
        self.assertFalse(os.path.exists(where))

        (job.path / "code/own.py").write_text("")
        self.assert_fault(train(), 77, f"{job.path}/code")

    def test_a_full_stderr_and_an_unwritable_output_change_no_exit_code(self):
        self.directory.chmod(0o755)
        job = self.job(source="raise SystemExit(5)")
        for path in (job.path, *job.path.rglob("*")):
            os.chown(path, 65534, 65534)
        (job.path / "output").chmod(0o555)
        with open("/dev/full", "wb") as full:
            run = subprocess.run([SM_TRAIN, "--base-path", job.path], stderr=full, stdout=subprocess.DEVNULL, timeout=60,
                                 env=clean_env(self.home), check=False, **AS_NOBODY)
        self.assertEqual(run.returncode, 5)

    def test_the_fault_is_told_at_every_log_level(self):
        run = self.train(self.job(program="nope.py", source=None), "--log-level", "CRITICAL")
        self.assert_fault(run, 127, r"nope\.py")

    def test_a_device_tool_that_hangs_is_left_behind_by_sigterm(self):
        tools = self.directory / "bin"
        tools.mkdir()
        tool = tools / "nvidia-smi"
        tool.write_text("#!/bin/sh\ntouch %s/asked\nexec >&- 2>&-\nexec sleep 600\n" % self.directory)
        tool.chmod(0o755)
        job = self.job()
        process = self.start("--base-path", job.path, env={"PATH": "%s:/usr/bin:/bin" % tools})
        wait_until((self.directory / "asked").exists, "nvidia-smi")
        process.send_signal(signal.SIGTERM)
        run = self.finish(process, job)
        self.assert_fault(run, 143, "SIGTERM")

    def test_a_temporary_directory_that_is_missing_is_named(self):
        job = self.job({name: name * 60000 for name in "abc"})
        run = self.train(job, env={"TMPDIR": "/no/such/directory"})
        self.assert_fault(run, 66, "TMPDIR")

    def test_a_relative_base_path_is_where_it_was_named(self):
        job = self.job()
        run = self.finish(self.start("--base-path", job.path.name), job)
        self.assert_succeeded(run)
        self.assertEqual(job.record()["env"]["SM_MODEL_DIR"], str(job.path / "model"))

    def test_a_wrong_setting_is_reported_where_the_job_is_and_a_wrong_option_nowhere(self):
        job = self.job()
        (job.path / "output").mkdir(exist_ok=True)
        (job.path / "output/success").touch()
        self.assertEqual(self.run_binary("--base-path", job.path, "--bogus").code, 64)
        self.assertTrue((job.path / "output/success").exists())
        run = self.train(job, "--grace-period", "soon")
        self.assert_fault(run, 64, "--grace-period", "soon", "seconds")

    def test_a_program_whose_name_is_no_utf_8_runs(self):
        job = self.job(source=None)
        name = b"tr\xff.py"
        with open(os.fsencode(job.path / "code") + b"/" + name, "wb") as file:
            file.write(b"import os; open(os.environ['SM_MODEL_DIR'] + '/ran', 'w')")
        run = self.train(job, "--program", os.fsdecode(name))
        self.assert_succeeded(run)
        self.assertTrue((job.path / "model/ran").exists())

    def test_a_large_code_tree_does_not_hide_the_program_from_the_channel_rule(self):
        job = self.job({}, channels=("training",), source="import argparse\nargparse.ArgumentParser().parse_args()\n")
        for number in range(150):
            job.write("code/aa/m%03d.py" % number, "x = 1\n")
        self.assert_succeeded(self.train(job))
        job.write("code/train.py", "import argparse\nargparse.ArgumentParser().parse_args()\n" + "# padding\n" * 30000)
        self.assert_succeeded(self.train(job))

    def test_a_requirements_file_that_is_not_there_is_no_input(self):
        self.assert_fault(self.train(self.job(), "--requirements", "nope.txt"), 66, r"nope\.txt", "--requirements")


if __name__ == "__main__":
    unittest.main()
