"""Calls a function with those of many values that its signature names."""
import contextlib
import difflib
import inspect


def fn_signature(fn):
    """The names of a function's parameters, which of them it requires, and whether it takes any others."""
    parameters = _parameters(fn)
    named = [each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    return {
        "names": [each.name for each in named],
        "required": [each.name for each in named if each.default is each.empty],
        "takes_all": any(each.kind == each.VAR_KEYWORD for each in parameters) and not _reads_arguments(fn, parameters),
    }


def _parameters(fn):
    try:
        parameters = list(inspect.signature(fn, follow_wrapped=False).parameters.values())
        # A decorator that takes anything leaves it to the function what that is.
        if any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters):
            parameters = list(inspect.signature(fn).parameters.values())
        return parameters
    except ValueError:  # of a function in C
        raise TypeError("%s() does not tell its parameters: name a function that calls it" % name_of(fn)) from None


def _reads_arguments(fn, parameters):
    """An object that takes anything (a command of click) has its parameters from the command line."""
    kinds = [each.kind for each in parameters]
    return not inspect.isroutine(fn) and kinds == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]


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
            name_of(fn), ", ".join(_hinted(name, values) for name in missing), ", ".join(values)))
    arguments = intersect_fn_parameters(values, fn)
    positional = []
    for each in _parameters(fn):
        if each.kind == each.POSITIONAL_ONLY:
            positional.append(arguments.pop(each.name, each.default))
    return finished(fn(*positional, **arguments), fn)


def _hinted(name, values):
    if name == "self":
        return "self (it is a method: name a function, or a method of an object)"
    alike = difflib.get_close_matches(name, list(values), n=1)
    return "%s (did you mean %s?)" % (name, alike[0]) if alike else name


def finished(result, fn):
    """What a function returned, run to its end where it is async. Raises TypeError for a generator."""
    if inspect.isgenerator(result) or inspect.isasyncgen(result) or isinstance(result, contextlib._GeneratorContextManager):
        raise TypeError("%s() is a generator, of which nothing would run: let it return in place of yield" % name_of(fn))
    return _run_async(result) if inspect.isawaitable(result) else result


def _run_async(result):
    import asyncio  # which takes longer to load than all else here

    async def awaited():
        return await result
    if hasattr(asyncio, "run"):
        return asyncio.run(awaited())
    return asyncio.get_event_loop().run_until_complete(awaited())  # Python 3.6


def name_of(fn):
    """A function's name, that of a partial's function, or that of an object's class."""
    fn = getattr(fn, "func", fn)
    return getattr(fn, "__qualname__", None) or type(fn).__qualname__


def find_function(module, name):
    """A function of a module, "train" or "Model.train". Raises AttributeError with those that there are."""
    owner = function = module
    for part in name.split("."):
        owner, function = function, getattr(function, part, None)
        if function is None:
            break
    if callable(function):
        return function
    where = getattr(module, "__file__", module.__name__) if owner is module else name_of(owner)
    raise AttributeError("%s has no function %r: it has %s" % (where, part, ", ".join(functions_of(owner)) or "none"))


def functions_of(owner):
    """The names of a module's own functions, or of those of a class."""
    return sorted(name for name, value in vars(owner).items()
                  if inspect.isroutine(value) and not name.startswith("__")
                  and (not inspect.ismodule(owner) or getattr(value, "__module__", None) == owner.__name__))
