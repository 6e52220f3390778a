"""A framework's container from one function, for programs that sm-train starts.

    from sagemaker_containers import Training

    def train_fn(user_module, training_environment):
        model = user_module.train(training_environment.channel_input_dirs["training"],
                                  training_environment.hyperparameters)
        model.save(training_environment.model_dir)

    Training.from_train_fn(train_fn=train_fn).run()

Where a package of this name is installed in the interpreter, that one is imported instead.
"""
import importlib.machinery
import importlib.util
import os
import sys


def _is_ours(directory):
    return os.path.isdir(os.path.join(directory, "sm_train_library"))


def _find_installed():
    """Where the package that is installed is, or None. There may be more than one copy of this one."""
    elsewhere = [path for path in sys.path if not _is_ours(path)]
    for finder in sys.meta_path:
        if finder is importlib.machinery.PathFinder:
            spec = finder.find_spec(__name__, elsewhere)
        else:  # as of an editable installation
            spec = finder.find_spec(__name__, None) if hasattr(finder, "find_spec") else None
        if spec and spec.loader and spec.origin and not _is_ours(os.path.dirname(os.path.dirname(spec.origin))):
            return spec
    return None


def _import_installed():
    """The module of the package that is installed, or None."""
    spec = _find_installed()
    if spec is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[__name__] = module  # What an import gives is what stands here in the end.
    spec.loader.exec_module(module)
    return module


if _import_installed() is None:
    from sm_train_library.training import Training
    from sm_train_library.training_environment import TrainingEnvironment

    __all__ = ["Training", "TrainingEnvironment"]
