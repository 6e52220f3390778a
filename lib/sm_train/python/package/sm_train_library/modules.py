"""Imports a module of the user's by its name or by its file, as an import statement would."""
import importlib
import importlib.machinery
import importlib.util
import os
import sys


def import_module(name, directory="."):
    """A module by its dotted name, or by the path of its file below `directory`.

    A file is imported under the name that it has from the directory of its outermost package below `directory` on, so
    that it finds its package and its neighbours, and so that other processes find it; also where a module of the
    standard library has that name. Raises ImportError where that cannot be.
    """
    directory = os.path.realpath(directory)
    file = _file_named(name, directory)
    if file is None:
        _put_first(directory)
        return importlib.import_module(name)
    root, names = _place_of(file, directory)
    _put_first(root)
    dotted_name = ".".join(names)
    if not all(name.isidentifier() for name in names):  # as of train.v2.py
        return _import_as("".join(c if c.isalnum() else "_" for c in dotted_name), file)
    _forget_others(names[0], root)
    module = importlib.import_module(dotted_name)
    if _file_of(module) != file:
        raise ImportError("%s has the name of the module %s of Python itself, and cannot be imported: rename it" % (
            file, dotted_name))
    return module


def _file_named(name, directory):
    """The file of a module that is given by its path, with .py or without; None for a module's name."""
    path = os.path.join(directory, name)
    if name.endswith(".py"):
        if not os.path.isfile(path):
            raise ModuleNotFoundError("there is no module %s" % path)
        return os.path.realpath(path)
    if os.sep in name:
        for file in (path + ".py", os.path.join(path, "__init__.py")):
            if os.path.isfile(file):
                return os.path.realpath(file)
    if os.path.isfile(path):
        raise ImportError("%s is no Python module" % path)
    return None


def _place_of(file, directory):
    """The directory of the outermost package that a file is of, and the names of packages and module from there."""
    root, base = os.path.split(file)
    names = [os.path.splitext(base)[0]]
    while root != directory and os.path.isfile(os.path.join(root, "__init__.py")):
        root, package = os.path.split(root)
        names.insert(0, package)
    if names[-1] == "__init__" and len(names) > 1:
        names.pop()
    return root, names


def _put_first(directory):
    if directory not in sys.path[:1]:
        sys.path.insert(0, directory)
    importlib.invalidate_caches()


def _file_of(module):
    file = getattr(module, "__file__", None)
    return os.path.realpath(file) if file else None


def _forget_others(name, root):
    """Lets a name that another module has be imported anew, from `root`. Whoever has the other one keeps it."""
    known = sys.modules.get(name)
    file = _file_of(known) if known else None
    if file is None or os.path.dirname(file) in (root, os.path.join(root, name)):
        return
    # What is part of the interpreter is found before any file.
    if name in sys.builtin_module_names or importlib.machinery.FrozenImporter.find_spec(name) or name == "__main__":
        return
    for other in [other for other in sys.modules if other == name or other.startswith(name + ".")]:
        del sys.modules[other]


def _import_as(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # as for an import: pickle and dataclasses look here
    spec.loader.exec_module(module)
    return module
