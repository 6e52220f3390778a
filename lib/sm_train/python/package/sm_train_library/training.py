"""A framework's container from one function."""
import importlib
import importlib.util
import json
import os
import shutil
import sys

from sm_train_library.training_environment import TrainingEnvironment

# Set by sm-train for a program that it started after the six steps before it: code, requirements, environment.
_STARTED = "SM_TRAIN_STARTED"

# For sm-train: the command that it is to start in the program's place, as a JSON list.
_COMMAND = "SM_TRAIN_FRAMEWORK_COMMAND"


class Training:
    """Trains by a framework's function, or by running a module of the user's."""

    def __init__(self, train):
        self._train = train

    @classmethod
    def from_train_fn(cls, train_fn):
        """`train_fn(user_module, training_environment)` trains with the module that the user submitted, and saves what
        came of it."""
        def train(environment):
            return train_fn(import_user_module(environment), environment)
        return cls(train)

    @classmethod
    def from_module(cls, module_name):
        """Runs a module as a program."""
        def train(_):
            import runpy
            runpy.run_module(module_name, run_name="__main__", alter_sys=True)
        return cls(train)

    def run(self):
        """Trains. Where sm-train has not started this program, it takes over first: it reads the job, fetches and
        installs the user's code, starts this very program again, passes signals on, and reports how it ended."""
        if os.environ.get(_STARTED):
            return self._train(TrainingEnvironment())
        program = os.environ.get("SM_TRAIN_EXECUTABLE") or shutil.which("sm-train")
        if program is None:
            raise RuntimeError("sm-train is not on PATH (%s), and it is what prepares a training job: put it into the "
                               "image" % os.environ.get("PATH", ""))
        os.environ[_COMMAND] = json.dumps(_own_command())
        os.environ.pop("SAGEMAKER_TRAINING_MODULE", None)  # which may have led here
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(program, [program, "train"])

    start = run


def import_user_module(environment=None):
    """The module that the user submitted as the program, by the name of its file."""
    environment = environment or TrainingEnvironment()
    return import_module(environment.user_entry_point, os.environ.get("SM_SOURCE_DIR", "."))


def import_module(name, directory="."):
    """A module by its dotted name, or by the path of its file below `directory`."""
    if not name.endswith(".py"):
        return importlib.import_module(name)
    module_name = os.path.splitext(os.path.basename(name))[0]
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, os.path.join(directory, name))
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # as for an import: pickle and dataclasses look here
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module


def _own_command():
    """The command that started this program."""
    main = sys.modules["__main__"]
    if getattr(main, "__spec__", None) is not None:
        name = main.__spec__.name
        return [sys.executable, "-m", name[:-len(".__main__")] if name.endswith(".__main__") else name, *sys.argv[1:]]
    return [sys.executable, os.path.abspath(sys.argv[0]), *sys.argv[1:]]
