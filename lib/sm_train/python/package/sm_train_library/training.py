"""A framework's container from one function."""
import json
import os
import shutil
import subprocess
import sys

from sm_train_library import functions, modules, tracebacks
from sm_train_library.training_environment import TrainingEnvironment

# Before anybody changes the directory.
_SCRIPT = os.path.abspath(getattr(sys.modules["__main__"], "__file__", None) or sys.argv[0])

# Set by sm-train for a program that it started after the six steps before it: code, requirements, environment.
_STARTED = "SM_TRAIN_STARTED"

# Set by sm-train for a framework's function: the file to make for sm-train to do the steps, and start it once more.
_HANDOVER = "SM_TRAIN_HANDOVER"

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
            return functions.finished(train_fn(import_user_module(environment), environment), train_fn)
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
            tracebacks.show_only_the_users()
            return self._train(TrainingEnvironment())
        sys.stdout.flush()
        sys.stderr.flush()
        if os.environ.get(_HANDOVER):
            with open(os.environ[_HANDOVER], "w"):
                pass
            os._exit(0)
        program = shutil.which("sm-train")
        if program is None:
            raise RuntimeError("sm-train is not on PATH (%s), and it is what prepares a training job: put it into the "
                               "image" % os.environ.get("PATH", ""))
        os.environ[_COMMAND] = json.dumps(_own_command())
        os.environ["SM_TRAIN_PYTHON"] = sys.executable  # what is installed goes where it trains
        os.execv(program, [program, "train"])

    start = run


def import_user_module(environment=None):
    """The module that the user submitted as the program."""
    environment = environment or TrainingEnvironment()
    name = environment.user_entry_point.partition(":")[0]  # of a function its module
    return modules.import_module(name, os.environ.get("SM_SOURCE_DIR", "."))


def _own_command():
    """The command that started this program."""
    options = subprocess._args_from_interpreter_flags()
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None or spec.name == "__main__":  # a script, or a directory or an archive with a __main__.py
        script = _SCRIPT if os.path.isfile(_SCRIPT) else os.path.dirname(_SCRIPT)
        if not os.path.isfile(script):
            raise RuntimeError("sm-train is to start this program once more, and cannot, as it is no file (%s): start it as "
                               "a script, or by -m" % sys.argv[0])
        return [sys.executable, *options, script, *sys.argv[1:]]
    name = spec.name[:-len(".__main__")] if spec.name.endswith(".__main__") else spec.name
    return [sys.executable, *options, "-m", name, *sys.argv[1:]]
