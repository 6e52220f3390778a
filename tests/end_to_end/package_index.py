"""Wheels, a package index on loopback, and virtual environments, all made by the tests: real pip, and no PyPI."""
import glob
import http.server
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

from support import clean_env, http_server

# Debian's own wheels, which ensurepip uses too: pip builds a setup.py or pyproject.toml package with these.
BUILD_WHEELS = "/usr/share/python-wheels"


# Of a package whose build backend comes from the index too: pip starts another pip for that.
PYPROJECT = """
[build-system]
requires = ["setuptools", "wheel"]
build-backend = "setuptools.build_meta"
[project]
name = "trainer"
version = "3.1"
[tool.setuptools]
packages = ["trainer"]
"""


def write_wheel(directory, name, version, module_text, requires=()):
    """A pure wheel with one module of the distribution's name."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": module_text,
        f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {line}\n" for line in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: sm-train-tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(directory / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


class PackageIndex:
    """A simple index (PEP 503) over directories of wheels: python's own listing of a directory is one."""

    def __init__(self, directory):
        self.simple = pathlib.Path(directory) / "simple"
        for name in ("setuptools", "wheel"):
            (self.simple / name).mkdir(parents=True)
            for path in glob.glob(f"{BUILD_WHEELS}/{name}-*.whl"):
                shutil.copy(path, self.simple / name)

    def add(self, name, version, module_text, requires=()):
        directory = self.simple / name.replace("_", "-")  # pip asks for the normalized name
        directory.mkdir(exist_ok=True)
        write_wheel(directory, name, version, module_text, requires)

    def serve(self, requests):
        """Serves for as long as a `with` lasts; gives the index's URL. The paths asked for go into `requests`."""
        return http_server(files_handler(self.simple.parent, requests))


def files_handler(root, requests):
    """A handler of http.server that serves the files below `root`, and puts the paths asked for into `requests`."""
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **keywords):
            super().__init__(*arguments, directory=str(root), **keywords)

        def log_message(self, *_):
            requests.append(self.path)

    return Handler


class Venvs:
    """Virtual environments with pip. Making one takes seconds and copying it does not: only the scripts in bin/ name
    the place where it was made, and `python -m pip` needs none of them."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="venv-")
        self._original = f"{self._directory.name}/venv"
        subprocess.run(["/usr/bin/python3", "-m", "venv", self._original], check=True,
                       env=clean_env(self._directory.name))

    def make(self, directory):
        """Makes an environment, and gives what a shell that activated it exports."""
        shutil.copytree(self._original, directory, symlinks=True)
        return {"VIRTUAL_ENV": str(directory), "PATH": f"{directory}/bin:{clean_env(directory)['PATH']}"}

    def remove(self):
        self._directory.cleanup()


def pip_env(index_url):
    """pip's settings: this index and nothing of the machine's own."""
    return {"PIP_INDEX_URL": index_url + "/simple/", "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "0"}
