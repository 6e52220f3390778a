"""Installing what the code needs: real pip, in a virtual environment, from an index on loopback."""
import http.server
import unittest

from package_index import PackageIndex, Venvs, pip_env
from support import EndToEndTest, http_server, running, tar_gz, terminate, wait_until

# A package's program tells which distribution it was imported from, and how it was run.
PACKAGE_PROGRAM = """
import importlib.metadata, json, os, sys
import trainer
json.dump({"version": importlib.metadata.version("trainer"), "package": __package__, "argv": sys.argv[1:],
           "helper": trainer.HELPER}, open(os.environ["SM_MODEL_DIR"] + "/record.json", "w"))
"""


def setUpModule():
    global VENVS
    VENVS = Venvs()


def tearDownModule():
    VENVS.remove()


class InstallTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.index = PackageIndex(self.directory)
        self.requests = []
        server = self.index.serve(self.requests)
        url = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        self.env = {**VENVS.make(self.directory / "venv"), **pip_env(url)}


class Requirements(InstallTest):
    def test_requirements_are_installed_into_the_environment_and_the_program_imports_them(self):
        self.index.add("dependency_a", "1.2", "import dependency_b; NAME = 'a with ' + dependency_b.NAME",
                       requires=["dependency_b>=2"])
        self.index.add("dependency_b", "2.0", "NAME = 'b'")
        job = self.job(source="import dependency_a, sys; print(dependency_a.NAME, sys.prefix)")
        job.write("code/requirements.txt", "# a comment\ndependency_a==1.2\n")
        run = self.train(job, env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"a with b {self.directory}/venv\n")

    def test_another_requirements_file_can_be_named(self):
        self.index.add("dependency_a", "1.0", "NAME = 'named'")
        job = self.job(source="import dependency_a; print(dependency_a.NAME)")
        run = self.train(job, "--requirements", job.write("my requirements.txt", "dependency_a\n"), env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"named\n")

    def test_they_are_installed_for_a_shell_program_too(self):
        self.index.add("dependency_a", "1.0", "NAME = 'for the shell'")
        job = self.job(program="train.sh", source="python3 -c 'import dependency_a; print(dependency_a.NAME)'\n")
        job.write("code/requirements.txt", "dependency_a\n")
        run = self.train(job, env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"for the shell\n")

    def test_nothing_is_asked_of_the_index_when_everything_is_satisfied(self):
        self.index.add("dependency_a", "1.0", "NAME = 'a'")
        job = self.job(source="import dependency_a; print(dependency_a.NAME)")
        job.write("code/requirements.txt", "dependency_a>=1\n")
        self.assert_succeeded(self.train(job, env=self.env))
        self.assertIn("/simple/dependency-a/", self.requests)
        self.requests.clear()
        self.assert_succeeded(self.train(job, env=self.env))
        self.assertEqual(self.requests, [])

    def test_a_distribution_that_does_not_exist_is_unavailable_with_pips_own_error(self):
        job = self.job()
        job.write("code/requirements.txt", "no-such-distribution==9\n")
        run = self.train(job, env=self.env)
        self.assert_fault(run, 69, "No matching distribution found for no-such-distribution==9", "requirements.txt")
        self.assertFalse((job.path / "model/record.json").exists(), "the program was run")

    def test_sigterm_while_pip_waits_for_its_index_ends_the_launcher(self):
        self.check_sigterm_during_an_install()

    def test_sigterm_ends_a_pip_that_ignores_it(self):
        pid_file = self.directory / "pid of pip"
        next((self.directory / "venv").glob("lib/*/site-packages/pip")).with_name("ignore.pth").write_text(
            "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n")
        run = self.check_sigterm_during_an_install()
        self.assertIn("the installer did not end in 0.5 s, and was killed", run.stderr)
        self.assertFalse(running(int(pid_file.read_text())), "pip still runs")

    def check_sigterm_during_an_install(self):
        asked = []

        class Silent(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.rfile.read()  # until the client goes

            def log_message(self, *_):
                pass

        with http_server(Silent) as url:
            job = self.job()
            job.write("code/requirements.txt", "anything\n")
            process = self.start("train", "--base-path", job.path, env={**self.env, **pip_env(url)})
            wait_until(lambda: asked, "pip's request")
            terminate(process)
            run = self.finish(process, job)
        self.assert_fault(run, 143, "SIGTERM", "while installing")
        self.assertFalse((job.path / "model/record.json").exists(), "the program was run")
        return run


class Packages(InstallTest):
    def check_package(self, files, program="trainer"):
        job = self.job({"epochs": 2}, program=program, source=None)
        (job.path / "source.tar.gz").write_bytes(tar_gz({
            "trainer/__init__.py": "HELPER = 'helped'", "trainer/__main__.py": PACKAGE_PROGRAM, **files}))
        run = self.train(job, "--submit-directory", job.path / "source.tar.gz", env=self.env)
        self.assert_succeeded(run)
        self.assertEqual(job.record(), {"version": "3.1", "package": "trainer", "argv": ["--epochs", "2"],
                                        "helper": "helped"})

    def test_a_setup_py_package_is_installed_and_run_as_a_module(self):
        self.check_package({"setup.py": """
            from setuptools import setup
            setup(name="trainer", version="3.1", packages=["trainer"])
        """})

    def test_a_pyproject_toml_package_is_installed_and_run_as_a_module(self):
        self.check_package({"pyproject.toml": """
            [build-system]
            requires = ["setuptools", "wheel"]
            build-backend = "setuptools.build_meta"
            [project]
            name = "trainer"
            version = "3.1"
            [tool.setuptools]
            packages = ["trainer"]
        """})

    def test_a_packages_own_dependencies_are_installed(self):
        self.index.add("dependency_a", "1.0", "NAME = 'a'")
        self.check_package({"setup.py": """
            from setuptools import setup
            setup(name="trainer", version="3.1", packages=["trainer"], install_requires=["dependency_a"])
        """})
        self.assertTrue(list((self.directory / "venv").rglob("dependency_a.py")))

    def test_a_setup_py_that_fails_is_unavailable_and_its_error_is_told(self):
        job = self.job(program="trainer", source=None)
        job.write("code/trainer/__main__.py", "")
        job.write("code/setup.py", "raise RuntimeError('my setup is broken')\n")
        run = self.train(job, env=self.env)
        self.assert_fault(run, 69, "my setup is broken")


if __name__ == "__main__":
    unittest.main()
