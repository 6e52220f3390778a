# The program of a golden case executes this file (its path is in ORACLE_HELPER) and calls oracle_dump(), which appends
# what the program was given, as a line of JSON, to the file that ORACLE_DUMP names.
def oracle_dump(kind="script", argv=None):
    import json
    import os
    import sys

    def text(value):
        return value.decode("utf-8", "surrogateescape")

    try:
        stdin = text(os.read(0, 4096))
    except OSError:  # closed
        stdin = None
    record = {"kind": kind, "argv": list(sys.argv if argv is None else argv), "cwd": os.getcwd(), "stdin": stdin,
              "env": {text(name): text(value) for name, value in os.environb.items()}}
    with open(os.environ["ORACLE_DUMP"], "a") as dump:
        dump.write(json.dumps(record) + "\n")
