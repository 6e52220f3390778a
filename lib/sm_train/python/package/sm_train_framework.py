"""Runs the function that SAGEMAKER_TRAINING_MODULE names: python -m sm_train_framework"""
import importlib
import os


def main():
    module, function = os.environ["SM_FRAMEWORK_MODULE"].split(":")
    getattr(importlib.import_module(module), function)()


if __name__ == "__main__":
    main()
