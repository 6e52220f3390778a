"""scripts/check-layers on made-up trees: it passes what is right and finds each kind of fault."""
import pathlib
import subprocess
import tempfile
import unittest

CHECK_LAYERS = pathlib.Path(__file__).parents[2] / "scripts/check-layers"


class CheckLayers(unittest.TestCase):
    def check(self, files):
        """Runs the check on a tree of `files` (name to text); gives its exit code and what it said."""
        with tempfile.TemporaryDirectory() as root:
            subprocess.run(["git", "init", "--quiet", root], check=True)
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            run = subprocess.run([CHECK_LAYERS, root], capture_output=True, text=True)
            return run.returncode, run.stderr

    def assert_passes(self, files):
        self.assertEqual(self.check(files), (0, ""))

    def assert_finds(self, files, *said):
        code, stderr = self.check(files)
        self.assertEqual(code, 1)
        self.assertEqual(len(stderr.splitlines()), 1, stderr)
        for text in said:
            self.assertIn(text, stderr)

    def test_includes_that_go_down_pass(self):
        self.assert_passes({
            "app/main.cpp": '#include "sm_train/stages/train.hpp"\n#include "options.hpp"\n#include <CLI/CLI.hpp>\n',
            "lib/sm_train/stages/train.cpp": '#include "sm_train/stages/fetch.hpp"\n#include "sm_train/aws/s3.hpp"\n',
            "lib/sm_train/aws/s3.cpp": '#include "sm_train/system/http.hpp"\n#include "sm_train/contract/failure.hpp"\n',
            "lib/sm_train/system/http.cpp": '#include <curl/curl.h>\n#include <sys/stat.h>\n#include <poll.h>\n',
            "lib/sm_train/sm_train.hpp": '#include "sm_train/stages/train.hpp"\n',
        })

    def test_an_include_that_goes_up_is_found_with_its_line(self):
        self.assert_finds({"lib/sm_train/system/http.cpp": '#include <string>\n\n#include "sm_train/aws/s3.hpp"\n'},
                          "lib/sm_train/system/http.cpp:3", "system may not include aws")

    def test_an_include_of_a_room_on_the_same_level_is_found(self):
        for header in ("background", "distributed", "python"):
            with self.subTest(header):
                self.assert_finds({"lib/sm_train/aws/s3.cpp": f'#include "sm_train/{header}/x.hpp"\n'},
                                  f"aws may not include {header}")

    def test_the_umbrella_header_is_not_for_the_library_itself(self):
        self.assert_finds({"lib/sm_train/stages/train.cpp": '#include "sm_train/sm_train.hpp"\n'}, "umbrella")

    def test_a_room_without_a_level_is_found(self):
        self.assert_finds({"lib/sm_train/misc/x.cpp": ""}, "misc")

    def test_a_library_that_two_files_include_is_found(self):
        self.assert_finds({"lib/sm_train/system/a.cpp": "#include <archive.h>\n",
                           "lib/sm_train/system/b.cpp": "#include <archive_entry.h>\n"},
                          "archive", "lib/sm_train/system/a.cpp, lib/sm_train/system/b.cpp")

    def test_a_library_in_a_header_is_found(self):
        self.assert_finds({"lib/sm_train/system/json.hpp": "#include <rapidjson/document.h>\n"}, "json.hpp:1", "rapidjson")

    def test_fmt_may_be_in_any_source_and_in_no_header(self):
        use = "#include <fmt/format.h>\n"
        self.assert_passes({"lib/sm_train/system/a.cpp": use, "lib/sm_train/system/b.cpp": use})
        self.assert_finds({"lib/sm_train/system/a.hpp": use}, "a.hpp:1")

    def test_a_stray_file_at_the_top_is_found_and_dot_files_are_not(self):
        self.assert_passes({".clang-tidy": "", "README.md": "", "docker/Dockerfile": ""})
        self.assert_finds({"notes.txt": ""}, "notes.txt")


if __name__ == "__main__":
    unittest.main()
