"""What a program may know of its training job, as attributes of this module:

    import sagemaker_containers.training_environment as env

    env.training_data_dir, env.evaluation_data_dir   # the directories of the usual channels
    env.model_dir, env.output_data_dir, env.hosts, env.current_host, env.num_gpus, ...
    env.batch_size                                    # a hyperparameter

They are those of the Python toolkit's Environment, as SM_TRAINING_ENV holds them, and each hyperparameter by its name
where no attribute has it.
"""
import json as _json
import os as _os
import sys as _sys
import types as _types

# Of which channel each is the directory: of the first that there is.
_CHANNELS = {
    "training_data_dir": ("training", "train"),
    "evaluation_data_dir": ("evaluation", "eval", "validation", "valid", "val", "testing", "test"),
}
_OTHER_NAMES = {"available_cpus": "num_cpus", "available_gpus": "num_gpus", "channel_dirs": "channel_input_dirs",
                "is_main": "is_master"}


def _read_environment():
    text = _os.environ.get("SM_TRAINING_ENV")
    if text is None and "SM_TRAINING_ENV_FILE" in _os.environ:  # where it is too large for a variable
        with open(_os.environ["SM_TRAINING_ENV_FILE"], encoding="utf-8") as file:
            text = file.read()
    if text is None:
        raise RuntimeError("There is no training job here: SM_TRAINING_ENV is not set. Start the program with sm-train.")
    return _json.loads(text)


class TrainingEnvironment:
    """The training job, with the attributes that this module describes."""

    def __init__(self, values=None):
        self._values = _read_environment() if values is None else dict(values)

    def to_dict(self):
        return dict(self._values)

    def to_env_vars(self):
        """The variables of the job, by name: SM_HPS, SM_CHANNEL_TRAINING, ..."""
        return {name: value for name, value in _os.environ.items() if name.startswith("SM_")}

    def to_cmd_args(self):
        """The arguments of the user's program."""
        return _json.loads(_os.environ.get("SM_USER_ARGS", "[]"))

    def _channel_dir(self, names):
        channels = self._values["channel_input_dirs"]
        for name in names:
            if name in channels:
                return channels[name]
        raise AttributeError("no channel is named %s: there are %s" % (
            " or ".join(names), ", ".join(sorted(channels)) or "none"))

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        values = self._values
        if name in _CHANNELS:
            return self._channel_dir(_CHANNELS[name])
        if _OTHER_NAMES.get(name, name) in values:
            return values[_OTHER_NAMES.get(name, name)]
        hyperparameters = values.get("hyperparameters", {})
        for spelled in (name, name.replace("_", "-")):
            if spelled in hyperparameters:
                return hyperparameters[spelled]
        raise AttributeError("the training environment has no %r: it has %s, and the hyperparameters %s" % (
            name, ", ".join(sorted(values)), ", ".join(sorted(hyperparameters)) or "(none)"))

    def __dir__(self):
        return sorted({*super().__dir__(), *_CHANNELS, *self._values, *self._values.get("hyperparameters", {})})

    def __repr__(self):
        return "TrainingEnvironment(%s)" % ", ".join("%s=%r" % item for item in sorted(self._values.items()))


class _Module(_types.ModuleType):
    """This module. A function __getattr__ in a module does not count before Python 3.7."""

    _current = None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if self._current is None:
            self._current = TrainingEnvironment()
        return getattr(self._current, name)

    def __dir__(self):
        return [*super().__dir__(), *dir(TrainingEnvironment())]


_sys.modules[__name__].__class__ = _Module
