"""Runs a framework's own function, which SAGEMAKER_TRAINING_MODULE names: python -m sm_train_framework MODULE:FUNCTION"""
import importlib
import sys


def main():
    from sm_train_library import functions
    module, _, function = sys.argv.pop(1).rpartition(":")  # which finds no arguments, as under the Python toolkit
    function = functions.find_function(importlib.import_module(module), function)
    functions.finished(function(), function)


if __name__ == "__main__":
    main()
