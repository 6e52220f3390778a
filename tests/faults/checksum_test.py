"""Bytes that are not the object's: each checksum that S3 gives, right and wrong."""
import base64
import hashlib
import unittest
import zlib

from faulty_s3 import Object, ends_after, flip_byte
from fetching import BAD_DATA, NO_MD5, TREE, TREE_TAR_GZ, FetchTest, all_at_once

load_tests = all_at_once


def crc(data, polynomial, bits):
    """A reflected CRC that begins with ones and ends inverted, as all of S3's do."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (polynomial if byte & 1 else 0)
        table.append(byte)
    ones = (1 << bits) - 1
    value = ones
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return (value ^ ones).to_bytes(bits // 8, "big")


ALGORITHMS = {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "crc32c": lambda data: crc(data, 0x82F63B78, 32),
    "crc64nvme": lambda data: crc(data, 0x9A6C9329AC4BC9B5, 64),
    "sha1": lambda data: hashlib.sha1(data).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}


def checksum(algorithm, data=TREE_TAR_GZ):
    return base64.b64encode(ALGORITHMS[algorithm](data)).decode()


class Checksums(FetchTest):
    def serve_with(self, headers, **settings):
        return self.serve(Object(TREE_TAR_GZ, headers), **settings)

    def test_the_checksums_of_this_test_are_those_of_the_catalogue(self):
        expected = {"crc32": "cbf43926", "crc32c": "e3069283", "crc64nvme": "ae8b14860a799888"}
        self.assertEqual({name: ALGORITHMS[name](b"123456789").hex() for name in expected}, expected)

    def test_right_checksums_are_taken(self):
        for algorithm in ALGORITHMS:
            for kind in ({}, {"x-amz-checksum-type": "FULL_OBJECT"}):
                with self.subTest(algorithm, kind=kind):
                    s3 = self.serve_with({**NO_MD5, f"x-amz-checksum-{algorithm}": checksum(algorithm), **kind})
                    self.assert_whole(self.fetch(s3), TREE)
                    self.assertEqual(len(s3.requests), 1)
                    self.assertEqual(s3.requests[0].headers.get("x-amz-checksum-mode"), "ENABLED")

    def test_wrong_checksums_are_bad_data_after_one_more_try(self):
        for algorithm in ALGORITHMS:
            for kind in ({}, {"x-amz-checksum-type": "FULL_OBJECT"}):
                with self.subTest(algorithm, kind=kind):
                    s3 = self.serve_with(
                        {**NO_MD5, f"x-amz-checksum-{algorithm}": checksum(algorithm, TREE_TAR_GZ[:-1]), **kind})
                    self.assert_error(self.fetch(s3), BAD_DATA, f"(?i){algorithm}")
                    self.assertEqual([request.range for request in s3.requests], [None, None])

    def test_bytes_that_come_wrong_once_are_fetched_anew(self):
        # The archive itself would hold: only the system that its gzip header names is another.
        archive = TREE_TAR_GZ[:9] + b"\3" + TREE_TAR_GZ[10:]
        for algorithm in ALGORITHMS:
            with self.subTest(algorithm):
                headers = {**NO_MD5, f"x-amz-checksum-{algorithm}": checksum(algorithm, archive)}
                s3 = self.serve(Object(archive, headers), faults=[flip_byte(9)])
                self.assert_whole(self.fetch(s3), TREE)
                self.assertEqual([request.range for request in s3.requests], [None, None])

    def test_an_archive_that_breaks_on_its_way_is_fetched_anew(self):
        # The broken archive is seen before the checksum is: whose fault it was, the rest must tell.
        middle = len(TREE_TAR_GZ) // 2
        for headers in ({}, {**NO_MD5, "x-amz-checksum-sha256": checksum("sha256")}):
            with self.subTest(headers):
                s3 = self.serve_with(headers, faults=[flip_byte(middle)])
                self.assert_whole(self.fetch(s3), TREE)
                self.assertEqual([request.range for request in s3.requests], [None, None])

    def test_a_checksum_of_the_parts_checksums_says_nothing_of_the_bytes(self):
        for headers in ({"x-amz-checksum-crc32": "AAAAAA==-3"},
                        {"x-amz-checksum-sha256": f"{checksum('sha256', b'')}-2"},
                        {"x-amz-checksum-crc32c": "AAAAAA==", "x-amz-checksum-type": "COMPOSITE"}):
            with self.subTest(headers):
                s3 = self.serve_with({**NO_MD5, **headers})
                self.assert_whole(self.fetch(s3), TREE)
                self.assertEqual(len(s3.requests), 1)

    def test_a_checksum_of_another_kind_is_left_alone(self):
        s3 = self.serve_with({**NO_MD5, "x-amz-checksum-crc128": "AAAA"})
        self.assert_whole(self.fetch(s3), TREE)

    def test_a_wrong_md5_in_the_etag_is_bad_data_after_one_more_try(self):
        s3 = self.serve_with({"ETag": f'"{hashlib.md5(b"other").hexdigest()}"'})
        self.assert_error(self.fetch(s3), BAD_DATA, "(?i)md5|etag")
        self.assertEqual([request.range for request in s3.requests], [None, None])

    def test_an_etag_that_is_no_md5_says_nothing_of_the_bytes(self):
        md5 = f'"{hashlib.md5(b"other").hexdigest()}"'
        for headers in (NO_MD5, {"ETag": md5, "x-amz-server-side-encryption": "aws:kms"},
                        {"ETag": md5, "x-amz-server-side-encryption-customer-algorithm": "AES256"},
                        {"ETag": md5, "x-amz-checksum-sha256": checksum("sha256")}):
            with self.subTest(headers):
                s3 = self.serve_with(headers)
                self.assert_whole(self.fetch(s3), TREE)
                self.assertEqual(len(s3.requests), 1)

    def test_the_checksum_is_of_the_whole_object_where_the_transfer_was_resumed(self):
        headers = {**NO_MD5, "x-amz-checksum-crc64nvme": checksum("crc64nvme")}
        s3 = self.serve_with(headers, faults=[ends_after(100_000)])
        self.assert_whole(self.fetch(s3), TREE)
        s3 = self.serve_with(headers, faults=[ends_after(100_000), flip_byte(len(TREE_TAR_GZ) - 100_001)] * 2)
        self.assert_error(self.fetch(s3), BAD_DATA)

    def test_a_checksum_that_is_no_base64_is_not_taken_for_right(self):
        s3 = self.serve_with({**NO_MD5, "x-amz-checksum-sha256": "%%%"})
        self.assert_error(self.fetch(s3), BAD_DATA)


if __name__ == "__main__":
    unittest.main()
