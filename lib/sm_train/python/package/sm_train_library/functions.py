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
    """Calls a function with those of the values that it takes, and gives what it returns. One that is async is run.

    Raises TypeError where it requires what there is not, naming what there is, or where it is a generator.
    """
    missing = [name for name in fn_signature(fn)["required"] if name not in values]
    if missing:
        raise TypeError("%s() requires %s, and there is only: %s" % (
            _name(fn), ", ".join(missing), ", ".join(sorted(values))))
    if inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn):
        raise TypeError("%s() is a generator, of which nothing would run: let it return in place of yield" % _name(fn))
    arguments = intersect_fn_parameters(values, fn)
    positional = [arguments.pop(each.name) for each in inspect.signature(fn).parameters.values()
                  if each.kind == each.POSITIONAL_ONLY and each.name in arguments]
    result = fn(*positional, **arguments)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _name(fn):
    return getattr(fn, "__qualname__", repr(fn))
