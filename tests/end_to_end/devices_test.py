"""What of the machine a program is told. The driver's library is a stand-in: FAKE_LIBCUDA names its directory."""
import os
import subprocess
import unittest

from support import EndToEndTest


class Devices(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.bin = self.directory / "bin"
        self.bin.mkdir()
        self.path = "%s:/usr/bin:/bin" % self.bin

    def tool(self, name, script):
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    def variable(self, name, **env):
        job = self.job()
        run = self.train(job, env={"PATH": self.path, **env})
        self.assert_succeeded(run)
        value = job.record()["env"][name]
        subprocess.run(["rm", "-r", str(job.path)], check=True)
        return value

    def test_gpus_are_counted_by_the_driver_where_the_runtime_cannot_say(self):
        driver = {"LD_LIBRARY_PATH": os.environ["FAKE_LIBCUDA"]}
        self.tool("nvidia-smi", "echo 'GPU 0: x'")
        self.assertEqual(self.variable("SM_NUM_GPUS", FAKE_CUDA_DEVICES="3", **driver), "3")
        self.assertEqual(self.variable("SM_NUM_GPUS", FAKE_CUDA_DEVICES="0", **driver), "0")
        # A driver that says no leaves nvidia-smi.
        self.assertEqual(self.variable("SM_NUM_GPUS", **driver), "1")

    def test_neuron_cores_are_counted_by_their_tool(self):
        self.tool("neuron-ls", "echo '[{\"nc_count\": 2}, {\"nc_count\": 4}]'")
        self.assertEqual(self.variable("SM_NUM_NEURONS"), "6")

    def test_the_cpus_are_those_online_and_the_log_says_how_many_may_be_used(self):
        if os.cpu_count() < 2:
            self.skipTest("one CPU: an affinity cannot be smaller")
        job = self.job()
        first = min(os.sched_getaffinity(0))
        process = self.start("--base-path", job.path, preexec_fn=lambda: os.sched_setaffinity(0, {first}))
        run = self.finish(process, job)
        self.assert_succeeded(run)
        self.assertEqual(job.record()["env"]["SM_NUM_CPUS"], str(os.cpu_count()))
        self.assertIn("with %d CPUs (affinity 1)" % os.cpu_count(), run.stderr)


if __name__ == "__main__":
    unittest.main()
