"""Containers for the tests: podman with a storage of its own, in which build_images.py has left the images.

SM_TRAIN_IMAGES names the directory of that storage. The machine's own images, containers and settings take no part.
"""
import functools
import os
import pathlib
import shutil
import subprocess
import sys

import support
from support import SKIPPED, EndToEndTest, MockOptMl, wait_until

STORAGE = pathlib.Path(os.environ["SM_TRAIN_IMAGES"]).resolve()
DOCKER = pathlib.Path(__file__).resolve().parents[2] / "docker"
BASE = "debian:bookworm-slim"  # as the Dockerfiles name it; build_images.py makes it


# cgroupfs: no systemd is needed. netns: a container has its loopback alone, as bridges cannot be had everywhere.
CONTAINERS_CONF = """
[containers]
netns = "none"
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
tmp_dir = "{storage}/run/libpod"
"""
STORAGE_CONF = """
[storage]
driver = "overlay"
graphroot = "{storage}/images"
runroot = "{storage}/run"
"""
# Nothing is pulled: what is not in the storage is an error at once.
REGISTRIES_CONF = "unqualified-search-registries = []\n"


def podman_env():
    """The variables by which podman finds this storage, and builds without a network of its own."""
    return {**os.environ, "CONTAINERS_CONF": f"{STORAGE}/containers.conf",
            "CONTAINERS_STORAGE_CONF": f"{STORAGE}/storage.conf",
            "CONTAINERS_REGISTRIES_CONF": f"{STORAGE}/registries.conf", "BUILDAH_ISOLATION": "chroot"}


def prepare_storage():
    """Writes the settings. What a test that was killed has left running goes, and what an earlier boot has left of some."""
    if (STORAGE / "storage.conf").exists():
        for command in (["rm", "--all", "--force", "--time", "0"], ["umount", "--all"]):
            podman(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(STORAGE / "run", ignore_errors=True)
    STORAGE.mkdir(parents=True, exist_ok=True)
    for name, text in (("containers", CONTAINERS_CONF), ("storage", STORAGE_CONF), ("registries", REGISTRIES_CONF)):
        (STORAGE / f"{name}.conf").write_text(text.format(storage=STORAGE))


def podman(*arguments, **options):
    """Runs podman to its end."""
    return subprocess.run(["podman", *map(str, arguments)], env=podman_env(), check=False, **options)


def why_no_podman():
    """Why podman can run no containers here, as far as can be told before there is an image; None where it may."""
    if os.geteuid() != 0:
        return "podman is run as root here, and this is another user"
    missing = [tool for tool in ("mmdebstrap", "podman", "runc") if not shutil.which(tool)]
    if missing:
        return f"no {', '.join(missing)}: scripts/install-dependencies images"
    return None


@functools.cache
def why_no_containers():
    """Why no containers can be run here; None where they can."""
    reason = why_no_podman()
    if not reason:
        tried = podman("run", "--rm", BASE, "true", capture_output=True, text=True)
        reason = None if tried.returncode == 0 else "podman can run no container here: " + tried.stderr.strip()
    return reason


@functools.cache
def why_no_memory_limit():
    """Why no container can have a limit of memory here; None where it can."""
    tried = podman("run", "--rm", "--memory", "64m", BASE, "true", capture_output=True, text=True)
    return None if tried.returncode == 0 else "no limit of memory can be had here: " + tried.stderr.strip()


def skip(reason):
    """Ends this test as one that CTest shows as skipped."""
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)


def main():
    """What the tests of images end with, in the place of unittest.main()."""
    if why_no_containers():
        skip(why_no_containers())
    support.main()


class ContainerTest(EndToEndTest):
    """Runs jobs in containers of an image."""

    image = "my-training"

    def start_container(self, *arguments, job=None, options=(), image=None, name="container"):
        """`podman run IMAGE ARGUMENTS` on a job, as a running process. The container, self.container, goes with the
        test."""
        self.container = f"{self.id().rpartition('.')[2]}-{name}"
        volume = ["--volume", f"{job.path}:/opt/ml"] if job else []
        process = subprocess.Popen(
            ["podman", "run", "--rm", "--name", self.container, *volume, *options, image or self.image, *arguments],
            env=podman_env(), cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream in (process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(podman, "rm", "--force", "--ignore", "--time", "0", self.container, stdout=subprocess.DEVNULL)
        return process

    def run_container(self, *arguments, job=None, options=(), image=None):
        """The same to its end."""
        return self.finish(self.start_container(*arguments, job=job, options=options, image=image), job)

    def in_container(self, *command):
        """Runs a command in the container, and gives its output."""
        return podman("exec", self.container, *command, stdout=subprocess.PIPE, text=True).stdout

    def wait_for(self, job, file):
        """Waits until the job's program has written a file; gives its text."""
        return wait_until(lambda: (job.path / file).exists() and (job.path / file).read_text(), file)

    def image_with(self, *lines, image=None):
        """An image with more lines of a Dockerfile. It stays in the storage, where it is found the next time."""
        name = f"test-{self.id().rpartition('.')[2]}"
        built = podman("build", "--quiet", "--tag", name, "-", input="\n".join([f"FROM {image or self.image}", *lines]),
                       text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(built.returncode, 0, built.stdout)
        return name

    def owned_by(self, user, job):
        """Gives a mock /opt/ml to a user."""
        for path in (job.path, *job.path.rglob("*")):
            os.chown(path, user, user)
        return job
