"""Runs a function of the user's as the program of a job:

    python -m sm_train_function MODULE:FUNCTION [ARGUMENT...]

MODULE is a dotted name, or the path of a file below the working directory, which is that of the code. The function is
called with what its signature names, of these (the first that has a name counts): the hyperparameters, the training
environment, the directories of the channels by their names, and `training_dir`. Its module finds the arguments in
sys.argv, as a script would.
"""
import os
import sys

# Among the user's files may be a logging.py, which is not for us.
_path = sys.path[:]
sys.path[:] = [directory for directory in sys.path if os.path.realpath(directory) != os.getcwd()]
import json

from sm_train_library import functions, modules, tracebacks, training_environment

sys.path[:] = _path


def values_for(environment):
    """All that a function may be given, the user's own values first."""
    job = environment.to_dict()
    for name in ("training_data_dir", "evaluation_data_dir"):
        if hasattr(environment, name):
            job[name] = getattr(environment, name)
    if "training_data_dir" in job:
        job["training_dir"] = job["training_data_dir"]
    job["training_environment"] = environment
    values = {}
    for name, value in job.get("hyperparameters", {}).items():
        values[name.replace("-", "_")] = value
    for name, value in job.get("channel_input_dirs", {}).items():
        if name not in job:
            values.setdefault(name.replace("-", "_"), value)
    for name, value in job.items():
        values.setdefault(name, value)
    return values


def read_values():
    """Those in a file, where one is named, else those of the job."""
    file_name = os.environ.pop("SM_TRAIN_VALUES_FILE", None)
    if file_name is None:
        return values_for(training_environment.TrainingEnvironment())
    with open(file_name, encoding="utf-8") as file:
        return {name.replace("-", "_"): value for name, value in json.load(file).items()}


def main():
    tracebacks.show_only_the_users()
    program = sys.argv.pop(1)
    module_name, _, function_name = program.rpartition(":")
    sys.argv[0] = module_name
    module = modules.import_module(module_name, os.getcwd())
    function = functions.find_function(module, function_name)
    functions.invoke_fn(function, read_values())


if __name__ == "__main__":
    main()
