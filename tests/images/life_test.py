"""sm-train as a container's first process: stops, kills, memory, and what the program leaves behind."""
import signal
import unittest

import containers
from containers import ContainerTest, podman

# Says that it is there, and waits.
WAIT = """
import os, signal, sys, time
{setup}
with open("/opt/ml/model/started.part", "w") as file:
    file.write(str(os.getpid()))
os.rename(file.name, "/opt/ml/model/started")
while True:
    time.sleep(60)
"""

CHECKPOINT = """
def checkpoint(*_):
    with open("/opt/ml/model/checkpoint", "w") as file:
        file.write("saved")
    sys.exit({code})
signal.signal(signal.SIGTERM, checkpoint)
"""

# Takes more and more memory, in which something stands.
EAT = """
eaten = []
while True:
    eaten.append(bytearray(b"x" * (1 << 20)))
"""

ORPHANS = """
import os, pathlib, time
for _ in range(20):
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.1)
        os._exit(0)
    os.wait()

def states():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            yield process.joinpath("stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            pass

while len(list(states())) > 2:  # sm-train and we
    time.sleep(0.01)
print(os.getppid())
"""


class Stop(ContainerTest):
    def start_waiting(self, setup, *arguments, options=()):
        job = self.job(source=WAIT.format(setup=setup))
        process = self.start_container("train", *arguments, job=job, options=options)
        self.wait_for(job, "model/started")
        return process, job

    def stop(self, seconds):
        podman("stop", "--time", seconds, self.container, capture_output=True)

    def test_the_program_is_told_and_may_save_a_checkpoint(self):
        process, job = self.start_waiting(CHECKPOINT.format(code=0))
        self.stop(100)
        self.assert_succeeded(self.finish(process, job))
        self.assertEqual((job.path / "model/checkpoint").read_text(), "saved")

    def test_the_programs_exit_code_is_the_containers(self):
        process, job = self.start_waiting(CHECKPOINT.format(code=7))
        self.stop(100)
        run = self.finish(process, job)
        self.assertEqual((run.code, run.success), (7, False))
        self.assertIn("ExitCode 7", run.failure)

    def test_a_program_that_does_not_heed_it_is_killed_after_the_grace_period_and_that_is_reported(self):
        process, job = self.start_waiting("signal.signal(signal.SIGTERM, signal.SIG_IGN)", "--grace-period", "1")
        self.stop(100)
        run = self.finish(process, job)
        self.assertEqual((run.code, run.success), (128 + signal.SIGKILL, False))
        self.assertIn("SIGKILL", run.failure)
        self.assertIn("Hint: ", run.failure)

    def test_an_entry_point_that_is_a_shell_script_stops_as_well_where_it_execs(self):
        image = self.image_with("RUN printf '#!/bin/sh\\nexec sm-train \"$@\"\\n' >/start && chmod +x /start",
                                'ENTRYPOINT ["/start"]')
        job = self.job(source=WAIT.format(setup=CHECKPOINT.format(code=0)))
        process = self.start_container("train", job=job, image=image)
        self.wait_for(job, "model/started")
        self.stop(100)
        self.assert_succeeded(self.finish(process, job))

    def test_under_an_init_of_the_engines_it_is_the_same(self):
        process, job = self.start_waiting(CHECKPOINT.format(code=7), options=["--init"])
        self.stop(100)
        self.assertEqual(self.finish(process, job).code, 7)
        self.assertEqual((job.path / "model/checkpoint").read_text(), "saved")


class Ends(ContainerTest):
    def test_a_program_that_is_killed_is_reported_with_the_signal(self):
        job = self.job(source=WAIT.format(setup=""))
        process = self.start_container("train", job=job)
        pid = self.wait_for(job, "model/started")
        self.in_container("python3", "-c", f"import os; os.kill({pid}, 9)")
        run = self.finish(process, job)
        self.assertEqual((run.code, run.success), (128 + signal.SIGKILL, False))
        self.assertRegex(run.failure, r"ExitCode 137\nErrorMessage \".*SIGKILL")

    def test_out_of_memory_is_the_reason_where_the_kernel_killed_the_program_for_it(self):
        if containers.why_no_memory_limit():
            self.skipTest(containers.why_no_memory_limit())
        run = self.run_container("train", job=self.job(source=EAT), options=["--memory", "64m", "--memory-swap", "64m"])
        self.assertEqual((run.code, run.success), (128 + signal.SIGKILL, False), run.stderr)
        self.assertRegex(run.failure, "(?i)out.of.memory")

    def test_orphans_are_reaped(self):
        run = self.run_container("train", job=self.job(source=ORPHANS))
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"1\n")

    def test_a_terminal_is_the_programs(self):
        job = self.job(source="import sys; print([stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)])")
        run = self.run_container("train", job=job, options=["--tty"])
        self.assert_succeeded(run)
        self.assertIn(b"[True, True, True]", run.stdout)


if __name__ == "__main__":
    containers.main()
