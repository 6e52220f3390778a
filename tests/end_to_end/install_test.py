"""Installing what the code needs: real pip, in a virtual environment, from an index on loopback."""
import contextlib
import http.server
import os
import shutil
import subprocess
import textwrap
import unittest

import support
from package_index import PYPROJECT, PackageIndex, Venvs, pip_env
from support import EndToEndTest, clean_env, http_server, new_mounts, running, tar_gz, terminate, wait_until

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


@contextlib.contextmanager
def silent_index():
    """An index that never answers; gives its URL, and the paths it was asked for."""
    asked = []

    class Silent(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.rfile.read()  # until the client goes

        def log_message(self, *_):
            pass

    with http_server(Silent) as url:
        yield url, asked


class InstallTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.index = PackageIndex(self.directory)
        self.requests = []
        server = self.index.serve(self.requests)
        self.url = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        self.env = {**VENVS.make(self.directory / "venv"), **pip_env(self.url)}


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
        with silent_index() as (url, asked):
            job = self.job()
            job.write("code/requirements.txt", "anything\n")
            process = self.start("train", "--base-path", job.path, env={**self.env, **pip_env(url)})
            wait_until(lambda: asked, "pip's request")
            terminate(process)
            run = self.finish(process, job)
        self.assert_fault(run, 143, "SIGTERM", "while installing")
        self.assertFalse((job.path / "model/record.json").exists(), "the program was run")
        return run


class Output(InstallTest):
    """What the log says of an installation."""

    def requiring(self, text, **job):
        job = self.job(source="import sys; print(sys.prefix)", **job)
        job.write("code/requirements.txt", text)
        return job

    def test_a_line_tells_what_was_installed_and_pip_is_quiet(self):
        self.index.add("dependency_a", "1.2", "", requires=["dependency_b>=2"])
        self.index.add("dependency_b", "2.0", "")
        run = self.train(self.requiring("dependency_a\n"), env=self.env)
        self.assert_succeeded(run)
        self.assertRegex(run.stderr, r"installed requirements.txt in \d+\.\d s: dependency[-_]a 1.2, dependency[-_]b 2.0\n")
        self.assertNotIn("Collecting", run.stderr)

    def test_what_is_satisfied_starts_no_installer(self):
        self.index.add("dependency_a", "1.2", "", requires=["dependency_b>=2"])
        self.index.add("dependency_b", "2.0", "")
        job = self.requiring("dependency_a>=1\n")
        self.assert_succeeded(self.train(job, env=self.env))
        for module in (self.directory / "venv").glob("lib/*/site-packages/pip/__main__.py"):
            module.write_text("raise SystemExit('pip was started')")
        run = self.train(job, env=self.env)
        self.assert_succeeded(run)
        self.assertIn("requirements.txt is satisfied already", run.stderr)
        for dependency in (self.directory / "venv").glob("lib/*/site-packages/dependency_b-2.0.dist-info"):
            shutil.rmtree(dependency)
        self.assert_fault(self.train(job, env=self.env), 69, "pip was started")

    def test_an_index_that_hangs_ends_at_the_time_limit(self):
        with silent_index() as (url, _):
            run = self.train(self.requiring("anything\n"), "--install-timeout", "2", env={**self.env, **pip_env(url)})
        self.assert_fault(run, 69, "took longer than 2 s", "--install-timeout", "SM_TRAIN_INSTALL_TIMEOUT")

    def test_requirements_that_are_a_directory_or_no_text_are_refused(self):
        job = self.requiring(b"\x1f\x8b\x08")
        self.assert_fault(self.train(job, env=self.env), 65, "requirements.txt is no text", "one requirement a line")
        (job.path / "code/requirements.txt").unlink()
        (job.path / "code/requirements.txt").mkdir()
        self.assert_fault(self.train(job, env=self.env), 65, "requirements.txt is a directory")

    def test_a_line_that_is_no_requirement_is_told(self):
        run = self.train(self.requiring("=x\n"), env=self.env)
        self.assert_fault(run, 69, "Invalid requirement: '=x'", "Correct that line")

    def test_an_interpreter_without_pip_is_told_before_anything_runs(self):
        bare = self.directory / "bare"
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", bare], check=True)
        run = self.train(self.requiring("anything\n"), "--python", bare / "bin/python", env=self.env)
        self.assert_fault(run, 69, f"uv is not on PATH, and {bare}/bin/python has no pip", "ensurepip")


class Settings(InstallTest):
    """The settings of pip's own are in force."""

    def run_with(self, env, *arguments):
        self.index.add("dependency_a", "1.2", "NAME = 'a'")
        job = self.job(source="import dependency_a; print(dependency_a.NAME)")
        job.write("code/requirements.txt", "dependency_a\n")
        return self.train(job, *arguments, env=env)

    def test_pip_conf_and_netrc_are_read(self):
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        authorizations = []

        class Guarded(http.server.SimpleHTTPRequestHandler):
            def __init__(handler, *arguments, **keywords):
                super().__init__(*arguments, directory=str(self.index.simple.parent), **keywords)

            def do_GET(handler):
                authorizations.append(handler.headers.get("Authorization"))
                if authorizations[-1] is None:
                    handler.send_response(401)
                    handler.send_header("WWW-Authenticate", "Basic realm=index")
                    handler.end_headers()
                else:
                    super().do_GET()

            def log_message(handler, *_):
                pass

        with http_server(Guarded) as url:
            (home / ".config/pip").mkdir(parents=True)
            (home / ".config/pip/pip.conf").write_text(f"[global]\nindex-url = {url}/simple/\n")
            (home / ".netrc").write_text("machine 127.0.0.1 login me password pa55word\n")
            (home / ".netrc").chmod(0o600)
            env = {name: value for name, value in self.env.items() if not name.startswith("PIP_")}
            run = self.run_with({**env, "HOME": str(home)})
        self.assert_succeeded(run)
        self.assertIn("Basic bWU6cGE1NXdvcmQ=", authorizations)
        self.assertNotIn("pa55word", run.stderr)

    def test_the_cache_of_a_warm_pool_keeps_what_was_built(self):
        sources = self.index.simple / "dependency-a"
        sources.mkdir()
        (sources / "dependency_a-1.2.tar.gz").write_bytes(tar_gz({
            "dependency_a-1.2/pyproject.toml": "[build-system]\nrequires = ['setuptools', 'wheel']\n"
                                               "build-backend = 'setuptools.build_meta'",
            "dependency_a-1.2/setup.py": "from setuptools import setup\n"
                                         "setup(name='dependency_a', version='1.2', py_modules=['dependency_a'])",
            "dependency_a-1.2/dependency_a.py": "NAME = 'a'"}))
        job = self.job(source="import dependency_a; print(dependency_a.NAME)")
        job.write("code/requirements.txt", "dependency_a\n")
        cache = self.directory / "warm"
        env = {name: value for name, value in self.env.items() if name != "PIP_NO_CACHE_DIR"}
        self.assert_succeeded(self.train(job, env={**env, "SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY": str(cache)}))
        self.assertEqual([path.name for path in (cache / "pip/wheels").rglob("*.whl")],
                         ["dependency_a-1.2-py3-none-any.whl"])

    def test_with_no_installer_nothing_is_installed(self):
        run = self.run_with(self.env, "--installer", "none")
        self.assertEqual(run.code, 1)
        self.assertIn("requirements.txt is not installed", run.stderr)
        self.assertIn("No module named 'dependency_a'", run.failure)
        self.assertEqual(self.requests, [])


class Uv(InstallTest):
    """uv cannot be had here: a stand-in records how it is called."""

    STAND_IN = """#!/bin/sh
    printf '%s\\n' "$@" >"$0.arguments"
    env >"$0.environment"
    [ -z "$UV_STAND_IN_FAILS" ] || { printf '%s\\n' "$UV_STAND_IN_FAILS" >&2; exit 1; }
    echo ' + dependency-a==1.2' >&2
    """

    def setUp(self):
        super().setUp()
        self.uv = self.directory / "bin/uv"
        self.uv.parent.mkdir()
        self.uv.write_text(textwrap.dedent(self.STAND_IN))
        self.uv.chmod(0o755)
        pip = {name: "" for name in self.env if name.startswith("PIP_")}
        self.env = {**self.env, **pip, "PIP_CONFIG_FILE": "/dev/null", "PATH": f"{self.uv.parent}:{self.env['PATH']}"}

    def run_requiring(self, *arguments, env=None):
        job = self.job(source="print('ran')")
        job.write("code/requirements.txt", "dependency_a\n")
        return self.train(job, *arguments, env={**self.env, **(env or {})})

    def test_uv_installs_into_the_interpreter_where_it_is_on_path(self):
        run = self.run_requiring()
        self.assert_succeeded(run)
        self.assertEqual((self.uv.parent / "uv.arguments").read_text().splitlines(),
                         ["pip", "install", "--python", f"{self.directory}/venv/bin/python", "-r", "requirements.txt"])
        self.assertRegex(run.stderr, r"installed requirements.txt in \d+\.\d s: dependency-a 1.2\n")

    def test_pip_installs_where_it_is_configured_and_uv_is_not(self):
        self.index.add("dependency_a", "1.2", "")
        run = self.run_requiring(env={"PIP_INDEX_URL": pip_env(self.url)["PIP_INDEX_URL"]})
        self.assert_succeeded(run)
        self.assertIn("uv would not follow PIP_INDEX_URL", run.stderr)
        self.assertFalse((self.uv.parent / "uv.arguments").exists())

    def test_its_reason_is_told(self):
        run = self.run_requiring("--installer", "uv", env={
            "UV_STAND_IN_FAILS": "  × No solution found when resolving dependencies:\n"
                                 "  ╰─▶ Because dependency-a was not found in the package registry and you require\n"
                                 "      dependency-a, we can conclude that your requirements are unsatisfiable."})
        self.assert_fault(run, 69, "exit code 1: Because dependency-a was not found in the package registry and you "
                          "require dependency-a, we can conclude")

    def test_it_must_be_there_when_it_is_chosen(self):
        self.uv.unlink()
        self.assert_fault(self.run_requiring("--installer", "uv"), 69, "uv is not on PATH", "--installer")


class Unwritable(InstallTest):
    """An interpreter that takes no packages."""

    PROGRAM = """
        import os, subprocess, dependency_a
        print(dependency_a.NAME, os.path.dirname(dependency_a.__file__))
    """

    def job_of_nobody(self):
        self.index.add("dependency_a", "1.2", "NAME = 'a'")
        job = self.job(source=self.PROGRAM)
        job.write("code/requirements.txt", "dependency_a\n")
        for path in (self.directory, job.path, *job.path.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        return job

    def train_as_nobody(self, job, python):
        program = shutil.copy(support.SM_TRAIN, self.directory / "sm-train")
        self.temporary = self.directory / "tmp"
        self.temporary.mkdir()
        self.temporary.chmod(0o777)
        process = subprocess.run(
            [program, "train", "--base-path", job.path, "--python", python], capture_output=True, user=65534,
            group=65534, extra_groups=[], cwd="/", timeout=support.TIMEOUT, umask=0o077,
            env={**clean_env("/nonexistent"), **pip_env(self.url), "container": "test", "TMPDIR": str(self.temporary)})
        return support.Run(process.returncode, process.stdout, process.stderr.decode(), job.failure(), True)

    def check(self, run):
        self.assertEqual(run.code, 0, run.stderr)
        name, where = run.stdout.decode().split()
        self.assertEqual(name, "a")
        self.assertIn("/sm-train-packages-", where)
        self.assertIn("for this job only", run.stderr)
        self.assertFalse(os.path.exists(where), "the packages are still there")

    def test_packages_of_a_user_without_a_home_go_elsewhere_and_are_found(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become a user without a home")
        run = self.train_as_nobody(self.job_of_nobody(), "/usr/bin/python3")
        self.check(run)
        self.assertIn("externally managed", run.stderr)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_an_older_copy_that_cannot_be_removed_is_passed_over(self):
        if os.geteuid() != 0:
            self.skipTest("only root has files that another user cannot remove")
        job = self.job_of_nobody()
        self.index.add("dependency_a", "1.0", "NAME = 'older'")
        python = self.directory / "venv/bin/python"
        subprocess.run([python, "-m", "pip", "install", "-q", "dependency_a==1.0"], check=True,
                       env={**clean_env(self.home), **pip_env(self.url)})
        job.write("code/requirements.txt", "dependency_a>=1.2\n")
        self.check(self.train_as_nobody(job, python))

    def test_packages_go_into_the_base_path_where_the_root_file_system_is_read_only(self):
        command, why_not = new_mounts()
        if not command:
            self.skipTest(why_not)
        job = self.job_of_nobody()
        run = self.finish(self.start(
            "train", "--base-path", self.directory / "disk/ml", "--python", "/usr/bin/python3",
            env={**pip_env(self.url), "container": "test", "TMPDIR": "/tmp"},
            under=[*command, "sh", "-c", ON_A_READ_ONLY_ROOT, self.directory / "disk", job.path]))
        self.assertNotEqual(run.code, 120, run.stderr)
        self.check(run)


# Copies a job to a disk of its own, and runs "$@" where nothing else can be written.
ON_A_READ_ONLY_ROOT = """
disk=$0 job=$1
shift
mkdir "$disk" && mount -t tmpfs tmpfs "$disk" && cp -R "$job" "$disk/ml" || exit 120
mount --bind / / && mount -o remount,bind,ro / || exit 120
mount -t tmpfs -o ro tmpfs /dev/shm || exit 120
[ ! -w /tmp ] || mount -o remount,bind,ro /tmp || exit 120
exec "$@"
"""


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
        self.check_package({"pyproject.toml": PYPROJECT})

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
