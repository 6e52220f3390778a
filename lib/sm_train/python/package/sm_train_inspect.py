"""Tells of a module of the user's, as JSON in the last line: python -m sm_train_inspect MODULE [FUNCTION]"""
import json
import os
import sys
import traceback

import sm_train_function
from sm_train_library import functions, training


def look_at(module_name, function_name=None):
    try:
        module = training.import_module(module_name, os.getcwd())
    except BaseException:  # also SystemExit, of a script that is no module
        return {"error": traceback.format_exc()}
    answer = {"functions": sm_train_function.functions_of(module)}
    if function_name is not None:
        try:
            answer["signature"] = functions.fn_signature(sm_train_function.find_function(module, function_name))
        except (AttributeError, TypeError, ValueError) as error:
            answer["no_function"] = str(error)
    return answer


if __name__ == "__main__":
    print("\n" + json.dumps(look_at(*sys.argv[1:])))
