"""Jobs that Open MPI runs on several hosts: the real mpirun, over the sshd of each host."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from hosts import HostsTest, has_module
from support import wait_until

TAGGED = re.compile(rb"^\[1,mpirank:(\d+),([^\]]*)\]<stdout>:(.*)$", re.MULTILINE)

SECRET = "s3cr3t/of+the-job"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "token-" + SECRET}

# Each rank prints what it was given, and at its end the time, so that the way from there to the end of the hosts is seen.
ALLREDUCE = """
import json, os, socket, sys, time
from mpi4py import MPI

world = MPI.COMM_WORLD
total = world.allreduce(world.rank + 1)
names = ("SM_CURRENT_HOST", "SM_MODEL_DIR", "OF_THE_JOB", "HOME", "SM_CUSTOM")
print(json.dumps({"rank": world.rank, "size": world.size, "total": total, "gethostname": socket.gethostname(),
                  "argv": sys.argv[1:], "env": {name: os.environ.get(name) for name in names}}), flush=True)
world.barrier()
print("ended at", time.time(), flush=True)
"""

ALLREDUCE_IN_C = r"""
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  int rank, size, total;
  char name[256];
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  int mine = rank + 1;
  MPI_Allreduce(&mine, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  gethostname(name, sizeof name);
  printf("rank %d of %d: total %d, gethostname %s, SM_CURRENT_HOST %s, %s=%s\n", rank, size, total, name,
         getenv("SM_CURRENT_HOST"), argc > 2 ? argv[1] : "", argc > 2 ? argv[2] : "");
  MPI_Finalize();
  return 0;
}
"""

EXIT_7_IN_RANK_1 = """
import os, sys, time, traceback
from mpi4py import MPI

if MPI.COMM_WORLD.rank == 1:
    try:
        raise ValueError("the loss is no number")
    except ValueError:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(7)
MPI.COMM_WORLD.barrier()
"""

RAISE_IN_RANK_1 = """
from mpi4py import MPI

if MPI.COMM_WORLD.rank == 1:
    raise ValueError("the loss is no number")
MPI.COMM_WORLD.barrier()
"""

# Waits, without work for the processor, and writes a checkpoint on SIGTERM, which takes its time.
WAIT = """
import os, signal, sys, time
from mpi4py import MPI

def checkpoint(*_):
    time.sleep(3)
    with open(f"/opt/ml/checkpoints/rank-{rank}", "w") as file:
        file.write("saved")
    sys.exit(0)

rank = MPI.COMM_WORLD.rank
os.makedirs("/opt/ml/checkpoints", exist_ok=True)
signal.signal(signal.SIGTERM, checkpoint)
MPI.COMM_WORLD.barrier()
with open(f"/opt/ml/model/rank-{rank}", "w") as file:
    file.write(os.environ.get("AWS_SECRET_ACCESS_KEY", ""))
os.rename(file.name, f"/opt/ml/model/started-{rank}")
while True:
    time.sleep(0.05)
"""

COUNT_SIGTERM = """
import os, signal, sys, time
from mpi4py import MPI

count = 0

def on_sigterm(*_):
    global count
    count += 1

rank = MPI.COMM_WORLD.rank
signal.signal(signal.SIGTERM, on_sigterm)
MPI.COMM_WORLD.barrier()
open(f"/opt/ml/model/started-{rank}", "w").close()
while not count:
    time.sleep(0.05)
time.sleep(2)
with open(f"/opt/ml/model/count-{rank}", "w") as file:
    file.write(str(count))
MPI.COMM_WORLD.barrier()
"""

# More than the 64 KiB that are kept of a stream, after what rank 1 said.
LOUD_RANK_0 = """
import os, sys, traceback
from mpi4py import MPI

if MPI.COMM_WORLD.rank == 1:
    try:
        raise ValueError("the loss is no number")
    except ValueError:
        traceback.print_exc()
    sys.stderr.flush()
MPI.COMM_WORLD.barrier()
if MPI.COMM_WORLD.rank == 0:
    for _ in range(4000):
        print("WARNING: something that does not matter", file=sys.stderr)
    sys.stderr.flush()
MPI.COMM_WORLD.barrier()
if MPI.COMM_WORLD.rank == 1:
    os._exit(7)
MPI.COMM_WORLD.barrier()
"""


def why_no_mpi():
    missing = [tool for tool in ("mpirun", "mpicc", "ssh", "/usr/sbin/sshd") if not shutil.which(tool)]
    if not has_module("mpi4py"):
        missing.append("mpi4py")
    return f"missing here: {', '.join(missing)}: scripts/install-dependencies hosts" if missing else None


def compiled(source):
    """An MPI program in C as the bytes of its executable."""
    with tempfile.TemporaryDirectory(prefix="sm-train-") as directory:
        file = pathlib.Path(directory, "program.c")
        file.write_text(source)
        subprocess.run(["mpicc", "-o", f"{directory}/program", file], check=True)
        return pathlib.Path(directory, "program").read_bytes()


def said_by_ranks(stdout):
    """(rank, host, line) of each line that carries a rank's tag."""
    return [(int(rank), host.decode(), line.decode()) for rank, host, line in TAGGED.findall(stdout)]


@unittest.skipIf(why_no_mpi(), why_no_mpi())
class Mpi(HostsTest):
    def mpi_job(self, count, source, hyperparameters=None, program="train.py", ranks=1):
        hosts = self.hosts(count)
        hosts.job({"sagemaker_program": program, "sagemaker_mpi_enabled": True,
                   "sagemaker_mpi_num_of_processes_per_host": ranks, **(hyperparameters or {})}, {program: source})
        return hosts

    def wait_for_ranks(self, hosts):
        """Until each rank (one a host) waits."""
        for host in hosts:
            started = host.ml.path / f"model/started-{host.number - 1}"

            def has_started(host=host, started=started):
                self.assertIsNone(host.process.poll(), hosts.told())
                return started.exists()

            wait_until(has_started, f"the rank on {host.name}")

    def start_waiting(self, count, env=()):
        hosts = self.mpi_job(count, WAIT)
        hosts.start_all(env=env)
        self.wait_for_ranks(hosts)
        return hosts


class Together(Mpi):
    def assert_allreduce(self, count, ranks):
        arguments = {"note": "two  words; $(touch /tmp/ran) \"quoted\" 'and' \\ *", "lines": "a\nb", "empty": ""}
        hosts = self.mpi_job(count, ALLREDUCE, {**arguments, "sagemaker_mpi_custom_mpi_options": "-x SM_CUSTOM='a b'"},
                             ranks=ranks)
        hosts.start_all(env={"OF_THE_JOB": "two  words; $(touch /tmp/ran)", "HOME": "/opt/home"})
        runs = hosts.finish()
        self.assert_all_succeeded(hosts, runs)

        size = count * ranks
        said = said_by_ranks(runs[1].stdout)
        records = {rank: (host, json.loads(line)) for rank, host, line in said if line.startswith("{")}
        self.assertEqual(set(records), set(range(size)), hosts.told())
        for rank, (tag, record) in records.items():
            name = f"algo-{rank // ranks + 1}"
            self.assertEqual(tag, name)
            self.assertEqual(record, {
                "rank": rank, "size": size, "total": size * (size + 1) // 2, "gethostname": name,
                "argv": ["--empty", "", "--lines", "a\nb", "--note", arguments["note"]],
                "env": {"SM_CURRENT_HOST": name, "SM_MODEL_DIR": "/opt/ml/model",
                        "OF_THE_JOB": "two  words; $(touch /tmp/ran)", "HOME": "/opt/home", "SM_CUSTOM": "a b"}})
        self.assertFalse(any((host.directory / "tmp/ran").exists() for host in hosts))

        last_rank = max(float(line.split()[-1]) for _, _, line in said if line.startswith("ended at "))
        took = max(host.ended for host in hosts) - last_rank
        print(f"{count} hosts of {ranks}: {took:.2f} s from the last rank's end to the end of all hosts", flush=True)
        self.assertLess(took, 10)

    def test_two_hosts_of_two_ranks_with_mpi4py(self):
        self.assert_allreduce(count=2, ranks=2)

    def test_four_hosts_with_mpi4py(self):
        self.assert_allreduce(count=4, ranks=1)

    def test_a_program_in_c(self):
        count = 4
        hosts = self.mpi_job(count, compiled(ALLREDUCE_IN_C), {"note": "two words"}, program="train")
        hosts.start_all()
        runs = hosts.finish()
        self.assert_all_succeeded(hosts, runs)
        self.assertEqual(sorted(each for each in said_by_ranks(runs[1].stdout) if each[2].startswith("rank ")), [
            (rank, f"algo-{rank + 1}", f"rank {rank} of {count}: total {count * (count + 1) // 2}, "
             f"gethostname algo-{rank + 1}, SM_CURRENT_HOST algo-{rank + 1}, --note=two words") for rank in range(count)],
            hosts.told())

    def test_a_host_alone_may_have_a_name_that_cannot_be_looked_up(self):
        hosts = self.mpi_job(1, ALLREDUCE, ranks=2)
        hosts[1].ml.write("input/config/resourceconfig.json", json.dumps({"current_host": "mine", "hosts": ["mine"]}))
        hosts.start_all()
        runs = hosts.finish()
        self.assert_all_succeeded(hosts, runs)
        said = [(rank, host, json.loads(line)) for rank, host, line in said_by_ranks(runs[1].stdout) if line.startswith("{")]
        self.assertEqual(sorted((rank, host, each["total"], each["gethostname"]) for rank, host, each in said),
                         [(0, "mine", 3, "mine"), (1, "mine", 3, "mine")], hosts.told())

    def test_a_host_alone_needs_no_sshd(self):
        hosts = self.mpi_job(1, WAIT)
        (hosts[1].directory / "run/sshd").rmdir()  # without which sshd does not start
        hosts.start_all()
        self.wait_for_ranks(hosts)
        programs = [os.path.basename(argv[0]) for argv in hosts[1].processes() if argv]
        self.assertIn(b"mpirun", programs)
        self.assertFalse([name for name in programs if name.startswith(b"sshd")], programs)
        hosts[1].signal(signal.SIGTERM)
        hosts.finish()
        self.assertTrue((hosts[1].ml.path / "checkpoints/rank-0").exists(), hosts.told())


class Failing(Mpi):
    def test_a_rank_that_fails_ends_all_hosts_with_its_exit_code_and_its_exception(self):
        hosts = self.mpi_job(2, EXIT_7_IN_RANK_1)
        hosts.start_all()
        self.assert_all_failed(hosts, hosts.finish(), r"(?i)\brank 1\b", r"\balgo-2\b",
                               "ValueError: the loss is no number", "ExitCode 7", code=7)

    def test_an_exception_that_nobody_catches_ends_all_hosts_though_the_others_wait_for_its_rank(self):
        hosts = self.mpi_job(2, RAISE_IN_RANK_1)
        hosts.start_all()
        self.assert_all_failed(hosts, hosts.finish(), r"(?i)\brank 1\b", r"\balgo-2\b",
                               "ValueError: the loss is no number", code=1)

    def test_the_words_of_the_rank_that_fails_are_not_lost_in_those_of_another(self):
        hosts = self.mpi_job(2, LOUD_RANK_0)
        hosts.start_all()
        self.assert_all_failed(hosts, hosts.finish(), r"(?i)\brank 1\b", r"\balgo-2\b",
                               "ValueError: the loss is no number", code=7)

    def test_a_host_that_is_none_of_the_job_s_is_refused(self):
        hosts = self.mpi_job(1, ALLREDUCE)
        hosts[1].ml.write("input/config/resourceconfig.json", json.dumps({"current_host": "algo-7", "hosts": ["algo-1"]}))
        hosts.start_all()
        self.assert_all_failed(hosts, hosts.finish(), "algo-7", "algo-1", code=78)

    def test_a_worker_that_dies_ends_all_others_by_its_name(self):
        hosts = self.start_waiting(3)
        hosts.kill(2)
        self.assert_all_failed(hosts, hosts.finish(1, 3, within=20), r"\balgo-2\b")

    def test_a_master_that_dies_ends_all_others_by_its_name(self):
        hosts = self.start_waiting(2)
        hosts.kill(1)
        self.assert_all_failed(hosts, hosts.finish(2, within=20), r"\balgo-1\b")

    def test_a_worker_that_never_comes_is_named(self):
        hosts = self.mpi_job(3, ALLREDUCE)
        for number in (1, 2):
            hosts.start(number, ["--hosts-timeout", "3"])
        runs = hosts.finish(1, 2, within=30)
        self.assert_all_failed(hosts, runs, r"\balgo-3\b")
        self.assertNotRegex(runs[1].failure.split("\nCommand ")[0], r"\balgo-2\b")  # that one came

    def test_a_master_that_never_comes_is_named(self):
        hosts = self.mpi_job(2, ALLREDUCE)
        hosts.start(2, ["--hosts-timeout", "3"])
        self.assert_all_failed(hosts, hosts.finish(2, within=30), r"\balgo-1\b")


class Ending(Mpi):
    def assert_sigterm_lets_all_ranks_save(self, number):
        hosts = self.start_waiting(2)
        hosts[number].signal(signal.SIGTERM)
        runs = hosts.finish()
        for host in hosts:
            saved = host.ml.path / f"checkpoints/rank-{host.number - 1}"
            self.assertTrue(saved.exists(), f"no checkpoint on {host.name}\n{hosts.told()}")
        self.assertEqual(len({run.code for run in runs.values()}), 1, hosts.told())

    def test_sigterm_to_the_master_reaches_the_ranks_of_all_hosts(self):
        self.assert_sigterm_lets_all_ranks_save(1)

    def test_sigterm_to_a_worker_reaches_the_ranks_of_all_hosts(self):
        self.assert_sigterm_lets_all_ranks_save(2)

    def test_each_rank_is_told_once_to_end_though_all_hosts_are(self):
        hosts = self.mpi_job(3, COUNT_SIGTERM)
        hosts.start_all()
        self.wait_for_ranks(hosts)
        for host in hosts:
            host.signal(signal.SIGTERM)
        self.assert_all_succeeded(hosts, hosts.finish())
        self.assertEqual([(host.ml.path / f"model/count-{host.number - 1}").read_text() for host in hosts], ["1"] * 3)

    def test_sigterm_while_mpirun_starts_the_ranks_is_not_lost(self):
        hosts = self.mpi_job(2, WAIT)
        hosts.start_all()
        wait_until(lambda: any(argv and argv[0].endswith(b"mpirun") for argv in hosts[1].processes()), "mpirun")
        hosts[1].signal(signal.SIGTERM)
        hosts.finish(within=40)  # of a grace of 110 s

    def test_sigterm_to_a_worker_while_another_is_awaited_ends_the_wait(self):
        hosts = self.mpi_job(3, WAIT)
        hosts.start(1)
        hosts.start(2)
        wait_until(lambda: any(b"sshd" in b" ".join(argv) for argv in hosts[2].processes()), "the sshd of algo-2")
        hosts[2].signal(signal.SIGTERM)
        self.assert_all_failed(hosts, hosts.finish(1, 2, within=20), "SIGTERM", code=143)

    def test_sigterm_before_the_others_have_come_ends_the_wait_for_them(self):
        hosts = self.mpi_job(2, ALLREDUCE)
        hosts.start(1)
        wait_until(lambda: "ready in" in hosts[1].stderr(), "the master to be ready for the program")
        hosts[1].signal(signal.SIGTERM)
        self.assert_all_failed(hosts, hosts.finish(1, within=20), "SIGTERM", code=143)


class Secrets(Mpi):
    def assert_no_file_for_others_holds_a_secret(self, host):
        for path in host.files():
            try:
                if path.is_file() and path.stat().st_mode & 0o004 and SECRET.encode() in path.read_bytes():
                    self.fail(f"others can read the secret in {path}")
            except FileNotFoundError:
                pass  # gone meanwhile

    def test_credentials_reach_the_ranks_and_nobody_else(self):
        hosts = self.start_waiting(2, env=CREDENTIALS)
        for host in hosts:
            self.assertEqual((host.ml.path / f"model/started-{host.number - 1}").read_text(), SECRET)
            (host.ml.path / f"model/started-{host.number - 1}").unlink()
            self.assert_no_file_for_others_holds_a_secret(host)
            for argv in host.processes():
                self.assertNotIn(SECRET.encode(), b" ".join(argv))
        hosts[1].signal(signal.SIGTERM)
        hosts.finish()
        for host in hosts:
            for stream in (host.stdout(), host.stderr().encode()):
                self.assertNotIn(SECRET.encode(), stream)


if __name__ == "__main__":
    unittest.main()
