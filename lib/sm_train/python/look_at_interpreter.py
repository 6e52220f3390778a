"""Tells, as JSON, what installing into this interpreter depends on. sm-train runs it by -c, with any Python from 3.8 on.

Arguments: the requirements file, or an empty text; the directory below which packages could be installed instead.
"""
import sys

del sys.path[0]  # The code's own directory, whose modules are not the library's.

import importlib.util
import json
import os
import re
import site
import sysconfig

# Where packages come from matters only where one is to be installed.
NEUTRAL_OPTIONS = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--no-index",
                   "--prefer-binary", "--only-binary", "--no-binary"}

# With one of these the installer does more than what the requirements say.
SETTINGS_OF_MORE = {"CONSTRAINT", "EDITABLE", "FORCE_REINSTALL", "IGNORE_INSTALLED", "NO_DEPS", "OVERRIDE", "PREFIX",
                    "PRE", "REINSTALL", "REQUIREMENT", "REQUIRE_HASHES", "ROOT", "TARGET", "UPGRADE", "USER"}


class Unsure(Exception):
    """What is for the installer to look at."""


def packaging(module):
    # pip's own copy first: what it says counts.
    for home in ("pip._vendor.packaging.", "packaging."):
        try:
            return importlib.import_module(home + module)
        except ImportError:
            pass
    raise Unsure


def requirement(text):
    parsed = packaging("requirements").Requirement(text)
    if parsed.url:
        raise Unsure
    return parsed


def requirements_in(path):
    with open(path, encoding="utf-8-sig") as file:
        lines = file.read().replace("\\\n", "").splitlines()
    for line in lines:
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line or re.split(r"[\s=]", line, maxsplit=1)[0] in NEUTRAL_OPTIONS:
            continue
        if line.startswith("-") or " --" in line or "${" in line:
            raise Unsure
        yield requirement(line)


def applies(marker, extras):
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def is_satisfied(wanted, seen):
    """Whether a distribution that is wanted is there, and all that it requires; `seen` ones have been followed."""
    from importlib import metadata
    try:
        found = metadata.distribution(wanted.name)
    except metadata.PackageNotFoundError:
        return False
    if not wanted.specifier.contains(found.version, prereleases=True):
        return False
    key = packaging("utils").canonicalize_name(wanted.name), frozenset(wanted.extras)
    if key in seen:
        return True
    seen.add(key)
    required = (requirement(text) for text in found.requires or ())
    return all(is_satisfied(each, seen) for each in required if applies(each.marker, wanted.extras))


def are_satisfied(path):
    if any(name.partition("_")[2] in SETTINGS_OF_MORE for name in os.environ if name.startswith(("PIP_", "UV_"))):
        return False
    try:
        seen = set()
        return all(is_satisfied(each, seen) for each in requirements_in(path) if applies(each.marker, ()))
    except Exception:  # The installer tells what is wrong with them.
        return False


def is_writable(path):
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return os.access(path, os.W_OK | os.X_OK)


def takes_packages():
    if is_writable(sysconfig.get_path("purelib")):
        return True
    return bool(site.ENABLE_USER_SITE) and is_writable(site.getuserbase())


def is_externally_managed():
    """PEP 668."""
    if sys.prefix != sys.base_prefix:
        return False
    return os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED"))


def directories_below(prefix, *kinds):
    """Where an installer puts packages below a prefix: by the interpreter's own scheme, or by the usual one."""
    schemes = {"posix_prefix", getattr(sysconfig, "get_preferred_scheme", lambda _: "posix_prefix")("prefix")}
    return sorted({sysconfig.get_path(kind, scheme, vars={"base": prefix, "platbase": prefix})
                   for scheme in schemes for kind in kinds})


requirements, prefix = sys.argv[1:]
json.dump({
    "requirements_are_satisfied": bool(requirements) and are_satisfied(requirements),
    "has_pip": importlib.util.find_spec("pip") is not None,
    "is_externally_managed": is_externally_managed(),
    "takes_packages": takes_packages(),
    "module_directories": directories_below(prefix, "purelib", "platlib"),
    "script_directories": directories_below(prefix, "scripts"),
}, sys.stdout)
