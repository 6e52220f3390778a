"""What the machine does not give: room, permission, memory. The last is measured."""
import os
import shutil
import tarfile
import unittest

import support
from faulty_s3 import Object, Pattern
from fetching import CANNOT_CREATE, DENIED, IO, KEPT, NO_MD5, TREE_TAR_GZ, FetchTest
from support import new_mounts, tar_gz

MEBIBYTE = 1024 * 1024
NOBODY = 65534

# Runs "$@" with a small tmpfs on a directory, and tells in a file what it left there.
ON_A_SMALL_DISK = """
directory=$0 options=$1 left=$2
shift 2
mount -t tmpfs -o "size=1m,$options" tmpfs "$directory" || exit 120
"$@"
code=$?
ls -A "$directory" >"$left"
exit $code
"""

# Runs "$@" with the target on a disk with room, in a directory on one without, and keeps what came in a directory.
ON_A_DISK_OF_ITS_OWN = """
target=$0 copy=$1
shift
mount -t tmpfs -o size=1m tmpfs "$target/.." || exit 120
mkdir "$target" && mount -t tmpfs -o size=16m tmpfs "$target" || exit 120
"$@"
code=$?
cp -R "$target" "$copy"
exit $code
"""


class Disks(FetchTest):
    def fetch_onto_a_small_disk(self, s3, options="rw", is_target=True, **settings):
        """The disk is the target, or else the directory in which the target is to be made."""
        command, why_not = new_mounts()
        if not command:
            self.skipTest(why_not)
        left = self.directory / "left-on-the-disk"

        def on_a_small_disk(target):
            disk = target if is_target else target.parent
            return [*command, "sh", "-c", ON_A_SMALL_DISK, disk, options, left]
        fetched = self.fetch(s3, under=on_a_small_disk, **settings)
        self.assertNotEqual(fetched.code, 120, fetched.stderr)
        self.assertEqual(left.read_text(), "", "something was left on the disk")
        return fetched

    def test_a_full_disk_is_an_error_that_leaves_it_empty(self):
        large = os.urandom(3 * MEBIBYTE)
        archives = {"gzip": tar_gz({"small.txt": "x", "large.bin": large}), "tar": tar_gz({"large.bin": large}, "w:"),
                    "many files": tar_gz({f"{number}.bin": large[:100_000] for number in range(30)})}
        for what, data in archives.items():
            for is_target in (True, False):
                with self.subTest(what, is_target=is_target):
                    fetched = self.fetch_onto_a_small_disk(self.serve(data), is_target=is_target)
                    self.assert_error(fetched, IO, "No space left on device", "(?i)free space|volume",
                                      names=fetched.target)

    def test_a_lone_file_that_is_larger_than_the_disk_is_an_error_that_leaves_it_empty(self):
        name = "jobs/data.bin"
        s3 = self.serve(Object(Pattern(12 * MEBIBYTE), NO_MD5), name=name)
        fetched = self.fetch_onto_a_small_disk(s3, name=name)
        self.assert_error(fetched, IO, "No space left on device", names=fetched.target)

    def test_only_the_disk_of_the_target_needs_room(self):
        command, why_not = new_mounts()
        if not command:
            self.skipTest(why_not)
        copy, data = self.directory / "copy", os.urandom(3 * MEBIBYTE)
        fetched = self.fetch(self.serve(tar_gz({"large.bin": data})),
                             under=lambda target: [*command, "sh", "-c", ON_A_DISK_OF_ITS_OWN, target, copy])
        self.assertEqual(fetched.code, 0, fetched.stderr)
        self.assertEqual([path.name for path in copy.iterdir()], ["large.bin"])
        self.assertTrue((copy / "large.bin").read_bytes() == data)

    def test_a_read_only_disk_is_an_error(self):
        fetched = self.fetch_onto_a_small_disk(self.serve(TREE_TAR_GZ), options="ro")
        self.assert_error(fetched, CANNOT_CREATE, "(?i)read-only file system", names=fetched.target)


class Permissions(FetchTest):
    def fetch_into_a_locked(self, *locked):
        """As another user where this one is root, who may write anywhere; the binary is put where both may look."""
        def lock(target):
            for directory in (target.parent.parent, target.parent, target):
                directory.chmod(0o555 if directory.name in locked else 0o777)
                self.addCleanup(directory.chmod, 0o755)
            return []
        self.directory.chmod(0o755)
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        program = shutil.copy(support.SM_TRAIN, self.directory / "sm-train")
        return self.fetch(self.serve(TREE_TAR_GZ), under=lock, executable=program, **as_nobody)

    def test_a_target_that_may_not_be_written_is_an_error(self):
        for locked in (["code"], ["code", "ml"]):
            with self.subTest(locked):
                fetched = self.fetch_into_a_locked(*locked)
                self.assert_error(fetched, (DENIED, CANNOT_CREATE), "Permission denied", names=fetched.target.parent)


class Memory(FetchTest):
    def setUp(self):
        super().setUp()
        if os.environ.get("SM_TRAIN_SANITIZE"):
            self.skipTest("this build's memory is mostly the sanitizer's")

    def assert_fetched_in_bounded_memory(self, data, name, tree_file):
        """Fetches it and compares the file with what the server held, a block at a time."""
        s3 = self.serve(Object(data, NO_MD5), name=name)
        fetched, peak = self.fetch_measured(s3, name=name)
        self.assertEqual(fetched.code, 0, fetched.stderr)
        offset, size = tree_file
        with open(fetched.target / "data.bin", "rb") as file:
            for start in range(offset, offset + size, MEBIBYTE):
                expected = data[start:min(start + MEBIBYTE, offset + size)]
                self.assertTrue(file.read(MEBIBYTE) == expected, f"other bytes from {start} on")
            self.assertEqual(file.read(1), b"")
        self.assertLessEqual({path.name for path in fetched.target.iterdir()}, {*KEPT, "data.bin"})
        self.assert_peak_is_bounded(peak)

    def test_300_mebibytes_take_less_than_64_of_memory(self):
        size = 300 * MEBIBYTE
        self.assert_fetched_in_bounded_memory(Pattern(size), "jobs/data.bin", (0, size))

    def test_300_mebibytes_in_a_plain_tar_take_less_than_64_of_memory(self):
        size = 300 * MEBIBYTE
        header = tarfile.TarInfo("data.bin")
        header.size = size
        data = Pattern(512 + size, head=header.tobuf())
        self.assert_fetched_in_bounded_memory(data, "jobs/sourcedir.tar", (512, size))


if __name__ == "__main__":
    unittest.main()
