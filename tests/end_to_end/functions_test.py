"""Python functions as programs: MODULE:FUNCTION, with the arguments that its signature names."""
import os
import subprocess
import textwrap
import unittest

import package_index
import support
from support import EndToEndTest, clean_env, running, tar_gz, terminate

FUNCTIONS = """
import contextlib, functools, json, os, sys

def record(**values):
    with open(os.environ["SM_MODEL_DIR"] + "/record.json", "w") as file:
        json.dump({**values, "argv": sys.argv, "cwd": os.getcwd()}, file)

def train(training_dir, hyperparameters, lr, batch_size, hosts, num_gpus=None, momentum=0.5):
    record(training_dir=training_dir, hyperparameters=hyperparameters, lr=lr, batch_size=batch_size, hosts=hosts,
           momentum=momentum)

def takes_all(**values):
    record(names=sorted(values))

async def later(lr):
    record(lr=lr)

def wants_more(lr, lrr):
    pass

def generates(lr):
    yield lr

def fails():
    raise ValueError("no data")

@contextlib.contextmanager
def managed():
    yield

@functools.wraps(wants_more)
def wrapped(lr=None):
    record(lr=lr)

class Command:  # as click makes one
    def __call__(self, *args, **kwargs):
        record(given=[args, kwargs])

command = Command()

class Model:
    @staticmethod
    def train(model_dir):
        record(model_dir=model_dir)

    def method(self, model_dir):
        pass
"""


class FunctionTest(EndToEndTest):
    def run_function(self, program, hyperparameters=None, files=None, **options):
        job = self.job({"lr": 0.1, "batch-size": 32, **(hyperparameters or {})}, channels=("training",), program=program,
                       source=None)
        for name, text in {"train.py": FUNCTIONS, **(files or {})}.items():
            job.write(f"code/{name}", text)
        return job, self.train(job, **options)


class Functions(FunctionTest):
    def test_a_function_of_a_module_gets_what_its_signature_names(self):
        for number, program in enumerate(("train:train", "train.py:train")):
            with self.subTest(program):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                job, run = self.run_function(program)
                self.assert_succeeded(run)
                self.assertEqual(job.record(), {
                    "training_dir": f"{job.path}/input/data/training", "lr": 0.1, "batch_size": 32, "momentum": 0.5,
                    "hyperparameters": {"lr": 0.1, "batch-size": 32}, "hosts": ["algo-1"], "cwd": f"{job.path}/code",
                    "argv": [program.split(":")[0], "--batch-size", "32", "--lr", "0.1", "--training",
                             f"{job.path}/input/data/training"]})

    def test_a_hyperparameter_wins_over_what_the_environment_has_under_its_name(self):
        job, run = self.run_function("train:Model.train", {"model_dir": "/mine"})
        self.assert_succeeded(run)
        self.assertEqual(job.record()["model_dir"], "/mine")

    def test_one_that_takes_all_gets_all(self):
        job, run = self.run_function("train:takes_all")
        self.assert_succeeded(run)
        self.assertLessEqual({"batch_size", "channel_input_dirs", "current_host", "hosts", "hyperparameters", "lr",
                              "model_dir", "num_gpus", "training", "training_dir"}, set(job.record()["names"]))

    def test_what_hides_its_parameters_is_called_as_it_wants(self):
        for number, (program, record) in enumerate((("train:wrapped", {"lr": 0.1}), ("train:command", {"given": [[], {}]}))):
            with self.subTest(program):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                job, run = self.run_function(program)
                self.assert_succeeded(run)
                self.assertEqual({name: job.record()[name] for name in record}, record)

    def test_the_users_lines_are_what_a_failure_shows(self):
        _, run = self.run_function("mine:go", files={"mine.py": """
            def load(): raise KeyError("shard")
            def go():
                try: load()
                except KeyError as error: raise ValueError("no data") from error
        """})
        self.assertEqual(run.code, 1)
        self.assertEqual(run.failure.count("mine.py"), 3)  # of both exceptions all lines
        self.assertNotIn("sm_train_", run.failure.partition("Command")[0])

    def test_no_directory_for_what_calls_it_is_told(self):
        mounted, reason = support.new_mounts()
        if mounted is None:
            self.skipTest(reason)
        job = self.job(program="train:train", source="def train(): pass")
        # A file system that executes nothing is none for packages either.
        script = f'for each in "$TMPDIR" /dev/shm "{job.path}"; do mount --bind "$each" "$each"; mount -o remount,bind,noexec "$each"; done'
        run = subprocess.run([*mounted, "sh", "-ec", script + '; exec "$0" --base-path "$1"', support.SM_TRAIN, job.path],
                             capture_output=True, text=True, timeout=support.TIMEOUT,
                             env={**clean_env(self.home), "TMPDIR": str(self.home)})
        self.assertEqual(run.returncode, 73, run.stderr)
        self.assertIn("No directory can be written for sm-train's Python package", job.failure())
        self.assertIn("TMPDIR", job.failure())

    def test_one_that_is_async_runs(self):
        job, run = self.run_function("train:later")
        self.assert_succeeded(run)
        self.assertEqual(job.record()["lr"], 0.1)

    def test_what_cannot_be_called_is_the_failure_with_what_there_is(self):
        for number, (program, *said) in enumerate((
                ("train:wants_more", "wants_more() requires lrr (did you mean lr?), and there is only: batch_size, lr, training"),
                ("train:generates", "generates() is a generator"),
                ("train:trian", "has no function 'trian': it has fails, generates, later, managed, record, takes_all, train, wants_more"),
                ("train:Model.trian", "Model has no function 'trian': it has method, train"),
                ("train:Model.method", "requires self (it is a method"),
                ("train:managed", "managed() is a generator"),
                ("train:fails", "ValueError: no data"),
                ("broken:train", "ZeroDivisionError", "broken.py\", line 1"),
                ("broken2:train", "SyntaxError"),
                ("train.txt:train", "train.txt is no Python module"),
                ("no_such_module:train", "No module named 'no_such_module'"))):
            with self.subTest(program):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                _, run = self.run_function(program, files={"broken.py": "1 / 0\n", "broken2.py": "1 1\n", "train.txt": ""})
                self.assertEqual(run.code, 1, run.stderr)
                for text in said:
                    self.assertIn(text, run.failure)
                self.assertNotIn("sm_train_library", run.failure)
                self.assertNotIn("importlib", run.failure)

    def test_a_file_that_is_not_there_is_told_before_anything_runs(self):
        _, run = self.run_function("src/trian.py:train")
        self.assert_fault(run, 127, "src/trian.py is no file in", "Did you mean train.py")

    def test_a_function_of_a_file_in_a_directory(self):
        job, run = self.run_function("src/deep/mine.py:go", files={"src/deep/mine.py": "from train import Model; go = Model.train"})
        self.assert_succeeded(run)
        self.assertEqual(job.record()["model_dir"], f"{job.path}/model")


class Modules(FunctionTest):
    """The file of a function is imported as an import statement would."""

    def test_it_finds_its_neighbours_and_its_package(self):
        for number, files in enumerate((
                {"src/mine.py": "from helper import go", "src/helper.py": "from train import Model; go = Model.train"},
                {"pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/mine.py": "from ..helper import go",
                 "pkg/helper.py": "from train import Model; go = Model.train"})):
            with self.subTest(files):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                program = next(name for name in files if name.endswith("mine.py"))
                job, run = self.run_function(f"{program}:go", files=files)
                self.assert_succeeded(run)
                self.assertEqual(job.record()["model_dir"], f"{job.path}/model")

    def test_it_has_one_name_whatever_lies_beside_it(self):
        for number, (program, files, name) in enumerate((
                ("mine.py:go", {"__init__.py": "", "mine.py": ""}, "mine"),
                ("src/mine:go", {"src/mine.py": ""}, "mine"),
                ("pkg/__init__.py:go", {"pkg/__init__.py": ""}, "pkg"),
                ("token/mine.py:go", {"token/__init__.py": "", "token/mine.py": "from . import helper", "token/helper.py": ""},
                 "token.mine"),
                ("mine.v2.py:go", {"mine.v2.py": ""}, "mine_v2"))):
            with self.subTest(program):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                file = program[:-len(":go")]
                file = file if file in files else file + ".py"
                files[file] += "\nprint(__name__)\ndef go(): pass\n"
                _, run = self.run_function(program, files=files)
                self.assert_succeeded(run)
                self.assertEqual(run.stdout.decode(), f"{name}\n")

    def test_other_modules_of_the_users_are_not_taken_for_pythons(self):
        names = ("logging", "inspect", "json", "string", "selectors", "difflib")
        job, run = self.run_function("mine:go", files={
            "mine.py": "def go(lr): print('ok')", **{f"{name}.py": "X = 1" for name in names}})
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"ok\n")

    def test_other_processes_find_it(self):
        for number, name in enumerate(("mine", "logging", "inspect", "json")):
            with self.subTest(name):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                job, run = self.run_function(f"src/{name}.py:go", files={f"src/{name}.py": """
                    import multiprocessing
                    def square(x): return x * x
                    def go():
                        with multiprocessing.get_context("spawn").Pool(1) as pool:
                            print(pool.map(square, [1, 2, 3]))
                """})
                self.assert_succeeded(run)
                self.assertEqual(run.stdout, b"[1, 4, 9]\n")

    def test_a_name_that_python_keeps_for_itself_is_refused(self):
        for number, name in enumerate(("sys", "time", "__main__")):
            with self.subTest(name):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                _, run = self.run_function(f"src/{name}.py:go", files={f"src/{name}.py": "def go(): pass"})
                self.assertEqual(run.code, 1)
                self.assertIn("rename it", run.failure)


KERAS = """
class Model:
    def save(self, path):
        with open(path, "w") as file:
            file.write(repr(vars(self)))
"""

FRAMEWORK = """
import os
from sagemaker_containers import Training

def train_fn(user_module, training_environment):
    training_dir = training_environment.channel_input_dirs["training"]
    model = user_module.train(training_dir, training_environment.hyperparameters)
    model.save(os.path.join(training_environment.model_dir, "saved_model.h5"))

def main():
    Training.from_train_fn(train_fn=train_fn).run()

if __name__ == "__main__":
    main()
"""

USER_SCRIPT = """
import keras

def train(training_dir, hyperparameters):
    model = keras.Model()
    model.epochs = hyperparameters["epochs"]
    return model
"""


class Frameworks(EndToEndTest):
    """The container of a framework, from one Python function."""

    def setUp(self):
        super().setUp()
        self.image = self.directory / "image"
        self.image.mkdir()
        (self.image / "keras.py").write_text(KERAS)
        (self.image / "my_framework.py").write_text(FRAMEWORK)

    def framework_job(self, script=USER_SCRIPT):
        job = self.job({"epochs": 3, "sagemaker_submit_directory": str(self.directory / "sourcedir.tar.gz")},
                       channels=("training",), source=None)
        (self.directory / "sourcedir.tar.gz").write_bytes(tar_gz({"train.py": script}))
        return job

    def train_by_module(self, job):
        return self.train(job, env={"SAGEMAKER_TRAINING_MODULE": "my_framework:main", "PYTHONPATH": str(self.image)})

    def test_its_function_trains_with_the_users_module(self):
        job = self.framework_job()
        run = self.train_by_module(job)
        self.assert_succeeded(run)
        self.assertEqual((job.path / "model/saved_model.h5").read_text(), "{'epochs': 3}")

    def test_what_the_users_module_raises_is_the_failure(self):
        for number, (script, said) in enumerate((("import no_such_module", "No module named 'no_such_module'"),
                                                 ("def train(training_dir): pass", "train() takes 1 positional argument"),
                                                 ("def train(*_): return None", "'NoneType' object has no attribute 'save'"))):
            with self.subTest(script):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                run = self.train_by_module(self.framework_job(script))
                self.assertEqual(run.code, 1)
                self.assertIn(said, run.failure)
                self.assertFalse(run.success)

    def test_its_own_modules_come_before_the_users_of_the_same_names(self):
        (self.image / "utils.py").write_text("def prepare(): print('prepared')")
        (self.image / "my_framework.py").write_text("import utils\n" + FRAMEWORK + "\nutils.prepare()\n")
        job = self.job({"epochs": 3, "sagemaker_submit_directory": str(self.directory / "sourcedir.tar.gz")},
                       channels=("training",), program="my_framework.py", source=None)
        (self.directory / "sourcedir.tar.gz").write_bytes(
            tar_gz({"my_framework.py": USER_SCRIPT, "utils.py": "NAME = 'the user'"}))
        run = self.train_by_module(job)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"prepared\nprepared\n")  # when it asks for the user's code, and with it
        self.assertEqual((job.path / "model/saved_model.h5").read_text(), "{'epochs': 3}")

    def test_settings_of_the_command_line_hold_for_the_users_code_too(self):
        job = self.job({"epochs": 3}, channels=("training",), program=None, source=None)
        job.write("code/mine.py", USER_SCRIPT)
        run = self.train(job, "--program", "mine.py", env={"SAGEMAKER_TRAINING_MODULE": "my_framework:main",
                                                           "PYTHONPATH": str(self.image)})
        self.assert_succeeded(run)
        self.assertTrue((job.path / "model/saved_model.h5").exists())

    def test_one_that_is_async_runs_and_a_generator_is_refused(self):
        for number, (body, code) in enumerate((("async def train_fn(module, env): print('trained')", 0),
                                               ("def train_fn(module, env): yield 1", 1))):
            with self.subTest(body):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                (self.image / "my_framework.py").write_text(
                    f"from sagemaker_containers import Training\n{body}\n"
                    "def main(): Training.from_train_fn(train_fn=train_fn).run()\n")
                run = self.train_by_module(self.framework_job())
                self.assertEqual(run.code, code, run.stderr)
                self.assertEqual(run.stdout, b"trained\n" if code == 0 else b"")
                self.assertEqual("is a generator" in (run.failure or ""), code == 1)

    def test_sigterm_reaches_it_and_leaves_nothing_running(self):
        job = self.framework_job("""
            import os, signal, sys, time
            def train(*_):
                signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
                print(os.getpid(), flush=True)
                while True: time.sleep(60)
        """)
        process = self.start("train", "--base-path", job.path, env={
            "SAGEMAKER_TRAINING_MODULE": "my_framework:main", "PYTHONPATH": str(self.image)})
        pid = int(process.stdout.readline())
        terminate(process)
        self.assertEqual(self.finish(process, job).code, 7)
        self.assertFalse(running(pid))

    def test_what_the_users_module_requires_is_installed_before_it_is_imported(self):
        venvs = package_index.Venvs()
        self.addCleanup(venvs.remove)
        index = package_index.PackageIndex(self.directory)
        index.add("keras", "3.0", KERAS)
        (self.image / "keras.py").unlink()
        job = self.framework_job()
        (self.directory / "sourcedir.tar.gz").write_bytes(tar_gz({"train.py": USER_SCRIPT, "requirements.txt": "keras>=3\n"}))
        with index.serve([]) as url:
            run = self.train(job, env={**venvs.make(self.directory / "venv"), **package_index.pip_env(url),
                                       "SAGEMAKER_TRAINING_MODULE": "my_framework:main", "PYTHONPATH": str(self.image)})
        self.assert_succeeded(run)
        self.assertIn("installed requirements.txt", run.stderr)
        self.assertEqual((job.path / "model/saved_model.h5").read_text(), "{'epochs': 3}")

    def test_its_own_program_as_the_entry_point_of_an_image(self):
        job = self.framework_job()
        run = self.run_image(job)
        self.assert_succeeded(run)
        self.assertEqual((job.path / "model/saved_model.h5").read_text(), "{'epochs': 3}")
        self.assertEqual(run.stderr.count("sm-train: running"), 1)

    def test_its_own_program_with_an_exit_code_of_its_own(self):
        run = self.run_image(self.framework_job("import sys\ndef train(*_): sys.exit(7)"))
        self.assertEqual(run.code, 7)
        self.assertIn("ExitCode 7", run.failure)

    def test_an_image_without_sm_train_is_told(self):
        run = self.run_image(self.framework_job(), path="/usr/bin:/bin")
        self.assertEqual(run.code, 1)
        self.assertIn("sm-train is not on PATH (/usr/bin:/bin)", run.stderr)

    def run_image(self, job, path=None):
        """`ENTRYPOINT ["python", "my_framework.py"]`, with the package that `sm-train python-package` writes."""
        packages = self.image / "packages"
        self.assertEqual(self.run_binary("python-package", packages).code, 0)
        process = subprocess.run(
            ["/usr/bin/python3", self.image / "my_framework.py"], capture_output=True, timeout=support.TIMEOUT, cwd="/",
            env={**clean_env(self.home), "PATH": path or f"{os.path.dirname(support.SM_TRAIN)}:/usr/bin:/bin",
                 "PYTHONPATH": f"{packages}:{self.image}", "SM_TRAIN_BASE_PATH": str(job.path)})
        return support.Run(process.returncode, process.stdout, process.stderr.decode(), job.failure(),
                           (job.path / "output/success").exists())


class RealPackages(EndToEndTest):
    """A framework's function and a user's, with numpy as Debian has it."""

    def test_a_model_is_fitted_and_saved(self):
        if subprocess.run(["/usr/bin/python3", "-c", "import numpy"], capture_output=True).returncode:
            self.skipTest("python3-numpy is not installed")
        (self.directory / "linear.py").write_text(textwrap.dedent("""
            import os
            import numpy
            from sagemaker_containers import Training

            def train_fn(user_module, env):
                weights = user_module.train(env.training_data_dir, env.hyperparameters)
                numpy.save(os.path.join(env.model_dir, "weights.npy"), weights)

            def main():
                Training.from_train_fn(train_fn=train_fn).run()
        """))
        job = self.job({"ridge": 1e-9}, channels=("training",), source="""
            import os
            import numpy

            def train(training_dir, hyperparameters):
                data = numpy.loadtxt(os.path.join(training_dir, "data.csv"), delimiter=",")
                x, y = data[:, :-1], data[:, -1]
                return numpy.linalg.solve(x.T @ x + hyperparameters["ridge"] * numpy.eye(x.shape[1]), x.T @ y)
        """)
        job.write("input/data/training/data.csv", "".join(f"{a},{b},{2 * a - 3 * b}\n" for a in range(5) for b in range(5)))
        run = self.train(job, "--python", "/usr/bin/python3",
                         env={"SAGEMAKER_TRAINING_MODULE": "linear:main", "PYTHONPATH": str(self.directory)})
        self.assert_succeeded(run)
        check = "import numpy, sys; w = numpy.load(sys.argv[1]); assert numpy.allclose(w, [2, -3]), w"
        subprocess.run(["/usr/bin/python3", "-c", check, job.path / "model/weights.npy"], check=True)


class TrainingEnvironment(EndToEndTest):
    """`import sagemaker_containers.training_environment as env` in a program of the user's."""

    def run_script(self, script, *arguments, **options):
        job = self.job({"batch-size": 32, "lr": 0.1}, channels=("training", "validation"), source=script)
        return job, self.train(job, *arguments, **options)

    def test_its_attributes_are_defaults_for_a_parser(self):
        job, run = self.run_script("""
            import argparse
            import sagemaker_containers.training_environment as env
            parser = argparse.ArgumentParser()
            parser.add_argument("--training-data-dir", default=env.training_data_dir)
            parser.add_argument("--evaluation-data-dir", default=env.evaluation_data_dir)
            parser.add_argument("--batch-size", type=int, default=env.batch_size)
            parser.add_argument("--lr", type=float, default=env.lr)
            parser.add_argument("--model-dir", default=env.model_dir)
            args = parser.parse_args()
            print(args.training_data_dir, args.evaluation_data_dir, args.batch_size, args.model_dir, env.current_host,
                  env.hosts, env.num_gpus == env.available_gpus)
        """)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout.decode(), f"{job.path}/input/data/training {job.path}/input/data/validation 32 "
                                              f"{job.path}/model algo-1 ['algo-1'] True\n")

    def test_it_gives_the_programs_arguments_and_variables(self):
        _, run = self.run_script("""
            import sys
            import sagemaker_containers.training_environment as env
            assert env.to_cmd_args() == sys.argv[1:], env.to_cmd_args()
            print(env.to_env_vars()["SM_HP_LR"], "PATH" in env.to_env_vars(), env.is_main)
        """)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"0.1 False True\n")

    def test_what_it_lacks_is_told_with_what_it_has(self):
        _, run = self.run_script("import sagemaker_containers.training_environment as env; env.momentum")
        self.assertIn("no 'momentum': it has", run.stderr)
        self.assertIn("the hyperparameters batch-size, lr", run.failure)

    def test_a_package_that_is_installed_is_not_overwritten(self):
        site = self.directory / "site"
        (site / "sagemaker_containers").mkdir(parents=True)
        (site / "sagemaker_containers/__init__.py").write_text("NAME = 'the real one'")
        run = self.run_binary("python-package", site)
        self.assertEqual(run.code, 73)
        self.assertIn("is of another package", run.stderr)
        self.assertEqual((site / "sagemaker_containers/__init__.py").read_text(), "NAME = 'the real one'")
        for _ in range(2):
            self.assertEqual(self.run_binary("python-package", self.directory / "new").code, 0)

    def test_a_package_that_is_installed_wins(self):
        site = self.directory / "site"
        (site / "sagemaker_containers").mkdir(parents=True)
        (site / "sagemaker_containers/__init__.py").write_text("NAME = 'the real one'")
        (site / "sagemaker_containers/beta.py").write_text("from sagemaker_containers import NAME")
        _, run = self.run_script("""
            import site
            site.addsitedir("%s")
            from sagemaker_containers.beta import NAME
            import sagemaker_containers
            print(NAME, sagemaker_containers.NAME)
        """ % site)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"the real one the real one\n")

    def test_a_package_that_is_installed_for_editing_wins(self):
        source = self.directory / "source"
        source.mkdir()
        (source / "real.py").write_text("NAME = 'the real one'")
        _, run = self.run_script("""
            import importlib.util, sys
            class Finder:  # as setuptools installs one
                @staticmethod
                def find_spec(name, path=None, target=None):
                    if name == "sagemaker_containers":
                        return importlib.util.spec_from_file_location(name, "%s/real.py")
            sys.meta_path.append(Finder)
            import sagemaker_containers
            print(sagemaker_containers.NAME)
        """ % source)
        self.assert_succeeded(run)
        self.assertEqual(run.stdout, b"the real one\n")


if __name__ == "__main__":
    unittest.main()
