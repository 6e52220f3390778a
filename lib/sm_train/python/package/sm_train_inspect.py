"""Tells of a module of the user's, as JSON in the last line: python -m sm_train_inspect MODULE [FUNCTION]"""
import os
import sys

# Among the user's files may be a logging.py, which is not for us.
_path = sys.path[:]
sys.path[:] = [directory for directory in sys.path if os.path.realpath(directory) != os.getcwd()]
import json
import traceback

from sm_train_library import functions, modules, tracebacks

sys.path[:] = _path


def look_at(module_name, function_name=None):
    try:
        module = modules.import_module(module_name, os.getcwd())
    except BaseException as error:  # also SystemExit, of a script that is no module
        tracebacks.shorten(error)
        shown = traceback.format_exception(type(error), error, error.__traceback__)
        return {"error": traceback.format_exception_only(type(error), error)[-1].strip(), "traceback": "".join(shown)}
    answer = {"functions": functions.functions_of(module)}
    if function_name is not None:
        try:
            answer["signature"] = functions.fn_signature(functions.find_function(module, function_name))
        except (AttributeError, TypeError) as error:
            answer["no_function"] = str(error)
    return answer


if __name__ == "__main__":
    # What the module prints, also at its end, is no answer.
    answers = os.dup(1)
    os.dup2(2, 1)
    answer = json.dumps(look_at(*sys.argv[1:])).encode()
    while answer:
        answer = answer[os.write(answers, answer):]
    os._exit(0)
