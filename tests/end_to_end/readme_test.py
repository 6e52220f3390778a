"""The commands that the README shows for a person's own machine, run as they stand there."""
import os
import pathlib
import re
import subprocess
import unittest

from support import SM_TRAIN, EndToEndTest

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


class Readme(EndToEndTest):
    def test_the_local_run_works_as_shown(self):
        blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
        local = [block for block in blocks if "sm-train --base-path job" in block]
        self.assertEqual(len(local), 1, "the README shows one local run")
        env = {**os.environ, "PATH": "%s:%s" % (pathlib.Path(SM_TRAIN).parent, os.environ["PATH"])}
        run = subprocess.run(["bash", "-e", "-c", local[0]], cwd=self.directory, env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout, "training for 3 epochs with --epochs 3\n")
        self.assertTrue((self.directory / "job/output/success").exists())

    def test_the_image_holds_the_program_where_the_dockerfile_line_takes_it(self):
        dockerfile = (README.parent / "docker/Dockerfile").read_text()
        image = re.search(r"^COPY --from=build \S+ (\S+)$", dockerfile, re.MULTILINE).group(1)
        for page in (README, README.parent / "docker/README.md"):
            taken = re.search(r"COPY --from=sm-train (\S+) /usr/local/bin/", page.read_text()).group(1)
            self.assertEqual(taken, image, page.name)


if __name__ == "__main__":
    unittest.main()
