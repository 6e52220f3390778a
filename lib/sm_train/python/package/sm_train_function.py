"""Runs a function of the user's as the program of a job:

    python -m sm_train_function MODULE:FUNCTION [ARGUMENT...]

MODULE is a dotted name, or the path of a file below the working directory, which is that of the code. The function is
called with what its signature names, of these (the first that has a name counts): the hyperparameters, the training
environment, the directories of the channels by their names, and `training_dir`. Its module finds the arguments in
sys.argv, as a script would.
"""
import json
import os
import sys


def values_for(environment):
    """All that a function may be given."""
    values = dict(environment.to_dict())
    channels = values.get("channel_input_dirs", {})
    values["training_environment"] = environment
    for name in ("training_data_dir", "evaluation_data_dir"):
        if hasattr(environment, name):
            values[name] = getattr(environment, name)
    if "training_data_dir" in values:
        values["training_dir"] = values["training_data_dir"]
    hyperparameters = values.get("hyperparameters", {})
    for more in (channels, hyperparameters):
        for name, value in more.items():
            is_new = more is hyperparameters or name not in values
            if is_new:
                values[name.replace("-", "_")] = value
    return values


def read_values(training_environment):
    """Those in a file, where one is named, else those of the job."""
    file_name = os.environ.pop("SM_TRAIN_VALUES_FILE", None)
    if file_name is None:
        return values_for(training_environment.TrainingEnvironment())
    with open(file_name, encoding="utf-8") as file:
        return {name.replace("-", "_"): value for name, value in json.load(file).items()}


def main():
    from sm_train_library import functions, modules, training_environment
    program, *arguments = sys.argv[1:]
    module_name, _, function_name = program.rpartition(":")
    sys.argv = [module_name, *arguments]
    module = modules.import_module(module_name, os.getcwd())
    function = functions.find_function(module, function_name)
    functions.invoke_fn(function, read_values(training_environment))


if __name__ == "__main__":
    main()
