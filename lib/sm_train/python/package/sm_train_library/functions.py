"""Calls a function with those of many values that its signature names."""
import asyncio
import inspect


def fn_signature(fn):
    """The names of a function's parameters, which of them it requires, and whether it takes any others."""
    parameters = inspect.signature(fn).parameters.values()
    named = [each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    return {
        "names": [each.name for each in named],
        "required": [each.name for each in named if each.default is each.empty],
        "takes_all": any(each.kind == each.VAR_KEYWORD for each in parameters),
    }


def intersect(values, names):
    """Those of the values that have one of these names."""
    return {name: values[name] for name in names if name in values}


def intersect_fn_parameters(values, fn):
    """Those of the values that a function takes: all, where it has **kwargs."""
    signature = fn_signature(fn)
    return dict(values) if signature["takes_all"] else intersect(values, signature["names"])


def invoke_fn(fn, values):
    """Calls a function with those of the values that it takes, and gives what it returns.

    Raises TypeError where it requires what there is not, naming what there is.
    """
    missing = [name for name in fn_signature(fn)["required"] if name not in values]
    if missing:
        raise TypeError("%s() requires %s, and there is only: %s" % (
            name_of(fn), ", ".join(missing), ", ".join(sorted(values))))
    arguments = intersect_fn_parameters(values, fn)
    positional = []
    for each in inspect.signature(fn).parameters.values():
        if each.kind == each.POSITIONAL_ONLY:
            positional.append(arguments.pop(each.name, each.default))
    return finished(fn(*positional, **arguments), fn)


def finished(result, fn):
    """What a function returned, run to its end where it is async. Raises TypeError for a generator."""
    if inspect.isgenerator(result) or inspect.isasyncgen(result):
        raise TypeError("%s() is a generator, of which nothing would run: let it return in place of yield" % name_of(fn))
    return _run_async(result) if inspect.isawaitable(result) else result


def _run_async(result):
    async def awaited():
        return await result
    if hasattr(asyncio, "run"):
        return asyncio.run(awaited())
    return asyncio.get_event_loop().run_until_complete(awaited())  # Python 3.6


def name_of(fn):
    return getattr(fn, "__qualname__", repr(fn))


def find_function(module, name):
    """A function of a module, "train" or "Model.train". Raises AttributeError with those that there are."""
    function = module
    for part in name.split("."):
        function = getattr(function, part, None)
    if callable(function):
        return function
    raise AttributeError("%s has no function %r: it has %s" % (
        getattr(module, "__file__", module.__name__), name, ", ".join(functions_of(module)) or "none"))


def functions_of(module):
    """The names of a module's own functions."""
    return sorted(name for name, value in vars(module).items()
                  if inspect.isroutine(value) and getattr(value, "__module__", None) == module.__name__)
