"""What a job of several hosts does before its program is started, and what the program finds then."""
import json
import unittest

from support import EndToEndTest, terminate

UNAVAILABLE = 69
NEVER = "no-such-host.invalid"


class SeveralHosts(EndToEndTest):
    def job_on(self, *hosts, hyperparameters=None, **config):
        job = self.job(hyperparameters)
        job.write("input/config/resourceconfig.json",
                  json.dumps({"current_host": hosts[0], "hosts": hosts, **config}))
        return job


class HostNames(SeveralHosts):
    def test_names_that_resolve_hold_nothing_up(self):
        run = self.train(self.job_on("localhost", "127.0.0.1"))
        self.assert_succeeded(run)
        self.assertIn('"hosts":', run.stderr.splitlines()[-1])

    def test_names_that_are_missing_are_listed_and_no_program_is_started(self):
        job = self.job_on("localhost", NEVER)
        self.assert_fault(self.train(job, "--hosts-timeout", "1"), UNAVAILABLE, NEVER, "1 of 2 hosts", "--hosts-timeout")
        self.assertFalse((job.path / "model/record.json").exists())

    def test_sigterm_ends_the_wait(self):
        job = self.job_on("localhost", NEVER)
        process = self.start("train", "--base-path", job.path)
        self.assertIn(b"waiting for the names of 1 host to resolve: " + NEVER.encode(), process.stderr.readline())
        terminate(process)
        run = self.finish(process, job)
        self.assertEqual(run.code, 143)
        self.assertIn("names to resolve", run.failure)

    def test_studios_local_mode_waits_for_no_names(self):
        run = self.train(self.job_on("localhost", NEVER), env={"SM_STUDIO_LOCAL_MODE": "True"})
        self.assert_succeeded(run)
        self.assertNotIn('"hosts":', run.stderr.splitlines()[-1])


class TfConfig(SeveralHosts):
    def test_tensorflow_finds_the_other_hosts(self):
        job = self.job_on("localhost", "127.0.0.1",
                          hyperparameters={"sagemaker_multi_worker_mirrored_strategy_enabled": True})
        self.assert_succeeded(self.train(job))
        self.assertEqual(json.loads(job.record()["env"]["TF_CONFIG"]), {
            "cluster": {"worker": ["localhost:8890", "127.0.0.1:8890"]}, "environment": "cloud",
            "task": {"index": 0, "type": "worker"}})
        self.assert_succeeded(self.train(job, env={"TF_CONFIG": "mine"}))
        self.assertEqual(job.record()["env"]["TF_CONFIG"], "mine")


class Engines(SeveralHosts):
    def test_an_engine_is_told_of_an_interface_that_exists(self):
        job = self.job_on("127.0.0.1", "localhost", hyperparameters={"sagemaker_torch_distributed_enabled": True},
                          network_interface_name="no-such-if")
        job.write("bin/torchrun", "#!/bin/sh\necho $NCCL_SOCKET_IFNAME $SM_NETWORK_INTERFACE_NAME\n", mode=0o755)
        run = self.train(job, env={"PATH": f"{job.path}/bin:/usr/bin:/bin"})
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"lo no-such-if\n")
        self.assertIn("no network interface no-such-if", run.stderr)


if __name__ == "__main__":
    unittest.main()
