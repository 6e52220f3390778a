"""What cpack makes of a build: a .deb and a .tar.gz with the program."""
import os
import pathlib
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["SM_TRAIN_BUILD"])
VERSION = os.environ["SM_TRAIN_VERSION"]


def run(*command):
    finished = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{finished.stdout}")
    return finished.stdout


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="packages-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = pathlib.Path(directory.name)
        run(os.environ.get("CPACK", "cpack"), "--config", BUILD / "CPackConfig.cmake", "-B", cls.directory / "made")
        cls.deb, = (cls.directory / "made").glob("*.deb")
        cls.tar, = (cls.directory / "made").glob("*.tar.gz")

    def assert_runs(self, program):
        self.assertEqual(run(program, "--version"), f"sm-train {VERSION}\n")

    def test_the_deb_says_what_it_is_and_needs(self):
        def field(name):
            return run("dpkg-deb", "--field", self.deb, name).strip()
        architecture = run("dpkg", "--print-architecture").strip()
        self.assertEqual(self.deb.name, f"sm-train_{VERSION}_{architecture}.deb")
        self.assertEqual(field("Package"), "sm-train")
        self.assertEqual(field("Version"), VERSION)
        self.assertEqual(field("Architecture"), architecture)
        self.assertEqual(field("Maintainer"), "sm-train maintainers")
        depends = field("Depends")
        for library in ("libc6", "libcurl4", "libarchive13", "libssl3"):
            self.assertIn(library, depends)

    def test_the_deb_holds_the_program_alone_and_it_runs(self):
        unpacked = self.directory / "deb"
        run("dpkg-deb", "--extract", self.deb, unpacked)
        files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
        self.assertIn("usr/bin/sm-train", files)
        self.assertFalse([file for file in files if file.endswith((".a", ".hpp", ".cmake"))], files)
        self.assertIn("root/root", run("dpkg-deb", "--contents", self.deb))
        self.assert_runs(unpacked / "usr/bin/sm-train")

    def test_the_archive_is_one_directory_and_its_program_runs(self):
        unpacked = self.directory / "tar"
        unpacked.mkdir()
        run("tar", "-xzf", self.tar, "-C", unpacked)
        directory, = unpacked.iterdir()
        self.assertEqual(directory.name, self.tar.name.removesuffix(".tar.gz"))
        self.assert_runs(directory / "bin/sm-train")


if __name__ == "__main__":
    unittest.main()
