"""Leaves out of tracebacks what is not the user's, since a failure reason has few lines."""
import os
import sys

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_IMPORT = ("<frozen importlib", "<frozen runpy", os.sep + "runpy.py", os.path.join("importlib", "__init__.py"))


def show_only_the_users():
    """For exceptions that nothing catches in this process."""
    show = sys.excepthook

    def show_shortened(kind, error, traceback):
        shorten(error)
        show(kind, error, error.__traceback__)
    sys.excepthook = show_shortened


def shorten(error, seen=None):
    """Takes our frames, and those of the imports that they make, out of an exception's traceback, and of the
    exceptions behind it."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = _without_ours(error.__traceback__)
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        if isinstance(other, BaseException):
            shorten(other, seen)


def _without_ours(traceback):
    first = last = None
    after_ours = True
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        is_import = file.startswith(_IMPORT[:2]) or file.endswith(_IMPORT[2:])
        after_ours = file.startswith(_OURS) or (after_ours and is_import)
        if not after_ours and last is None:
            first = last = traceback
        elif not after_ours:
            try:
                last.tb_next = traceback
            except (AttributeError, TypeError):  # before Python 3.7 only what comes first can be left out
                return first
            last = traceback
        traceback = traceback.tb_next
    if last is not None and last.tb_next is not None:
        last.tb_next = None
    return first
