"""Servers that mean harm, or are not S3 at all: endless answers, answers to another question, no HTTP; deadlines."""
import threading
import unittest

from faulty_s3 import Answer, Object, Pattern, ends_after, error, instead, repeated, with_headers
from fetching import (
    BAD_CONFIG, BAD_DATA, DENIED, NAME, NO_INPUT, NO_MD5, TREE, TREE_TAR_GZ, UNAVAILABLE, FetchTest, all_at_once)

load_tests = all_at_once

ENDLESS = Pattern(1 << 50)


class Endless:
    """Headers that never end, in lines of 8 KB (curl takes none that is much longer), or in one line."""

    def __init__(self, line):
        self.line = line

    def items(self):
        while True:
            yield "X-Padding", self.line

    def __contains__(self, _):
        return True


class SlowForever:
    """A body that comes a few bytes at a time, so that it never stalls and never ends."""

    def __init__(self, ended):
        self.ended = ended

    def __len__(self):
        return 1 << 50

    def __getitem__(self, _):
        self.ended.wait(0.05)
        if self.ended.is_set():
            raise ConnectionAbortedError
        return b"few"


class HostileServers(FetchTest):
    def test_an_endless_error_is_not_read_to_its_end(self):
        for status in (403, 404, 500, 503):
            with self.subTest(status):
                s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(Answer(status, {}, ENDLESS))))
                self.assert_error(self.fetch(s3), (BAD_DATA, NO_INPUT, UNAVAILABLE, DENIED))

    def test_a_long_error_message_is_not_repeated_at_length(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(error(403, "AccessDenied", "No! " * 100_000))))
        self.assert_error(self.fetch(s3), DENIED, "AccessDenied")

    def test_control_characters_of_an_error_do_not_reach_the_terminal(self):
        words = "a\x1b[2Jb\rc\nsm-train: all is well"
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(error(403, "AccessDenied", words))))
        fetched = self.fetch(s3)
        self.assert_error(fetched, DENIED, "AccessDenied")
        self.assertNotRegex(fetched.stderr, "[\x00-\x09\x0b-\x1f]|\nsm-train: all is well")

    def test_headers_without_an_end_are_an_error_of_bounded_memory(self):
        for what, line in {"many": "x" * 8000, "one": "x" * 8_000_000}.items():
            with self.subTest(what):
                s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(Answer(200, Endless(line)))))
                fetched, peak = self.fetch_measured(s3)
                self.assert_error(fetched, (BAD_DATA, UNAVAILABLE))
                self.assert_peak_is_bounded(peak)

    def test_a_part_in_the_place_of_the_whole_is_not_taken_for_it(self):
        lone = "jobs/data.txt"
        for data, name in ((TREE_TAR_GZ, NAME), (b"0123456789" * 1000, lone)):
            size = len(data)
            for first, last, total in ((0, size // 2, size), (5, size - 1, size), (5, size - 1, "*")):
                with self.subTest(name, first=first, last=last, total=total):
                    part = Answer(206, {**NO_MD5, "Content-Length": str(last - first + 1),
                                        "Content-Range": f"bytes {first}-{last}/{total}"}, data[first:last + 1])
                    s3 = self.serve(Object(data, NO_MD5), name=name, faults=repeated(instead(part)))
                    self.assert_error(self.fetch(s3, name=name), (BAD_DATA, UNAVAILABLE))

    def test_a_success_without_an_object_is_not_taken_for_one(self):
        name = "jobs/data.txt"
        for status in (201, 202, 203, 204, 205, 304):
            with self.subTest(status):
                s3 = self.serve(b"text", name=name, faults=repeated(instead(Answer(status, {"Content-Length": "0"}))))
                self.assert_error(self.fetch(s3, name=name), (BAD_DATA, UNAVAILABLE, BAD_CONFIG), str(status))

    def test_a_stored_content_encoding_does_not_change_the_bytes(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[with_headers(Content_Encoding="gzip")])
        self.assert_whole(self.fetch(s3), TREE)

    def assert_no_http(self, answer):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(Answer(answer, {}))))
        self.assert_error(self.fetch(s3), UNAVAILABLE, s3.address)

    def test_another_protocol_is_unavailable(self):
        self.assert_no_http(b"SSH-2.0-OpenSSH_9.2\r\n")

    def test_a_status_line_without_a_status_is_unavailable(self):
        self.assert_no_http(b"HTTP/1.1 abc\r\n\r\n")

    def test_bytes_without_a_line_are_unavailable(self):
        self.assert_no_http(bytes(1000))


class Deadlines(FetchTest):
    def test_a_body_that_never_ends_is_given_up_at_the_fetch_timeout(self):
        ended = threading.Event()
        self.addCleanup(ended.set)
        name = "jobs/data.bin"
        s3 = self.serve(b"", name=name, faults=repeated(instead(Answer(200, NO_MD5, SlowForever(ended)))))
        self.assert_error(self.fetch(s3, "--fetch-timeout", "1", name=name), UNAVAILABLE, "--fetch-timeout")

    def test_an_answer_that_never_comes_is_given_up_at_the_fetch_timeout(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(ends_after(0, "kept")))
        self.assert_error(self.fetch(s3, "--fetch-timeout", "1"), UNAVAILABLE, "--fetch-timeout")

    def test_retries_are_given_up_at_the_fetch_timeout(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(error(503, "SlowDown"))))
        self.assert_error(self.fetch(s3, "--fetch-timeout", "0.001"), UNAVAILABLE, "--fetch-timeout")

    def test_a_fetch_within_its_time_is_not_disturbed(self):
        self.assert_whole(self.fetch(self.serve(TREE_TAR_GZ), "--fetch-timeout", "600"), TREE)


if __name__ == "__main__":
    unittest.main()
