"""Jobs that torchrun starts on several hosts: the real one, with gloo between the hosts."""
import json
import unittest

from hosts import PYTHON, HostsTest, has_module

# The torchrun of Debian 12 fails on Python 3.11, where the members of a flag are not what torch 1.13 expects.
TORCHRUN = f"""#!{PYTHON}
import sys
import torch.distributed.elastic.multiprocessing.api as api
from torch.distributed.run import main

def from_str(cls, text):
    if len(text) == 1:
        return api.Std(int(text))
    return {{int(rank): api.Std(int(value)) for rank, value in (each.split(":") for each in text.split(","))}}

api.Std.from_str = classmethod(from_str)
sys.exit(main())
"""

# torch finds by itself no way between hosts whose own names nobody knows.
ENV = {"GLOO_SOCKET_IFNAME": "eth0", "OMP_NUM_THREADS": "1"}

ALLREDUCE = """
import json, os, sys
import torch
import torch.distributed as dist

dist.init_process_group("gloo")
total = torch.tensor([dist.get_rank() + 1])
dist.all_reduce(total)
names = ("SM_CURRENT_HOST", "RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "NCCL_SOCKET_IFNAME")
with open(os.path.join(os.environ["SM_MODEL_DIR"], "record.json"), "w") as file:
    json.dump({"argv": sys.argv[1:], "total": int(total), "env": {name: os.environ.get(name) for name in names}}, file)
dist.barrier()
"""

RAISE_IN_RANK_1 = """
import torch.distributed as dist

dist.init_process_group("gloo")
if dist.get_rank() == 1:
    raise ValueError("the loss is no number")
dist.barrier()
"""

RAISE_RECORDED = """
from torch.distributed.elastic.multiprocessing.errors import record

@record
def main():
    raise ValueError("the loss is no number")

main()
"""

PLAIN = """
import json, os, sys
with open(os.path.join(os.environ["SM_MODEL_DIR"], "record.json"), "w") as file:
    json.dump({"argv": sys.argv[1:], **{name: os.environ.get(name) for name in ("RANK", "MASTER_ADDR")}}, file)
"""


def record(host):
    return json.loads((host.ml.path / "model/record.json").read_text())


class Torchrun(HostsTest):
    def torchrun_job(self, count, source, hyperparameters=None, program="train.py", **resource):
        """Hosts with a torchrun, and a job for it."""
        hosts = self.hosts(count)
        hosts.job({"sagemaker_program": program, "sagemaker_torch_distributed_enabled": True, **(hyperparameters or {})},
                  {program: source}, **resource)
        hosts.install("torchrun", TORCHRUN)
        return hosts

    def run_all(self, hosts):
        hosts.start_all(env=ENV)
        return hosts.finish()


@unittest.skipUnless(has_module("torch"), "torch is missing here: scripts/install-dependencies hosts")
class WithTorch(Torchrun):
    def test_two_hosts_train_together_and_each_knows_its_place(self):
        hosts = self.torchrun_job(2, ALLREDUCE, {"batch-size": 32, "note": "two words; $(id) \"quoted\"", "e": None})
        self.assert_all_succeeded(hosts, self.run_all(hosts))
        for host in hosts:
            found = record(host)
            self.assertEqual(found["argv"], ["--batch-size", "32", "-e", "", "--note", "two words; $(id) \"quoted\""])
            self.assertEqual(found["total"], 1 + 2)
            port = found["env"].pop("MASTER_PORT")
            self.assertEqual(port, record(hosts[1])["env"].get("MASTER_PORT", port))
            self.assertTrue(port.isdigit(), port)
            self.assertEqual(found["env"], {
                "SM_CURRENT_HOST": host.name, "RANK": str(host.number - 1), "LOCAL_RANK": "0", "WORLD_SIZE": "2",
                "MASTER_ADDR": "algo-1", "NCCL_SOCKET_IFNAME": "eth0"})

    def test_only_the_groups_that_are_named_train_together_and_their_first_host_is_the_master(self):
        def group(name, *members):
            return {"instance_group_name": name, "instance_type": "local", "hosts": list(members)}

        hosts = self.torchrun_job(3, PLAIN, {"sagemaker_distribution_instance_groups": ["large"]},
                                  current_instance_type="local",
                                  instance_groups=[group("small", "algo-1"), group("large", "algo-2", "algo-3")])
        for host in hosts:
            config = host.ml.path / "input/config/resourceconfig.json"
            name = "small" if host.number == 1 else "large"
            config.write_text(json.dumps({**json.loads(config.read_text()), "current_group_name": name}))
        self.assert_all_succeeded(hosts, self.run_all(hosts))
        self.assertEqual([record(host) for host in hosts], [
            {"argv": [], "RANK": None, "MASTER_ADDR": None}, {"argv": [], "RANK": "0", "MASTER_ADDR": "algo-2"},
            {"argv": [], "RANK": "1", "MASTER_ADDR": "algo-2"}])

    def assert_exception_comes_first(self, failure, rank, host, told):
        self.assertIn("ValueError: the loss is no number", failure, told)
        self.assertNotIn("ChildFailedError", failure.split("ValueError: the loss is no number")[0], told)
        self.assertRegex(failure, rf"(?i)\brank {rank}\b", told)
        self.assertRegex(failure, rf"\b{host}\b", told)

    def test_an_exception_of_a_rank_comes_first_in_the_failure_of_its_host_with_the_rank(self):
        hosts = self.torchrun_job(2, RAISE_IN_RANK_1)
        runs = self.run_all(hosts)
        self.assert_all_failed(hosts, runs)
        self.assert_exception_comes_first(runs[2].failure, 1, "algo-2", hosts.told())

    def test_an_exception_that_torch_records_comes_first_too(self):
        hosts = self.torchrun_job(1, RAISE_RECORDED)
        runs = self.run_all(hosts)
        self.assert_all_failed(hosts, runs)
        self.assert_exception_comes_first(runs[1].failure, 0, "algo-1", hosts.told())


class WithoutTorch(Torchrun):
    def test_a_shell_program_is_refused(self):
        hosts = self.torchrun_job(1, "echo ran\n", program="train.sh")
        self.assert_fault(self.run_all(hosts)[1], 78, r"train\.sh", "torchrun", "Python")

    def test_a_torchrun_that_is_missing_is_named(self):
        hosts = self.torchrun_job(1, PLAIN)
        hosts.start(1, ["--python", PYTHON], {"PATH": "/opt/empty"})
        self.assert_fault(hosts.finish()[1], 127, "torchrun", "PATH")

    def test_false_in_the_spelling_of_python_means_that_each_host_runs_the_program_by_itself(self):
        hosts = self.torchrun_job(2, PLAIN, {"sagemaker_torch_distributed_enabled": "False"})
        self.assert_all_succeeded(hosts, self.run_all(hosts))
        for host in hosts:
            self.assertEqual(record(host), {"argv": [], "RANK": None, "MASTER_ADDR": None})


if __name__ == "__main__":
    unittest.main()
