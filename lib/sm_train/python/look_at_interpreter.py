"""Tells, as JSON, what installing into this interpreter depends on. sm-train runs it by -c, with any Python from 3.8 on.

Arguments: the requirements file, or an empty text; the directory below which packages could be installed instead.
The answer is the last line: whatever starts with the interpreter may print as well.
"""
import sys

if sys.path[0] == "":
    del sys.path[0]  # The code's own directory, whose modules are not the library's.
own_path = sys.path[:]  # pip, where it is packaged without copies of its own, adds what is for itself only.

import configparser
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
SETTINGS_OF_MORE = {"constraint", "editable", "force-reinstall", "ignore-installed", "no-deps", "override", "prefix",
                    "pre", "reinstall", "requirement", "require-hashes", "root", "target", "upgrade", "user"}


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


def whole_lines(lines):
    """As pip joins them: a comment is never continued, and ends the line that was."""
    begun = ""
    for line in lines:
        is_comment = re.match(r"\s*#", line)
        if line.endswith("\\") and not is_comment:
            begun += line.strip("\\")
            continue
        yield begun + (" " if is_comment else "") + line
        begun = ""
    yield begun


def is_neutral(line):
    option, *others = line.split()
    return option.partition("=")[0] in NEUTRAL_OPTIONS and not any(word.startswith("-") for word in others)


def requirements_in(path):
    with open(path, encoding="utf-8-sig") as file:
        lines = file.read().splitlines()
    for line in whole_lines(lines):
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line or is_neutral(line):
            continue
        if line.startswith("-") or " --" in line or "${" in line:
            raise Unsure
        yield requirement(line)


def applies(marker, extras):
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def is_satisfied(wanted, seen):
    """Whether a distribution that is wanted is there, and all that it requires; `seen` ones have been followed."""
    from importlib import metadata
    found = next(iter(metadata.distributions(name=wanted.name, path=own_path)), None)
    if found is None:
        return False
    if not wanted.extras <= set(found.metadata.get_all("Provides-Extra") or ()):
        raise Unsure  # Spelled in another way, maybe.
    if not wanted.specifier.contains(found.version, prereleases=True):
        return False
    key = packaging("utils").canonicalize_name(wanted.name), frozenset(wanted.extras)
    if key in seen:
        return True
    seen.add(key)
    required = (requirement(text) for text in found.requires or ())
    return all(is_satisfied(each, seen) for each in required if applies(each.marker, wanted.extras))


def pip_config_files():
    """Those that are there: https://pip.pypa.io/en/stable/topics/configuration/"""
    chosen = os.environ.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return []
    directories = [*os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":"),
                   os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")]
    files = [*(directory + "/pip/pip.conf" for directory in directories), "/etc/pip.conf",
             os.path.expanduser("~/.pip/pip.conf"), sys.prefix + "/pip.conf", chosen]
    return [file for file in files if os.path.isfile(file)]


def settings():
    """The names of those that installers are given."""
    for name in os.environ:
        if name.startswith(("PIP_", "UV_")):
            yield name.partition("_")[2]
    for file in pip_config_files():
        config = configparser.RawConfigParser()
        config.read(file, encoding="utf-8")
        for section in {"global", "install"} & set(config.sections()):
            yield from config[section]


def are_satisfied(path):
    try:
        if any(name.lower().replace("_", "-") in SETTINGS_OF_MORE for name in settings()):
            return False
        seen = set()
        return all(is_satisfied(each, seen) for each in requirements_in(path) if applies(each.marker, ()))
    except Exception:  # The installer tells what is wrong with them.
        return False


def is_writable(path):
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return os.access(path, os.W_OK | os.X_OK)


def is_virtual():
    return sys.prefix != sys.base_prefix


def is_externally_managed():
    """PEP 668."""
    return not is_virtual() and os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED"))


def directories_below(prefix, *kinds):
    """Where an installer puts packages below a prefix: by the interpreter's own scheme, by the usual one, or as the
    user's."""
    schemes = {"posix_prefix", "posix_user",
               getattr(sysconfig, "get_preferred_scheme", lambda _: "posix_prefix")("prefix")}
    return sorted({sysconfig.get_path(kind, scheme, vars={"base": prefix, "platbase": prefix, "userbase": prefix})
                   for scheme in schemes for kind in kinds})


requirements, prefix = sys.argv[1:]
print("\n" + json.dumps({
    "requirements_are_satisfied": bool(requirements) and are_satisfied(requirements),
    "has_pip": importlib.util.find_spec("pip") is not None,
    "is_externally_managed": is_externally_managed(),
    "is_virtual": is_virtual(),
    "is_site_writable": is_writable(sysconfig.get_path("purelib")) and is_writable(sysconfig.get_path("platlib")),
    "is_user_site_writable": bool(site.ENABLE_USER_SITE) and is_writable(site.getuserbase()),
    "pip_config_files": pip_config_files(),
    "module_directories": directories_below(prefix, "purelib", "platlib"),
    "script_directories": directories_below(prefix, "scripts"),
}))
