"""Builds the images of docker/ for the tests, with podman.

Two of them are not compiled here once more: `sm-train` holds the program that scripts/build-static has made, and
`sm-train-library` the library of this build. Everything else is built by the Dockerfiles as they stand.

The base, debian:bookworm-slim, is made of Debian's packages, from where this machine has them. It is made once, and
kept in ~/.cache/sm-train ($XDG_CACHE_HOME).
"""
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

import containers
from containers import BASE, DOCKER, podman
from support import SM_TRAIN

RELEASE = "bookworm"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sm-train"

PROGRAM = """
FROM scratch
COPY sm-train /sm-train
"""

LIBRARY = """
FROM sm-train-tools
COPY . /usr/local
"""


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def make_base(file):
    """A tar of Debian's minimal system, which installs packages as this machine does: from the same mirror, by the same
    proxy."""
    sources = output("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
                     "Created-By: Packages")
    ours = [line for line in sources.splitlines() if line.split()[2].startswith(RELEASE)]
    settings = output("apt-config", "dump", "--no-empty", "--format", '%F "%v";%n', "Acquire::http", "Acquire::https",
                      "Acquire::Check-Date", "Acquire::Check-Valid-Until", "Acquire::Retries")
    with tempfile.TemporaryDirectory(dir=file.parent) as directory:
        made = pathlib.Path(directory) / "base.tar"
        apt_options = pathlib.Path(directory) / "apt.conf"
        apt_options.write_text(settings)
        subprocess.run(["mmdebstrap", "--variant=minbase", f"--aptopt={apt_options}", "--dpkgopt=force-unsafe-io",
                        RELEASE, made, *(["-"] if ours else [])], input="\n".join(ours), text=True, check=True)
        made.rename(file)


def import_base():
    file = CACHE / f"{RELEASE}-{platform.machine()}.tar"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        make_base(file)
    if podman("image", "exists", BASE).returncode != 0:
        run_podman("import", file, f"localhost/{BASE}")


def run_podman(*arguments):
    print("$ podman", *arguments, flush=True)
    if podman(*arguments).returncode != 0:
        sys.exit(f"podman {arguments[0]} failed: see above")


def build(tag, context, *options, dockerfile=None):
    """An image from a context with its Dockerfile, or with the text of one."""
    with tempfile.NamedTemporaryFile("w", suffix=".Dockerfile") as file:
        if dockerfile:
            file.write(dockerfile)
            file.flush()
            options = ("--file", file.name, *options)
        run_podman("build", "--tag", tag, *options, context)


def build_program():
    with tempfile.TemporaryDirectory() as context:
        shutil.copy(SM_TRAIN, f"{context}/sm-train")
        build("sm-train", context, dockerfile=PROGRAM)


def build_library():
    """The installed library of this build, on the tools that the Dockerfile installs."""
    build("sm-train-tools", DOCKER.parent, "--file", DOCKER / "library/Dockerfile", "--target", "tools")
    with tempfile.TemporaryDirectory() as context:
        output(os.environ["CMAKE"], "--install", os.environ["SM_TRAIN_BUILD"], "--component", "library",
               "--prefix", context)
        # What is for a debugger is ten times as large as the rest.
        output("strip", "--strip-debug", *map(str, pathlib.Path(context).rglob("libsm_train.a")))
        build("sm-train-library", context, dockerfile=LIBRARY)


def main():
    if containers.why_no_podman():
        containers.skip(containers.why_no_podman())
    containers.prepare_storage()
    import_base()
    if containers.why_no_containers():
        containers.skip(containers.why_no_containers())
    build_program()
    build_library()
    build("my-training", DOCKER / "python")
    build("my-mpi-training", DOCKER / "mpi")
    # Where this build's library counts GPUs by the CUDA runtime, who links it needs the toolkit.
    cuda = os.environ.get("SM_TRAIN_CUDA")
    build("my-framework", DOCKER / "framework", *(["--volume", f"{cuda}:/usr/local/cuda:ro"] if cuda else []))
    run_podman("image", "prune", "--force", "--filter", "until=72h")  # what earlier builds left


if __name__ == "__main__":
    main()
