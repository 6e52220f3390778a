"""The commands that docker/README.md shows, run as they stand there, with podman as docker."""
import os
import re
import shutil
import subprocess
import unittest

import containers
from containers import DOCKER, ContainerTest, podman_env

PAGE = (DOCKER / "README.md").read_text()

# What images/build has made in another way, and is not compiled once more.
DOCKER_STAND_IN = """#!/bin/sh
case "$*" in
  "build -t sm-train -f docker/Dockerfile ." | "build -t sm-train-library -f docker/library/Dockerfile .")
    exec podman image exists "$3" ;;
esac
exec podman "$@"
"""


class Readme(ContainerTest):
    def test_its_commands_work_one_after_another(self):
        shutil.copytree(DOCKER, self.directory / "docker")
        docker = self.directory / "bin/docker"
        docker.parent.mkdir()
        docker.write_text(DOCKER_STAND_IN)
        docker.chmod(0o755)
        script = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
        if containers.why_no_memory_limit():
            script = script.replace(" --memory 1g", "")
        env = {**podman_env(), "PATH": f"{docker.parent}:{os.environ['PATH']}"}
        run = subprocess.run(["bash", "-ex", "-c", script], cwd=self.directory, env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=600, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        for said in ("training with ['--epochs', '3']", "rank 0 sums 1", "rank 1 sums 1",
                     "train was trained on training"):
            self.assertIn(said, run.stdout)
        self.assertTrue((self.directory / "job/output/success").exists())

    def test_its_table_has_every_image(self):
        images = {path.parent.name for path in DOCKER.glob("*/Dockerfile")}
        self.assertEqual(set(re.findall(r"^\| \[(\w+)/\]", PAGE, re.MULTILINE)), images)

    def test_the_image_to_copy_from_is_what_the_tests_have_in_its_place(self):
        last_stage = (DOCKER / "Dockerfile").read_text().rpartition("\nFROM ")[2]
        self.assertEqual(last_stage, "scratch\nCOPY --from=build /src/build/static/app/sm-train /sm-train\n")


if __name__ == "__main__":
    containers.main()
