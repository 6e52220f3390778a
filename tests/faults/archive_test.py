"""Objects that arrive as they are, and are no archive, a broken one, or one that means harm."""
import gzip
import io
import os
import tarfile
import unittest
import zipfile

from fetching import BAD_DATA, TREE, TREE_TAR_GZ, FetchTest, all_at_once
from support import tar_gz

load_tests = all_at_once
MIDDLE = len(TREE_TAR_GZ) // 2


def tar_of(*entries):
    """A tar.gz of (name, fields of TarInfo) after a good file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, fields in (("good.txt", {}), *entries):
            entry = tarfile.TarInfo(name)
            for field, value in fields.items():
                setattr(entry, field, value)
            archive.addfile(entry, io.BytesIO(bytes(entry.size)) if entry.isreg() else None)
    return buffer.getvalue()


def claiming(size):
    """A tar.gz whose one file is said to have so many bytes, and has none."""
    entry = tarfile.TarInfo("bomb.bin")
    entry.size = size
    return gzip.compress(entry.tobuf(tarfile.GNU_FORMAT))


def hole(size):
    """A tar.gz whose one file is a hole of so many bytes, as `tar --sparse` makes it."""
    entry = tarfile.TarInfo("GNUSparseFile.0/bomb.bin")
    entry.size = tarfile.BLOCKSIZE  # the map alone
    entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "bomb.bin",
                         "GNU.sparse.realsize": str(size)}
    sparse_map = f"1\n{size}\n0\n".encode()
    return gzip.compress(entry.tobuf(tarfile.PAX_FORMAT) + sparse_map.ljust(tarfile.BLOCKSIZE, b"\0") + bytes(1024))


class BrokenArchives(FetchTest):
    def test_what_is_named_like_an_archive_and_is_none_is_bad_data(self):
        for what, data in {"nothing": b"", "text": b"no archive\n", "a page": b"<!DOCTYPE html><html>Log in</html>",
                           "noise": os.urandom(100_000), "zeros": bytes(100_000),
                           "gzip of text": gzip.compress(b"no tar " * 1000)}.items():
            for name in ("jobs/sourcedir.tar.gz", "jobs/sourcedir.zip"):
                with self.subTest(what, name=name):
                    self.assert_error(self.fetch(self.serve(data, name=name), name=name), BAD_DATA)

    def test_a_corrupt_gzip_is_bad_data_wherever_it_is_corrupt(self):
        last = len(TREE_TAR_GZ)
        broken = {"begin": TREE_TAR_GZ[:20] + bytes(20) + TREE_TAR_GZ[40:],
                  "middle": TREE_TAR_GZ[:MIDDLE] + bytes(64) + TREE_TAR_GZ[MIDDLE + 64:],
                  "crc": TREE_TAR_GZ[:last - 8] + bytes(4) + TREE_TAR_GZ[last - 4:],
                  "length": TREE_TAR_GZ[:last - 4] + bytes(4)}
        for what, data in broken.items():
            with self.subTest(what):
                self.assert_error(self.fetch(self.serve(data)), BAD_DATA)

    def test_an_archive_that_is_cut_off_is_bad_data_wherever_it_is_cut(self):
        plain = gzip.decompress(TREE_TAR_GZ)
        for what, data in {"gzip": TREE_TAR_GZ[:MIDDLE], "end of gzip": TREE_TAR_GZ[:-1],
                           "tar": plain[:len(plain) // 2], "tar in gzip": gzip.compress(plain[:len(plain) // 2]),
                           "xz": tar_gz(TREE, "w:xz")[:MIDDLE], "bzip2": tar_gz(TREE, "w:bz2")[:MIDDLE]}.items():
            with self.subTest(what):
                self.assert_error(self.fetch(self.serve(data)), BAD_DATA)

    def test_a_broken_zip_is_bad_data(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.bin", TREE["data.bin"])
        whole, name = buffer.getvalue(), "jobs/sourcedir.zip"
        self.assert_whole(self.fetch(self.serve(whole, name=name), name=name), {"data.bin": TREE["data.bin"]})
        for what, data in {"cut": whole[:len(whole) // 2], "no end": whole[:-10],
                           "flipped": whole[:1000] + bytes(64) + whole[1064:]}.items():
            with self.subTest(what):
                self.assert_error(self.fetch(self.serve(data, name=name), name=name), BAD_DATA)


class Bombs(FetchTest):
    def test_a_file_beyond_all_limits_is_refused_for_its_size(self):
        self.assert_whole(self.fetch(self.serve(hole(4096))), {"bomb.bin": bytes(4096)})
        self.assert_error(self.fetch(self.serve(hole(1 << 37))), BAD_DATA, "more than|limit|at most")
        self.assert_error(self.fetch(self.serve(claiming(1 << 45))), BAD_DATA, r"bomb\.bin")

    def test_a_name_that_no_file_system_takes_is_an_error(self):
        for what, name in {"a long name": "n" * 300, "a deep one": "d/" * 3000 + "f", "a zero byte": "a\0b"}.items():
            with self.subTest(what):
                fetched = self.fetch(self.serve(tar_of((name, {}))))
                if what == "a zero byte":
                    self.assert_whole_or_error(fetched, {"good.txt": b"", "a": b""}, BAD_DATA)
                else:
                    self.assertNotEqual(fetched.code, 70, fetched.stderr)
                    self.assert_whole_or_error(fetched, {"good.txt": b"", name: b""}, (65, 73))


class Escapes(FetchTest):
    def setUp(self):
        super().setUp()
        self.outside = self.directory / "outside"
        self.outside.mkdir()
        (self.outside / "secret.txt").write_text("as it was")

    def assert_refused(self, *entries):
        fetched = self.fetch(self.serve(tar_of(*entries)))
        self.assert_error(fetched, BAD_DATA, "refused", "escaped|secret|linked|special")
        self.assertEqual({path.name: path.read_text() for path in self.outside.iterdir()}, {"secret.txt": "as it was"})

    def test_names_that_leave_the_target_are_refused(self):
        for name in ("../escaped.txt", "a/../../escaped.txt", "a/b/../../../escaped.txt", "./../escaped.txt",
                     "../../../escaped.txt", str(self.outside / "escaped.txt"), f"/..{self.outside}/escaped.txt"):
            with self.subTest(name):
                self.assert_refused((name, {"size": 5}))

    def test_a_file_through_a_link_is_refused(self):
        for target in (str(self.outside), "../" * 30 + str(self.outside).lstrip("/")):
            with self.subTest(target):
                self.assert_refused(("link", {"type": tarfile.SYMTYPE, "linkname": target}),
                                    ("link/escaped.txt", {"size": 5}))

    def test_a_file_over_a_link_does_not_write_where_it_leads(self):
        link = {"type": tarfile.SYMTYPE, "linkname": str(self.outside / "secret.txt")}
        fetched = self.fetch(self.serve(tar_of(("link", link), ("link", {"size": 5}))))
        self.assert_whole_or_error(fetched, {"good.txt": b"", "link": bytes(5)}, BAD_DATA)
        self.assertEqual((self.outside / "secret.txt").read_text(), "as it was")

    def test_a_hard_link_to_what_is_outside_is_refused(self):
        for target in (str(self.outside / "secret.txt"), "../../outside/secret.txt"):
            with self.subTest(target):
                self.assert_refused(("linked.txt", {"type": tarfile.LNKTYPE, "linkname": target}))

    def test_a_hard_link_through_a_link_is_refused(self):
        self.assert_refused(("link", {"type": tarfile.SYMTYPE, "linkname": str(self.outside)}),
                            ("linked.txt", {"type": tarfile.LNKTYPE, "linkname": "link/secret.txt"}))

    def test_devices_and_pipes_are_refused(self):
        for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            with self.subTest(kind):
                self.assert_refused(("special", {"type": kind, "devmajor": 1, "devminor": 3}))

    def test_a_file_does_not_come_with_setuid(self):
        fetched = self.fetch(self.serve(tar_of(("tool", {"mode": 0o6755, "size": 3}))))
        self.assert_whole(fetched, {"good.txt": b"", "tool": bytes(3)})
        self.assertEqual((fetched.target / "tool").stat().st_mode & 0o7777, 0o755)

    def test_a_zip_with_a_name_that_leaves_the_target_is_refused(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("../escaped.txt", "x")
        self.assert_error(self.fetch(self.serve(buffer.getvalue())), BAD_DATA, "escaped.txt")


if __name__ == "__main__":
    unittest.main()
