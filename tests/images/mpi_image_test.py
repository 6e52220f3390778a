"""The image of docker/mpi: ranks in one container, and in containers that are hosts of one job."""
import re
import unittest

import containers
from containers import ContainerTest, podman
from hosts import Hosts, address, why_no_hosts

ALLREDUCE = """
import os, sys
from mpi4py import MPI
world = MPI.COMM_WORLD
total = world.allreduce(world.rank + 1)
sys.stdout.write(f"rank {world.rank} of {world.size}: {total}, {os.environ['SM_CURRENT_HOST']}\\n")
"""

FAIL_IN_RANK_1 = """
from mpi4py import MPI
if MPI.COMM_WORLD.rank == 1:
    raise ValueError("the loss is no number")
MPI.COMM_WORLD.barrier()
"""

WAIT = """
import os, signal, sys, time
from mpi4py import MPI
rank = MPI.COMM_WORLD.rank
def checkpoint(*_):
    open(f"/opt/ml/model/checkpoint-{rank}", "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, checkpoint)
MPI.COMM_WORLD.barrier()
with open(f"/opt/ml/model/started-{rank}", "w") as file:
    file.write("started")
while True:
    time.sleep(0.05)
"""


def ranks(*runs):
    """What the ranks said, in their order."""
    return sorted(line.decode() for run in runs for line in re.findall(rb"rank \d of .*", run.stdout))


class OneContainer(ContainerTest):
    image = "my-mpi-training"

    def mpi_job(self, source):
        return self.job({"sagemaker_mpi_enabled": True, "sagemaker_mpi_num_of_processes_per_host": 2}, source=source)

    def test_two_ranks_compute_together(self):
        run = self.run_container("train", job=self.mpi_job(ALLREDUCE))
        self.assert_succeeded(run)
        self.assertEqual(ranks(run), ["rank 0 of 2: 3, algo-1", "rank 1 of 2: 3, algo-1"])

    def test_ranks_run_as_a_user_who_is_not_root(self):
        job = self.owned_by(1000, self.mpi_job(ALLREDUCE))
        run = self.run_container("train", job=job, options=["--user", "1000:1000"])
        self.assert_succeeded(run)
        self.assertEqual(ranks(run), ["rank 0 of 2: 3, algo-1", "rank 1 of 2: 3, algo-1"])

    def test_a_rank_that_fails_is_the_jobs_failure(self):
        run = self.run_container("train", job=self.mpi_job(FAIL_IN_RANK_1))
        self.assertEqual((run.code, run.success), (1, False), run.stderr)
        self.assertIn("ValueError: the loss is no number", run.failure)

    def test_a_stop_reaches_all_ranks(self):
        job = self.mpi_job(WAIT)
        process = self.start_container("train", job=job)
        for rank in (0, 1):
            self.wait_for(job, f"model/started-{rank}")
        podman("stop", "--time", "100", self.container, capture_output=True)
        self.assert_succeeded(self.finish(process, job))
        self.assertEqual(len(list((job.path / "model").glob("checkpoint-*"))), 2)


class TwoContainers(ContainerTest):
    """Each is in the network of one of the hosts of hosts.py, since podman's own are not to be had everywhere."""

    image = "my-mpi-training"

    def setUp(self):
        super().setUp()
        if why_no_hosts():
            self.skipTest(why_no_hosts())

    def run_on_two(self, source):
        """A job on algo-1 and algo-2; gives what each left."""
        with Hosts(2) as hosts:
            hosts.job({"sagemaker_program": "train.py", "sagemaker_mpi_enabled": True,
                       "sagemaker_mpi_num_of_processes_per_host": 1}, {"train.py": source})
            names = [option for host in hosts for option in ("--add-host", f"{host.name}:{address(host.number)}")]
            started = [(host.ml, self.start_container(
                "train", job=host.ml, name=host.name, options=[*names, "--network", f"ns:/proc/{host.init}/ns/net"]))
                       for host in hosts]
            return [self.finish(process, job) for job, process in started]

    def test_the_ranks_of_two_hosts_compute_together(self):
        runs = self.run_on_two(ALLREDUCE)
        for run in runs:
            self.assert_succeeded(run)
        self.assertEqual(ranks(*runs), ["rank 0 of 2: 3, algo-1", "rank 1 of 2: 3, algo-2"])

    def test_a_rank_that_fails_ends_the_job_on_both_with_its_reason(self):
        for run in self.run_on_two(FAIL_IN_RANK_1):
            self.assertEqual((run.code, run.success), (1, False), run.stderr)
            self.assertRegex(run.failure, "(?s)algo-2.*ValueError: the loss is no number")


if __name__ == "__main__":
    containers.main()
