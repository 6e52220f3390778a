"""`sm-train plan`: what a job would do, while nothing is installed, fetched, written or trained."""
import json
import os
import pathlib
import shutil
import tempfile
import unittest

from support import RECORDER, EndToEndTest, clean_env, tar_gz

MPI = {"sagemaker_mpi_enabled": True, "sagemaker_mpi_num_of_processes_per_host": 8}
TORCHRUN = {"sagemaker_torch_distributed_enabled": True}

# A program that would show that it ran.
TELLTALE = "open('ran', 'w')\n"


# An interpreter that tells how it was started, in a file beside the one it is, and does nothing.
SILENT_PYTHON = """#!/bin/sh
printf '%s\\n' "$0" "$@" | head -n 6 | tr '\\n' ' ' >> "$0.log"
echo >> "$0.log"
"""


def sections(text):
    """The text of a plan as its sections, each without its title and its indentation."""
    found = {}
    for section in text.split("\n\n"):
        title, _, lines = section.partition(":\n")
        found[title] = [line.strip() for line in lines.splitlines()]
    return found


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

    def silent_python(self):
        """Outside of what plan() compares; gives its path and a function for what it was started with."""
        directory = tempfile.TemporaryDirectory(prefix="sm-train-python-")
        self.addCleanup(directory.cleanup)
        python = pathlib.Path(directory.name) / "python3"
        python.write_text(SILENT_PYTHON)
        python.chmod(0o755)

        def started():
            log = python.with_name("python3.log")
            return log.read_text().splitlines() if log.exists() else []

        return python, started

    def test_one_host_runs_the_program(self):
        job = self.job_of(["algo-1"], {"epochs": 3, "title": "two words"})
        shown = sections(self.plan(job, "--python", "/usr/bin/python3"))
        self.assertEqual(shown["Program"], ["/usr/bin/python3 train.py --epochs 3 --title 'two words'",
                                            f"in {job.path}/code"])
        self.assertEqual(shown["Hosts"], [f"algo-1, in {job.path}/code:",
                                          "/usr/bin/python3 train.py --epochs 3 --title 'two words'"])
        self.assertEqual(shown["Installation"], ["nothing"])
        self.assertIn("SM_HP_EPOCHS=3", shown["Variables on algo-1"])
        self.assertNotIn("Notes", shown)

    def test_the_command_is_the_one_that_the_job_starts(self):
        job = self.job_of(["algo-1"], {"epochs": 3}, source="import os, sys\nprint(sys.orig_argv, os.getcwd())\n")
        plan = self.plan_json(job, "--python", "/usr/bin/python3")
        host, program = plan["hosts"][0], plan["program"]
        self.assertEqual((program["argv"], program["cwd"]), (host["command"], host["cwd"]))
        run = self.train(job, "--python", "/usr/bin/python3")
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"{host['command']} {host['cwd']}\n")

    def test_the_variables_are_those_that_the_job_gives_its_program(self):
        job = self.job_of(["algo-1"], {"epochs": 3, "sagemaker_parameter_server_enabled": True}, source=RECORDER,
                          channels=["training"])
        env = {"PYTHONPATH": "/mine", "SM_HP_EPOCHS": "7"}
        planned = self.plan_json(job, env=env)["program"]["variables"]
        self.assert_succeeded(self.train(job, env=env))
        given = {name: value for name, value in job.record()["env"].items()
                 if {**clean_env(self.home), **env}.get(name) != value and name not in ("LC_CTYPE", "_")}
        path, package = given.pop("PYTHONPATH").rsplit(":", 1)
        self.assertIn("sm-train-python-", package)
        self.assertEqual(planned.pop("PYTHONPATH"), f"{path}:<sagemaker_containers>")
        self.assertEqual(planned, given)
        for name in "TF_CONFIG", "SM_TRAINING_ENV", "PYTHONUNBUFFERED", "SM_CHANNEL_TRAINING":
            self.assertIn(name, planned)

    def test_what_installs_is_what_the_job_runs(self):
        job = self.job_of(["algo-1"])
        job.write("code/requirements.txt", "something")
        job.write("code/setup.py", "")
        python, started = self.silent_python()
        plan = self.plan_json(job, "--python", python, "--installer", "pip")
        self.assertEqual(len(started()), 1)
        self.assertIn(f"{python} -B -c ", started()[0])
        self.assert_succeeded(self.train(job, "--python", python, "--installer", "pip"))
        step, = plan["install"]["steps"]
        self.assertEqual(step["command"], [str(python), "-m", "pip", "install", ".", "-r", "requirements.txt"])
        self.assertEqual(step["cwd"], f"{job.path}/code")
        self.assertEqual([line.split()[:6] for line in started()[-2:]],
                         [step["command"][:6], plan["program"]["argv"][:6]])

    def test_satisfied_requirements_need_no_command(self):
        job = self.job_of(["algo-1"])
        job.write("code/requirements.txt", "# none\n")
        plan = self.plan_json(job, "--python", "/usr/bin/python3")
        self.assertEqual(plan["install"], {"steps": [], "notes": ["requirements.txt is satisfied already"]})

    def test_the_configs_are_told_and_what_counts_without_them(self):
        job = self.job_of(["algo-1"])
        config = job.path / "input/config"
        (config / "inputdataconfig.json").unlink()
        configs = self.plan_json(job)["configs"]
        self.assertEqual(configs[:3], [
            {"path": f"{config}/hyperparameters.json", "found": True},
            {"path": f"{config}/resourceconfig.json", "found": True},
            {"path": f"{config}/inputdataconfig.json", "found": False, "note": "there are no channels"}])
        self.assertEqual([pathlib.Path(each["path"]).name for each in configs[3:]],
                         ["checkpointconfig.json", "sourcecode.json", "distributed.json"])
        self.assertIn(f"{config}/inputdataconfig.json: absent, there are no channels",
                      sections(self.plan(job))["Configs"])

    def test_the_variables_are_those_of_the_host_that_is_named(self):
        job = self.job_of(["algo-1", "algo-2"], TORCHRUN)
        program = self.plan_json(job, "--host", "algo-2")["program"]
        self.assertEqual(program["host"], "algo-2")
        variables = program["variables"]
        self.assertEqual((variables["SM_CURRENT_HOST"], variables["SM_CURRENT_HOST_RANK"]), ("algo-2", "1"))
        self.assertEqual(json.loads(variables["SM_RESOURCE_CONFIG"])["current_host"], "algo-2")
        self.assertEqual((variables["MASTER_ADDR"], variables["MASTER_PORT"]), ("algo-1", "7777"))
        self.assertEqual(variables["NCCL_SOCKET_IFNAME"], "eth0")

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
        self.assertEqual(sections(self.plan(job))["Hosts"][-1], "algo-2: waits for algo-1")

    def test_the_plan_is_the_same_on_every_host(self):
        for hyperparameters in MPI, TORCHRUN:
            with self.subTest(hyperparameters):
                job = self.job_of(["algo-1", "algo-2"], hyperparameters)
                on_master = self.plan_json(job)["hosts"]
                config = job.path / "input/config/resourceconfig.json"
                config.write_text(config.read_text().replace('"current_host": "algo-1"', '"current_host": "algo-2"'))
                self.assertEqual(self.plan_json(job)["hosts"], on_master)

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
        where, command = sections(self.plan(job, "--host", "algo-2"))["Hosts"]
        self.assertRegex(where, "^algo-2, in ")
        self.assertRegex(command, " --node_rank 1 train.py$")

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
        self.assertEqual(plan["source"], {"kind": "directory", "uri": str(source), "directory": f"{job.path}/code",
                                          "existing_code": "overlay"})
        self.assertEqual(plan["install"]["steps"][0]["cwd"], f"{job.path}/code")

    def test_channels_are_arguments_as_the_code_in_another_directory_wants_them(self):
        job = self.job_of(["algo-1"], source=None, channels=["training", "unwanted"])
        source = self.directory / "source"
        source.mkdir()
        (source / "train.py").write_text("import argparse\nparser.add_argument('--training')\n")
        arguments = "--python", "/usr/bin/python3", "--submit-directory", source
        argv = self.plan_json(job, *arguments)["program"]["argv"]
        self.assertEqual(argv, ["/usr/bin/python3", "train.py", "--training", f"{job.path}/input/data/training"])

    def test_code_that_would_be_fetched_is_planned_by_the_name_of_its_program(self):
        job = self.job_of(["algo-1"], source=None)
        archive = self.directory / "sourcedir.tar.gz"
        archive.write_bytes(tar_gz({"train.py": TELLTALE}))
        for source in archive, "s3://bucket/sourcedir.tar.gz":
            with self.subTest(source):
                plan = self.plan_json(job, "--python", "/usr/bin/python3", "--submit-directory", source)
                self.assertEqual(plan["hosts"][0]["command"], ["/usr/bin/python3", "train.py"])
                self.assertIn(f"would come from {source}", plan["notes"][0])
                self.assertEqual((plan["source"]["kind"], plan["source"]["uri"]),
                                 ("s3" if source != archive else "file", str(source)))
                self.assertEqual(plan["install"], {
                    "rule": "requirements.txt and a package, where the code has them, by uv or pip", "steps": []})

    def test_code_that_is_kept_is_looked_at_though_other_code_is_named(self):
        job = self.job_of(["algo-1"])
        arguments = "--submit-directory", "s3://bucket/key", "--existing-code", "keep"
        plan = self.plan_json(job, *arguments)
        self.assertEqual(plan["source"], {"kind": "in_place", "uri": "s3://bucket/key",
                                          "directory": f"{job.path}/code", "existing_code": "keep"})
        self.assertEqual(plan["install"], {"steps": []})
        self.assertEqual(sections(self.plan(job, *arguments))["Code"], [
            f"{job.path}/code, as it lies there", "s3://bucket/key is not fetched, as that is kept"])

    def test_no_program_is_started_but_the_interpreter_that_must_be_asked(self):
        job = self.job_of(["algo-1"], TORCHRUN)
        job.write("code/requirements.txt", "nothing")
        for name in "python", "torchrun", "mpirun", "pip", "uv":
            path = self.directory / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\ntouch {self.directory}/{name}-ran\n")
            path.chmod(0o755)
        python, started = self.silent_python()
        env = {"PATH": f"{self.directory}/bin:{python.parent}:{os.environ['PATH']}"}
        # plan() compares the whole directory.
        self.plan(job, env=env)
        self.assertEqual(len(started()), 1)
        self.assertRegex(started()[0], "^[^ ]+/python3 -B -c ")
        (job.path / "code/requirements.txt").unlink()
        self.plan(job, env=env)
        self.assertEqual(len(started()), 1, "where nothing can have to be installed")

    def test_the_interpreter_that_is_asked_leaves_no_bytecode(self):
        job = self.job_of(["algo-1"])
        job.write("code/requirements.txt", "nothing")
        modules = self.directory / "modules"
        modules.mkdir()
        # Python imports this one by itself.
        (modules / "sitecustomize.py").write_text("")
        self.plan(job, "--python", "/usr/bin/python3", env={"PYTHONPATH": str(modules)})

    def test_secrets_are_masked(self):
        job = self.job_of(["algo-1", "algo-2"], {**MPI, "api_key": "hyper5ecret", "note": "variab1esecret",
                                                 "data": "https://me:ur1secret@host/?X-Amz-Signature=si9nature"})
        env = {"AWS_SECRET_ACCESS_KEY": "variab1esecret"}
        for text in self.plan(job, env=env), self.plan(job, "--json", env=env):
            self.assertIn("******", text)
            for secret in "hyper5ecret", "variab1esecret", "ur1secret", "si9nature":
                self.assertNotIn(secret, text)
        variables = self.plan_json(job, env=env)["program"]["variables"]
        self.assertEqual(json.loads(variables["SM_HPS"]), {
            "api_key": "******", "note": "******", "data": "https://******@host/?X-Amz-Signature=******"})
        self.assertEqual(json.loads(variables["SM_TRAINING_ENV"])["hyperparameters"]["api_key"], "******")

    def test_a_long_value_is_cut_in_the_text_alone(self):
        job = self.job_of(["algo-1"], {"text": "x" * 5000})
        shown = [line for line in sections(self.plan(job))["Variables on algo-1"] if line.startswith("SM_HP_TEXT=")]
        self.assertEqual(shown, ["SM_HP_TEXT=" + "x" * 40 + "... (4.9 KiB)"])
        self.assertEqual(self.plan_json(job)["program"]["variables"]["SM_HP_TEXT"], "x" * 5000)

    def test_a_variable_that_is_too_large_is_a_file_as_in_the_job(self):
        job = self.job_of(["algo-1"], {f"h{i}": "x" * 2000 for i in range(100)})
        variables = self.plan_json(job)["program"]["variables"]
        self.assertNotIn("SM_HPS", variables)
        self.assertEqual(variables["SM_HPS_FILE"], "<file of SM_HPS>")

    def test_a_thousand_hosts_are_planned(self):
        hosts = [f"algo-{i}" for i in range(1, 1001)]
        shown = sections(self.plan(self.job_of(hosts, MPI)))["Hosts"]
        self.assertEqual(len(shown), 3)
        self.assertRegex(shown[1], "^mpirun ")
        self.assertEqual(shown[2], "algo-2 to algo-1000 (999 hosts): wait for algo-1")
        ranks = self.plan_json(self.job_of(hosts, TORCHRUN))["hosts"]
        self.assertEqual([(host["host"], host["command"][-2]) for host in ranks],
                         [(host, str(rank)) for rank, host in enumerate(hosts)])
        shown = sections(self.plan(self.job_of(hosts, {})))["Hosts"]
        self.assertEqual(len(shown), 2)
        self.assertRegex(shown[0], r"^algo-1 to algo-1000 \(1000 hosts\), in ")

    def test_help_says_what_it_takes(self):
        run = self.run_binary("plan", "--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        for text in "sm-train plan", "--host NAME", "--json", "do nothing":
            self.assertIn(text, run.stdout.decode())


if __name__ == "__main__":
    unittest.main()
