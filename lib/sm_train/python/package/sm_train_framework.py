"""Runs a framework's own function, which SAGEMAKER_TRAINING_MODULE names: python -m sm_train_framework MODULE:FUNCTION"""
import os
import sys

# The framework's own modules, and what they import, come before the user's of the same names.
_code = os.path.realpath(os.environ.get("SM_SOURCE_DIR", os.devnull))
sys.path.sort(key=lambda directory: os.path.realpath(directory) == _code)

import importlib

from sm_train_library import functions, tracebacks


def main():
    tracebacks.show_only_the_users()
    module, _, function = sys.argv.pop(1).rpartition(":")  # which finds no arguments, as under the Python toolkit
    function = functions.find_function(importlib.import_module(module), function)
    functions.finished(function(), function)


if __name__ == "__main__":
    main()
