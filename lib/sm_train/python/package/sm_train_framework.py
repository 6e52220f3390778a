"""Runs a framework's own function, which SAGEMAKER_TRAINING_MODULE names: python -m sm_train_framework MODULE:FUNCTION"""
import importlib
import sys


def main():
    module, function = sys.argv[1].split(":")
    getattr(importlib.import_module(module), function)()


if __name__ == "__main__":
    main()
