"""SIGTERM reaches the program; during a step of the launcher's own it ends that step."""
import os
import pathlib
import signal
import sys
import unittest

from support import EndToEndTest, as_pid_1, running, stalling_server, terminate, wait_until

WAITING = """
import os, signal, sys, time
{setup}
with open(os.path.join(os.environ["SM_MODEL_DIR"], "pid.part"), "w") as file:
    file.write(str(os.getpid()))
os.rename(file.name, os.path.join(os.environ["SM_MODEL_DIR"], "pid"))
while True:
    time.sleep(60)
"""


class Signals(EndToEndTest):
    def start_waiting(self, setup):
        """A job whose program waits; gives the launcher, the job and the program's process id."""
        job = self.job(source=WAITING.format(setup=setup))
        process = self.start("train", "--base-path", job.path)
        pid = int(wait_until(lambda: (job.path / "model/pid").exists() and (job.path / "model/pid").read_text(),
                             "the program to start"))
        return process, job, pid

    def test_sigterm_reaches_the_program_and_its_exit_code_passes(self):
        process, job, _ = self.start_waiting(
            "signal.signal(signal.SIGTERM, lambda *_: (print('checkpoint saved'), sys.exit(7)))")
        terminate(process)
        run = self.finish(process, job)
        self.assertEqual((run.code, run.stdout), (7, b"checkpoint saved\n"))
        self.assertIn("ExitCode 7", run.failure)

    def test_a_program_that_checkpoints_and_exits_0_has_succeeded(self):
        process, job, _ = self.start_waiting("signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))")
        terminate(process)
        self.assert_succeeded(self.finish(process, job))

    def test_a_program_that_sigterm_kills_is_reported_by_the_signals_name(self):
        process, job, pid = self.start_waiting("")
        terminate(process)
        run = self.finish(process, job)
        self.assertEqual(run.code, 128 + signal.SIGTERM)
        self.assertIn("SIGTERM", run.failure)
        self.assertFalse(running(pid))

    def test_other_signals_reach_the_program_too(self):
        process, job, _ = self.start_waiting("signal.signal(signal.SIGUSR1, lambda *_: sys.exit(11))")
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(self.finish(process, job).code, 11)

    def test_what_the_program_left_running_is_ended(self):
        job = self.job(source="""
            import os, subprocess, sys
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
            print(child.pid)
        """)
        run = self.train(job)
        self.assert_succeeded(run)
        wait_until(lambda: not running(int(run.stdout)), "the program's child to end")

    def test_sigterm_while_the_machine_is_looked_at_ends_the_launcher_and_is_reported(self):
        bin_directory = self.directory / "bin"
        bin_directory.mkdir()
        tool = bin_directory / "nvidia-smi"  # one that hangs, as that of a GPU that fell off the bus
        tool.write_text("#!/bin/sh\necho >\"$0.started\"\nexec sleep 1000\n")
        tool.chmod(0o755)
        job = self.job()
        process = self.start("train", "--base-path", job.path, env={"PATH": f"{bin_directory}:/usr/bin:/bin"})
        wait_until((bin_directory / "nvidia-smi.started").exists, "nvidia-smi")
        terminate(process)
        self.assert_fault(self.finish(process, job), 143, "SIGTERM", "while looking at the machine")

    def test_sigterm_during_a_fetch_ends_the_launcher_and_is_reported(self):
        uri = "s3://jobs/slow.tar.gz"
        with stalling_server() as (endpoint, asked):
            job = self.job({"sagemaker_submit_directory": uri}, source=None)
            process = self.start("train", "--base-path", job.path, env={
                "AWS_ENDPOINT_URL_S3": endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "b"})
            wait_until(lambda: asked, "the request")
            terminate(process)
            process.wait(timeout=20)
            run = self.finish(process, job)
        self.assert_fault(run, 143, "SIGTERM")
        self.assert_nothing_fetched(job)


class Pid1(EndToEndTest):
    def start_as_pid_1(self, source):
        command, why_not = as_pid_1()
        if not command:
            self.skipTest(why_not)
        job = self.job(source=source)
        # Without a tool that would be asked for devices.
        process = self.start("train", "--base-path", job.path, "--python", sys.executable,
                             under=[*command, "env", f"PATH={self.directory}"])
        return process, job

    def test_no_process_is_started_but_the_program(self):
        process, job = self.start_as_pid_1("import os; print(os.getpid(), os.getppid())")
        run = self.finish(process, job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"2 1\n")

    def test_orphans_are_reaped_and_sigterm_passes(self):
        process, job = self.start_as_pid_1("""
            import os, pathlib, signal, sys, time
            def processes():
                count = 0
                for path in pathlib.Path("/proc").glob("[0-9]*"):
                    try:
                        path.joinpath("stat").read_text()
                    except (FileNotFoundError, ProcessLookupError):
                        continue  # reaped meanwhile
                    count += 1
                return count
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
            for _ in range(50):
                if os.fork() == 0:
                    os.fork()  # this one's child becomes PID 1's
                    os._exit(0)
                os.wait()
            while processes() > 2:
                time.sleep(0.01)
            print("reaped", flush=True)
            while True:
                time.sleep(0.05)
        """)
        self.assertEqual(process.stdout.readline(), b"reaped\n")
        launcher = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        os.kill(int(launcher), signal.SIGTERM)
        self.assertEqual(self.finish(process, job).code, 7)


if __name__ == "__main__":
    unittest.main()
