"""Entry points: what can be named as the program, how it is run, and what is said where it cannot be."""
import os
import shutil
import subprocess
import textwrap
import unittest

from package_index import PackageIndex, Venvs, pip_env
from support import EndToEndTest, SM_TRAIN, TIMEOUT, clean_env

HYPERPARAMETERS = {"epochs": 3, "name": "two words; $(touch owned)"}
FLAGS = ["--epochs", "3", "--name", "two words; $(touch owned)"]

# Programs that say, a line each: their own name, their arguments, the working directory, and SM_USER_ENTRY_POINT.
PYTHON = """\
import os, sys
print(*sys.argv, os.getcwd(), os.environ["SM_USER_ENTRY_POINT"], sep="\\n")
"""
SHELL = """printf '%s\\n' "$0" "$@" "$PWD" "$SM_USER_ENTRY_POINT"\n"""
PERL = """use Cwd; print join("\\n", $0, @ARGV, getcwd(), $ENV{SM_USER_ENTRY_POINT}), "\\n";\n"""
NODE = """\
console.log([process.argv[1].replace(process.cwd(), "."), ...process.argv.slice(2), process.cwd(),
             process.env.SM_USER_ENTRY_POINT].join("\\n"));
"""
C = """
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char** argv) {
  char directory[4096];
  for (int i = 0; i < argc; ++i) puts(argv[i]);
  puts(getcwd(directory, sizeof directory));
  puts(getenv("SM_USER_ENTRY_POINT"));
}
"""


class EntryPointTest(EndToEndTest):
    def program_job(self, files, program, hyperparameters=None):
        """A job whose code/ holds `files`, texts or (text, mode), and none of whose files can be executed otherwise."""
        shutil.rmtree(self.directory / "ml", ignore_errors=True)
        job = self.job(HYPERPARAMETERS if hyperparameters is None else hyperparameters, program=program, source=None)
        for name, content in files.items():
            text, mode = content if isinstance(content, tuple) else (content, 0o644)
            job.write(f"code/{name}", text, mode=mode)
        return job

    def assert_runs(self, job, program, name, env=None):
        """The program runs, is called `name`, and finds arguments, working directory and variable as under the Python
        toolkit."""
        run = self.train(job, env=env)
        self.assert_succeeded(run)
        code = os.path.realpath(job.path / "code")
        self.assertEqual(run.stdout.decode().splitlines(), [name, *FLAGS, code, program])
        self.assertFalse((job.path / "code/owned").exists())

    def check_fault(self, files, program, code, *said):
        job = self.program_job(files, program)
        self.assert_fault(self.train(job), code, *said)
        self.assertEqual(list(job.path.rglob("ran")), [])


class Scripts(EntryPointTest):
    def check(self, program, source, name=None, mode=0o644):
        with self.subTest(program):
            self.assert_runs(self.program_job({program: (source, mode)}, program), program, name or f"./{program}")

    def test_a_python_script(self):
        for program in ("train.py", "src/train.py", "dir with space/my train.py", "öö.py"):
            self.check(program, PYTHON, name=program)
        self.check("-train.py", PYTHON)

    def test_a_python_script_needs_no_execute_bit_and_no_first_line_and_is_not_misled_by_one(self):
        self.check("train.py", "#!/no/such/python\r\n" + PYTHON, name="train.py", mode=0o755)

    def test_a_shell_script_with_a_first_line_and_without_whatever_its_name(self):
        for program in ("train.sh", "dir with space/my train.sh", "öö.sh", "-train.sh", "--help.sh", "train", "-c"):
            for first_line in ("", "#!/bin/sh\n", "#!/usr/bin/env bash\n"):
                self.check(program, first_line + SHELL)

    def test_a_script_of_any_language_by_its_first_line(self):
        self.check("train", "#!/usr/bin/env python3\n" + PYTHON)
        self.check("train.bash", "#!/bin/bash\nset -euo pipefail\n" + SHELL)
        self.check("train.pl", "#!/usr/bin/perl -w\n" + PERL)
        # The kernel passes all that follows the interpreter as one argument.
        self.check("my train.pl", "#!/usr/bin/env -S perl -w\n" + PERL)

    def test_an_awk_script(self):
        job = self.program_job({"train.awk": "#!/usr/bin/awk -f\nBEGIN { print ENVIRON[\"SM_USER_ENTRY_POINT\"] }\n"},
                               "train.awk", hyperparameters={})
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"train.awk\n")

    @unittest.skipUnless(shutil.which("node", path=clean_env("")["PATH"]), "node is not installed")
    def test_a_node_script(self):
        for program in ("train.js", "train"):
            self.check(program, "#!/usr/bin/env node\n" + NODE)

    def test_an_absolute_name_in_the_code(self):
        for name, source in (("train.py", PYTHON), ("train.sh", SHELL)):
            with self.subTest(name):
                program = str(self.directory / "ml/code" / name)
                job = self.program_job({name: source}, program)
                self.assert_runs(job, program, program)

    def test_a_python_script_by_its_first_line_is_spared_the_channels_that_it_does_not_declare(self):
        job = self.job({}, channels=("training", "test"), program="train", source=textwrap.dedent("""\
            #!/usr/bin/env python3
            import argparse
            parser = argparse.ArgumentParser()
            parser.add_argument("--test")
            print(parser.parse_args())
            """))
        run = self.train(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"Namespace(test='{job.path}/input/data/test')\n")


class Binaries(EntryPointTest):
    def test_a_compiled_program(self):
        compiler = shutil.which("cc")
        if not compiler:
            self.skipTest("no C compiler is installed")
        binary = self.directory / "binary"
        subprocess.run([compiler, "-x", "c", "-", "-o", binary], input=C, text=True, check=True, timeout=TIMEOUT)
        for program in ("train", "bin/my train", "train.exe"):
            with self.subTest(program):
                job = self.program_job({program: (binary.read_bytes(), 0o644)}, program)
                self.assert_runs(job, program, f"./{program}")

    def test_a_program_of_another_system_is_not_read_by_the_shell(self):
        mach_o = b"\xcf\xfa\xed\xfe\x07\0\0\x01\ntouch ran\n"
        self.check_fault({"train": mach_o}, "train", 126, r"\./train: cannot be executed", "Exec format error",
                         "built for this machine")


class Modules(EntryPointTest):
    FILES = {"pkg/__init__.py": "", "pkg/helper.py": "", "pkg/train.py": "from . import helper\n" + PYTHON,
             "pkg/__main__.py": "from . import helper\n" + PYTHON, "src/my pkg/__main__.py": PYTHON,
             "v1.0/__main__.py": PYTHON}

    def check(self, program, name):
        with self.subTest(program):
            job = self.program_job(self.FILES, program)
            self.assert_runs(job, program, name.format(code=os.path.realpath(self.directory) + "/ml/code"))

    def test_a_dotted_name(self):
        self.check("pkg.train", "{code}/pkg/train.py")

    def test_a_directory_with_a_main(self):
        self.check("pkg", "{code}/pkg/__main__.py")
        self.check("pkg/", "{code}/pkg/__main__.py")
        self.check("src/my pkg", "{code}/src/my pkg/__main__.py")
        self.check("v1.0", "v1.0")

    def test_a_file_of_that_very_name_comes_first(self):
        self.assert_runs(self.program_job({**self.FILES, "pkg.train": SHELL}, "pkg.train"), "pkg.train", "./pkg.train")


class Packages(EntryPointTest):
    """Beside a setup.py; installing packages has its own tests."""

    FILES = {"setup.py": "from setuptools import setup; setup(name='trainer', version='1', packages=['trainer'])\n",
             "trainer/__init__.py": "", "trainer/train.py": PYTHON}

    @classmethod
    def setUpClass(cls):
        cls.venvs = Venvs()
        cls.addClassCleanup(cls.venvs.remove)

    def setUp(self):
        super().setUp()
        server = PackageIndex(self.directory).serve([])
        self.pip_env = pip_env(server.__enter__())
        self.addCleanup(server.__exit__, None, None, None)

    def check(self, program, source, name, installed=True):
        with self.subTest(program):
            shutil.rmtree(self.directory / "venv", ignore_errors=True)
            job = self.program_job({**self.FILES, program: source}, program)
            env = {**self.venvs.make(self.directory / "venv"), **self.pip_env}
            self.assert_runs(job, program, name.format(code=os.path.realpath(job.path / "code")), env=env)
            packages = [path.name for path in (self.directory / "venv").rglob("trainer")]
            self.assertEqual(packages, ["trainer"] if installed else [])

    def test_a_name_at_the_top_is_a_module(self):
        self.check("train.py", PYTHON, "{code}/train.py")

    def test_a_script_in_a_directory_is_run_as_one_with_the_package_installed(self):
        self.check("scripts/my train.py", "import trainer\n" + PYTHON, "scripts/my train.py")

    def test_a_command_is_run_as_one_with_the_package_installed(self):
        self.check("launch", "#!/bin/sh\npython3 -c 'import trainer' || exit\n" + SHELL, "./launch")

    def test_a_shell_script_is_run_without_the_package(self):
        self.check("train.sh", SHELL, "./train.sh", installed=False)

    def test_a_setup_py_beside_a_script_in_a_directory_makes_no_package(self):
        files = {"src/setup.py": "raise SystemExit('not to be run')", "src/train.py": PYTHON}
        job = self.program_job(files, "src/train.py")
        self.assert_runs(job, "src/train.py", "src/train.py")


class WhatCannotRun(EntryPointTest):
    def test_a_missing_program_is_told_with_what_is_there_and_what_may_have_been_meant(self):
        for program, said in (
                ("trian.py", r"is no file in .*/code, which holds data/, src/, train\.py\. "
                             r"Did you mean train\.py, or src/trian\.py\?"),
                ("train", r"Did you mean train\.py, or src/trian\.py\?"),
                ("Train.py", r"Did you mean train\.py"),
                ("data/fit.R", r"Did you mean src/deep/fit\.R\?"),
                ("src.train", r"Did you mean train\.py, or src/trian\.py\?"),
                ("main.jl", r"which holds data/, src/, train\.py\.\n")):
            with self.subTest(program):
                files = {"train.py": "", "src/trian.py": "", "src/deep/fit.R": "", "data/x.csv": ""}
                self.check_fault(files, program, 127, said, "Set sagemaker_program")

    def test_a_program_outside_code_is_not_run(self):
        job = self.job(program="../outside.py", source="open('ran', 'w')")
        self.assert_fault(self.train(job), 78, r"\.\./outside\.py is outside of the code directory")
        self.assertEqual(list(job.path.rglob("ran")), [])

    def test_a_name_that_can_be_no_program(self):
        self.check_fault({"train.py": ""}, ".", 78, r"The program \. is the code directory .*/code itself")
        self.check_fault({"src/train.py": ""}, "src", 127, "src is a directory .* no __main__.py")
        self.assert_fault(self.train(self.program_job({}, None), env={"SAGEMAKER_PROGRAM": ""}), 78, "names no program")

    def test_a_script_of_another_language_without_its_first_line_is_not_read_by_the_shell(self):
        for program, line in (("train.R", "#!/usr/bin/env Rscript"), ("train.jl", "#!/usr/bin/env julia"),
                              ("train.js", "#!/usr/bin/env node")):
            with self.subTest(program):
                self.check_fault({program: "touch('ran')\n\ntouch ran\n"}, program, 126, program,
                                 f"very first line {line}")

    def test_a_first_line_of_windows(self):
        for line in ("#!/bin/sh", "#!/usr/bin/env bash"):
            with self.subTest(line):
                self.check_fault({"train.sh": f"{line}\r\ntouch ran\r\n"}, "train.sh", 126, r"train\.sh",
                                 "carriage return", "dos2unix")

    def test_an_interpreter_that_is_not_there(self):
        self.check_fault({"train.R": "#!/no/such/Rscript --vanilla\n"}, "train.R", 126, "/no/such/Rscript", "Install")
        run = self.train(self.program_job({"train.R": "#!/usr/bin/env no-such-Rscript\n"}, "train.R"))
        self.assertEqual(run.code, 127)
        self.assertRegex(run.failure, "no-such-Rscript.*: No such file or directory\"\nHint: .*PATH")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_a_program_of_somebody_else_without_the_execute_bit(self):
        self.directory.chmod(0o755)
        job = self.program_job({"train.sh": "touch ran\n"}, "train.sh")
        for path in job.path.rglob("*"):
            if path.name != "train.sh":
                os.chown(path, 65534, 65534)
        run = subprocess.run([SM_TRAIN, "--base-path", job.path], env=clean_env(self.home), capture_output=True,
                             text=True, timeout=TIMEOUT, check=False, user=65534, group=65534, extra_groups=[])
        self.assertEqual(run.returncode, 126, run.stderr)
        self.assertRegex(run.stderr, r"train\.sh has no execute bit, .*: Operation not permitted\.\n.*chmod \+x")
        self.assertEqual(list(job.path.rglob("ran")), [])


if __name__ == "__main__":
    unittest.main()
