"""SIGTERM reaches the program; during a step of the launcher's own it ends that step."""
import signal
import unittest

from support import EndToEndTest, running, stalling_server, terminate, wait_until

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


if __name__ == "__main__":
    unittest.main()
