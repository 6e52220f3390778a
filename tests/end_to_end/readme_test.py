"""The README, read by somebody who types what it shows: its `sh` blocks run in their order, in one shell."""
import ast
import os
import pathlib
import re
import subprocess
import unittest

from support import SM_TRAIN, TIMEOUT, EndToEndTest, clean_env

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"


def blocks(language):
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    return [text for name, text in fenced if name == language]


class Readme(EndToEndTest):
    def test_each_command_works_as_shown(self):
        shown = blocks("sh")
        self.assertGreaterEqual(len(shown), 3)
        env = {**clean_env(self.home), "PATH": "%s:%s" % (pathlib.Path(SM_TRAIN).parent, os.environ["PATH"])}
        run = subprocess.run(["bash", "-e", "-c", "\n".join(shown)], cwd=self.directory, env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue((self.directory / "job/output/success").exists())
        self.assertTrue(any((self.directory / "job/model").iterdir()), "there is no model")
        self.assertTrue(any((self.directory / "copy-of-the-code").iterdir()))
        # What it shows of the output of one's own script, but for where the directory is.
        expected = next(block for block in blocks("") if block.startswith("arguments:"))
        pattern = re.escape(expected).replace(re.escape("..."), ".*")
        self.assertRegex(run.stdout, pattern)

    def test_the_python_is_python(self):
        shown = blocks("python")
        self.assertGreaterEqual(len(shown), 3)
        for block in shown:
            ast.parse(block)

    def test_each_link_leads_somewhere(self):
        for page in README, ROOT / "lib/README.md", ROOT / "lib/sm_train/contract/README.md", ROOT / "docker/README.md":
            for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
                if target.startswith("https://"):
                    continue
                path, _, anchor = target.partition("#")
                with self.subTest(page=page.name, target=target):
                    file = (page.parent / path).resolve() if path else page
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(file))

    def test_each_message_of_the_table_is_one_of_the_programs(self):
        sources = "".join(path.read_text() for path in (ROOT / "lib").rglob("*.cpp"))
        said = re.sub(r'"\s+"', "", sources)  # a text in several pieces is one
        table = README.read_text().split("| the message says |")[1].split("\n\n")[0]
        phrases = [part.strip() for row in table.splitlines()[2:] for phrase in re.findall(r"`([^`]+)`", row.split("|")[1])
                   for part in phrase.split("...")]
        self.assertGreater(len(phrases), 15)
        # Those of a signal's name, of an exit code and of argparse are put together, or another's.
        others = {"Stopped by SIGTERM", "The job was stopped by SIGTERM", "ExitCode 137", "unrecognized arguments: --NAME"}
        for phrase in set(phrases) - {""} - others:
            with self.subTest(phrase):
                self.assertIn(phrase, said)

    def test_the_image_holds_the_program_where_the_dockerfile_line_takes_it(self):
        dockerfile = (ROOT / "docker/Dockerfile").read_text()
        image = re.search(r"^COPY --from=build \S+ (\S+)$", dockerfile, re.MULTILINE).group(1)
        for page in (README, ROOT / "docker/README.md"):
            taken = re.search(r"COPY --from=sm-train (\S+) /usr/local/bin/", page.read_text()).group(1)
            self.assertEqual(taken, image, page.name)


def anchors(page):
    """Those of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    unittest.main()
