"""`sm-train plan`: what would be started on each host, while nothing is started or changed."""
import json
import os
import shutil
import unittest

from support import EndToEndTest, tar_gz

MPI = {"sagemaker_mpi_enabled": True, "sagemaker_mpi_num_of_processes_per_host": 8}
TORCHRUN = {"sagemaker_torch_distributed_enabled": True}

# A program that would show that it ran.
TELLTALE = "open('ran', 'w')\n"


def tree(root):
    """Every path below a directory, with what a change of it would change."""
    found = {}
    for path in [root, *root.rglob("*")]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        found[str(path)] = (status.st_mode, status.st_ino, status.st_mtime_ns, content)
    return found


class Plan(EndToEndTest):
    def job_of(self, hosts, hyperparameters=None, current_host="algo-1", groups=None, **job):
        """A job of these hosts, in the place of one that a test had before."""
        shutil.rmtree(self.directory / "ml", ignore_errors=True)
        job = self.job(hyperparameters, source=job.pop("source", TELLTALE), **job)
        config = {"current_host": current_host, "hosts": hosts, "network_interface_name": "eth0"}
        if groups:
            config["instance_groups"] = [{"instance_group_name": name, "instance_type": "ml.c5.xlarge", "hosts": members}
                                         for name, members in groups.items()]
            config["current_group_name"] = next(name for name, members in groups.items() if current_host in members)
        job.write("input/config/resourceconfig.json", json.dumps(config))
        return job

    def plan(self, job, *arguments, env=None):
        """What it prints; nothing is changed meanwhile."""
        before = tree(self.directory)
        run = self.run_binary("plan", "--base-path", job.path, *arguments, env=env)
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(tree(self.directory), before)
        return run.stdout.decode()

    def plan_json(self, job, *arguments, env=None):
        return json.loads(self.plan(job, "--json", *arguments, env=env))

    def test_one_host_runs_the_program(self):
        job = self.job_of(["algo-1"], {"epochs": 3, "title": "two words"})
        text = self.plan(job, "--python", "/usr/bin/python3")
        self.assertEqual(text, f"algo-1, in {job.path}/code:\n"
                               "  /usr/bin/python3 train.py --epochs 3 --title 'two words'\n")

    def test_the_command_is_the_one_that_the_job_starts(self):
        job = self.job_of(["algo-1"], {"epochs": 3}, source="import os, sys\nprint(sys.orig_argv, os.getcwd())\n")
        host = self.plan_json(job, "--python", "/usr/bin/python3")["hosts"][0]
        run = self.train(job, "--python", "/usr/bin/python3")
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"{host['command']} {host['cwd']}\n")

    def test_the_settings_may_stand_on_both_sides_of_it(self):
        job = self.job_of(["algo-1"])
        after = self.run_binary("plan", "--base-path", job.path)
        before = self.run_binary("--base-path", job.path, "plan")
        self.assertEqual((before.code, before.stdout), (0, after.stdout))

    def test_torchrun_has_a_rank_of_its_own_on_each_host(self):
        job = self.job_of(["algo-1", "algo-2"], TORCHRUN)
        plan = self.plan_json(job)
        self.assertEqual(plan["distribution"], "torchrun")
        self.assertEqual(plan["hosts"], [
            {"host": host, "cwd": f"{job.path}/code",
             "command": ["torchrun", "--nnodes", "2", "--nproc_per_node", "1", "--master_addr", "algo-1",
                         "--master_port", "7777", "--node_rank", str(rank), "train.py"]}
            for rank, host in enumerate(["algo-1", "algo-2"])])
        self.assertIn("devices of this machine", plan["notes"][0])

    def test_the_hosts_of_mpi_wait_for_the_master(self):
        job = self.job_of(["algo-1", "algo-2"], MPI)
        plan = self.plan_json(job)
        self.assertEqual(plan["distribution"], "mpi")
        master, worker = plan["hosts"]
        self.assertEqual(master["command"][:5], ["mpirun", "--host", "algo-1:8,algo-2:8", "-np", "16"])
        self.assertEqual(master["command"][-1], "train.py")
        self.assertEqual(worker, {"host": "algo-2", "waits_for": "algo-1"})
        self.assertNotIn("notes", plan)
        self.assertEqual(self.plan(job).splitlines()[-1], "algo-2: waits for algo-1")

    def test_the_plan_is_the_same_on_every_host(self):
        for hyperparameters in MPI, TORCHRUN:
            with self.subTest(hyperparameters):
                job = self.job_of(["algo-1", "algo-2"], hyperparameters)
                on_master = self.plan_json(job)
                config = job.path / "input/config/resourceconfig.json"
                config.write_text(config.read_text().replace('"current_host": "algo-1"', '"current_host": "algo-2"'))
                self.assertEqual(self.plan_json(job), on_master)

    def test_a_host_of_a_group_that_takes_no_part_runs_the_program_by_itself(self):
        job = self.job_of(["algo-1", "algo-2", "algo-3"], {**MPI, "sagemaker_distribution_instance_groups": ["gpu"]},
                          groups={"cpu": ["algo-1"], "gpu": ["algo-2", "algo-3"]})
        plan = self.plan_json(job, "--python", "/usr/bin/python3")
        self.assertEqual(plan["distribution"], "mpi")
        plain, master, worker = plan["hosts"]
        self.assertEqual(plain["command"], ["/usr/bin/python3", "train.py"])
        self.assertEqual(master["command"][:3], ["mpirun", "--host", "algo-2:8,algo-3:8"])
        self.assertEqual(worker, {"host": "algo-3", "waits_for": "algo-2"})

    def test_one_host_can_be_named(self):
        job = self.job_of(["algo-1", "algo-2"], TORCHRUN)
        self.assertEqual([host["host"] for host in self.plan_json(job, "--host", "algo-2")["hosts"]], ["algo-2"])
        self.assertRegex(self.plan(job, "--host", "algo-2"), r"^algo-2, in .*\n.* --node_rank 1 train.py\n")

    def test_a_host_that_is_not_there_is_a_usage_error_that_lists_the_hosts(self):
        job = self.job_of(["algo-1", "algo-2"])
        for name in "algo-9", "":
            run = self.run_binary("plan", "--base-path", job.path, "--host", name)
            self.assertEqual((run.code, run.stdout), (64, b""))
            self.assertIn(f'"{name}" is none of the job\'s: algo-1, algo-2.', run.stderr)
        self.assertIsNone(job.failure())

    def test_faults_of_the_job_are_told_and_leave_no_report(self):
        job = self.job_of(["algo-1"])
        before = tree(self.directory)
        for arguments, code in ((["--program", "tran.py"], 127), (["--distribution", "many"], 64), (["--hots", "x"], 64),
                                (["--submit-directory", self.directory / "none"], 66)):
            with self.subTest(arguments):
                run = self.run_binary("plan", "--base-path", job.path, *arguments)
                self.assertEqual((run.code, run.stdout), (code, b""), run.stderr)
                self.assertIn("sm-train: error: ", run.stderr)
        self.assertEqual(tree(self.directory), before)

    def test_a_job_without_a_code_directory_gets_none(self):
        job = self.job_of(["algo-1"], source=None)
        (job.path / "code").rmdir()
        run = self.run_binary("plan", "--base-path", job.path)
        self.assertEqual(run.code, 127)
        self.assertIn("is empty", run.stderr)
        self.assertFalse((job.path / "code").exists())

    def test_code_in_another_directory_is_looked_at_there(self):
        job = self.job_of(["algo-1"], source=None)
        source = self.directory / "source"
        source.mkdir()
        (source / "setup.py").write_text("")
        (source / "train.py").write_text(TELLTALE)
        plan = self.plan_json(job, "--python", "/usr/bin/python3", "--submit-directory", source)
        self.assertEqual(plan["hosts"], [{"host": "algo-1", "command": ["/usr/bin/python3", "-m", "train"],
                                          "cwd": f"{job.path}/code"}])
        self.assertNotIn("notes", plan)

    def test_code_that_would_be_fetched_is_planned_by_the_name_of_its_program(self):
        job = self.job_of(["algo-1"], source=None)
        archive = self.directory / "sourcedir.tar.gz"
        archive.write_bytes(tar_gz({"train.py": TELLTALE}))
        for source in archive, "s3://bucket/sourcedir.tar.gz":
            with self.subTest(source):
                plan = self.plan_json(job, "--python", "/usr/bin/python3", "--submit-directory", source)
                self.assertEqual(plan["hosts"][0]["command"], ["/usr/bin/python3", "train.py"])
                self.assertIn(f"would come from {source}", plan["notes"][0])

    def test_no_program_is_started(self):
        job = self.job_of(["algo-1"], TORCHRUN)
        job.write("code/requirements.txt", "nothing")
        for name in "python3", "python", "torchrun", "mpirun", "pip", "uv":
            path = self.directory / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\ntouch {self.directory}/{name}-ran\n")
            path.chmod(0o755)
        # plan() compares the whole directory.
        self.plan(job, env={"PATH": f"{self.directory}/bin:{os.environ['PATH']}"})

    def test_secrets_are_masked(self):
        job = self.job_of(["algo-1", "algo-2"], {**MPI, "api_key": "hyper5ecret", "note": "variab1esecret"})
        env = {"AWS_SECRET_ACCESS_KEY": "variab1esecret"}
        for text in self.plan(job, env=env), self.plan(job, "--json", env=env):
            self.assertIn("******", text)
            self.assertNotIn("hyper5ecret", text)
            self.assertNotIn("variab1esecret", text)

    def test_a_thousand_hosts_are_planned(self):
        hosts = [f"algo-{i}" for i in range(1, 1001)]
        self.assertRegex(self.plan(self.job_of(hosts, MPI)),
                         r"\Aalgo-1, in .*\n  mpirun .*\nalgo-2 to algo-1000 \(999 hosts\): wait for algo-1\n\Z")
        ranks = self.plan_json(self.job_of(hosts, TORCHRUN))["hosts"]
        self.assertEqual([(host["host"], host["command"][-2]) for host in ranks],
                         [(host, str(rank)) for rank, host in enumerate(hosts)])
        self.assertRegex(self.plan(self.job_of(hosts, {})), r"\Aalgo-1 to algo-1000 \(1000 hosts\), in .*\n.*\n\Z")

    def test_help_says_what_it_takes(self):
        run = self.run_binary("plan", "--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        for text in "sm-train plan", "--host NAME", "--json", "start nothing":
            self.assertIn(text, run.stdout.decode())


if __name__ == "__main__":
    unittest.main()
