"""Imports a module of the user's by its name or by its file, as an import statement would."""
import importlib
import importlib.util
import os
import sys


def import_module(name, directory="."):
    """A module by its dotted name, or by the path of its file below `directory`.

    A file is imported under the name that it has from the directory of its outermost package on, so that it finds its
    package and its neighbours, and so that other processes find it. Where that name is taken by another module it has
    one of its own.
    """
    if not name.endswith(".py"):
        _put_first(os.path.abspath(directory))
        return importlib.import_module(name)
    file = os.path.realpath(os.path.join(directory, name))
    if not os.path.isfile(file):
        raise FileNotFoundError("there is no module %s" % file)
    root, dotted_name = _place_of(file)
    _put_first(root)
    known = sys.modules.get(dotted_name)
    if known is not None and _file_of(known) == file:
        return known
    spec = importlib.util.find_spec(dotted_name) if known is None else None
    if spec is not None and spec.origin and os.path.realpath(spec.origin) == file:
        return importlib.import_module(dotted_name)
    return _import_as("_of_the_job_" + dotted_name.replace(".", "_"), file)


def _place_of(file):
    """The directory of the outermost package that a file is of, and the file's dotted name from there."""
    root, base = os.path.split(file)
    names = [os.path.splitext(base)[0]]
    while os.path.isfile(os.path.join(root, "__init__.py")):
        root, package = os.path.split(root)
        names.insert(0, package)
    return root, ".".join(names)


def _put_first(directory):
    if directory not in sys.path[:1]:
        sys.path.insert(0, directory)


def _file_of(module):
    file = getattr(module, "__file__", None)
    return os.path.realpath(file) if file else None


def _import_as(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # as for an import: pickle and dataclasses look here
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
