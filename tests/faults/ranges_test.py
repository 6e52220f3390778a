"""Large objects, which come in ranges that are asked for in parallel: what is asked, and faults in the ranges."""
import datetime
import hashlib
import threading
import unittest

from faulty_s3 import (
    Object, Pattern, ends_after, error, flip_byte, instead, internal_error, repeated, slow_down, with_headers)
from fetching import BAD_DATA, DENIED, NO_INPUT, NO_MD5, UNAVAILABLE, FetchTest, all_at_once

load_tests = all_at_once

MEBIBYTE = 1024 * 1024
LARGEST_RANGE = 4 * MEBIBYTE
SIZE = 20 * MEBIBYTE + 17
NAME = "jobs/data.bin"
LARGE = Pattern(SIZE)
TREE = {"data.bin": LARGE[:]}
OTHER = Pattern(SIZE, head=b"another object")


class RangesTest(FetchTest):
    def fetch_large(self, s3):
        fetched = self.fetch(s3, name=NAME)
        self.assertTrue([request for request in s3.requests if request.range], "no range was asked for")
        return fetched

    def serve_large(self, data=Object(LARGE, NO_MD5), **settings):
        return self.serve(data, name=NAME, **{"range_faults": [], **settings})

    def assert_whole(self, fetched, tree):
        """The bytes are compared by their hash, since unittest would show megabytes of them."""
        self.assertEqual(fetched.code, 0, fetched.stderr)
        tree = {name: hashlib.md5(content).digest() for name, content in tree.items()}
        fetched_tree = {name: content and hashlib.md5(content).digest() for name, content in fetched.tree().items()}
        self.assertEqual({name: fetched_tree.get(name) for name in tree}, tree)
        self.assertEqual(len(fetched_tree), len(tree) + 1)
        self.assertEqual(fetched.beside, set())


class WhatIsAsked(RangesTest):
    def test_a_large_object_is_asked_for_in_ranges_that_make_it_up(self):
        s3 = self.serve_large()
        self.assert_whole(self.fetch_large(s3), TREE)
        first, *rest = s3.requests
        self.assertEqual({request.method for request in s3.requests}, {"GET"})
        self.assertEqual((first.range, first.headers.get("if-match")), (None, None))
        self.assertEqual(first.headers.get("x-amz-checksum-mode"), "ENABLED")
        etag = s3.objects[NAME].headers["ETag"]
        self.assertEqual([request.headers.get("if-match") for request in rest], [etag] * len(rest))
        ranges = sorted(request.range for request in rest)
        self.assertGreater(len(ranges), 1)
        self.assertLessEqual(max(last - first + 1 for first, last in ranges), LARGEST_RANGE)
        self.assertLessEqual(ranges[0][0], LARGEST_RANGE)
        self.assertEqual([last + 1 for _, last in ranges], [*(first for first, _ in ranges[1:]), SIZE])

    def test_ranges_are_asked_for_while_others_are_on_their_way(self):
        together = threading.Barrier(2)

        def wait_for_another(answer):
            together.wait(timeout=30)
            return answer
        s3 = self.serve_large(range_faults=[wait_for_another] * 2)
        self.assert_whole(self.fetch_large(s3), TREE)
        self.assertFalse(together.broken, "no two ranges were asked for at once")

    def test_an_object_of_no_more_than_8_mebibytes_is_one_request(self):
        data = LARGE[:8 * MEBIBYTE]
        s3 = self.serve_large(data)
        self.assert_whole(self.fetch(s3, name=NAME), {"data.bin": data})
        self.assertEqual([(request.method, request.range) for request in s3.requests], [("GET", None)])

    def test_without_an_etag_a_length_or_accept_ranges_it_is_one_request(self):
        for header in ("ETag", "Content_Length", "Accept_Ranges"):
            with self.subTest(header):
                s3 = self.serve_large(faults=[with_headers(**{header: None})])
                self.assert_whole(self.fetch(s3, name=NAME), TREE)
                self.assertEqual([request.range for request in s3.requests], [None])

    def test_every_range_is_signed_with_the_session_token_and_the_corrected_region_and_clock(self):
        s3 = self.serve_large(token="session/token+=", region="eu-west-1", ahead=datetime.timedelta(hours=-3),
                              refused=("RequestTimeTooSkewed", "AuthorizationHeaderMalformed"))
        self.assert_whole(self.fetch_large(s3), TREE)
        self.assertEqual({request.refused for request in s3.requests if request.range}, {None})
        self.assertEqual([request.refused for request in s3.requests[:3]],
                         ["RequestTimeTooSkewed", "AuthorizationHeaderMalformed", None])


class FaultsInRanges(RangesTest):
    def test_a_range_that_is_cut_off_is_resumed_where_it_ended(self):
        s3 = self.serve_large(range_faults=[None, ends_after(MEBIBYTE)])
        self.assert_whole(self.fetch_large(s3), TREE)
        asked = {}
        for first, last in (request.range for request in s3.requests if request.range):
            asked.setdefault(last, []).append(first)
        (again,) = (sorted(firsts) for firsts in asked.values() if len(firsts) > 1)
        self.assertEqual(again, [again[0], again[0] + MEBIBYTE])

    def test_ranges_that_are_each_reset_once_arrive(self):
        s3 = self.serve_large(range_faults=[ends_after(MEBIBYTE, "reset")] * 6)
        self.assert_whole(self.fetch_large(s3), TREE)

    def test_the_first_answer_may_be_cut_off_as_well(self):
        s3 = self.serve_large(faults=[ends_after(MEBIBYTE)])
        self.assert_whole(self.fetch_large(s3), TREE)

    def test_ranges_that_are_refused_for_load_are_asked_for_again(self):
        s3 = self.serve_large(range_faults=[slow_down, internal_error, slow_down])
        self.assert_whole(self.fetch_large(s3), TREE)

    def test_a_range_that_never_comes_is_given_up(self):
        s3 = self.serve_large(range_faults=[None, *[slow_down] * 200])
        self.assert_error(self.fetch_large(s3), UNAVAILABLE, "SlowDown")
        self.assertLess(len(s3.requests), 200)

    def test_a_range_with_a_wrong_content_range_is_never_put_in_its_place(self):
        for wrong in (f"bytes 0-{LARGEST_RANGE - 1}/{SIZE}", f"bytes 1-{LARGEST_RANGE}/{SIZE}", "bytes */*", None):
            with self.subTest(wrong):
                s3 = self.serve_large(range_faults=[None, with_headers(Content_Range=wrong)])
                self.assert_whole_or_error(self.fetch_large(s3), TREE, (BAD_DATA, UNAVAILABLE))

    def test_another_range_is_never_put_in_the_place_of_one(self):
        for wrong in (f"bytes=0-{LARGEST_RANGE - 1}", f"bytes=1-{LARGEST_RANGE}", f"bytes={SIZE - LARGEST_RANGE}-"):
            with self.subTest(wrong):
                s3 = self.serve_large()
                s3.range_faults = iter([None, instead(s3.honest_answer(NAME, range=wrong))])
                self.assert_whole_or_error(self.fetch_large(s3), TREE, (BAD_DATA, UNAVAILABLE))

    def test_a_whole_object_in_the_place_of_a_range_is_never_put_there(self):
        s3 = self.serve_large()
        s3.range_faults = iter([instead(s3.honest_answer(NAME))])
        self.assert_whole_or_error(self.fetch_large(s3), TREE, (BAD_DATA, UNAVAILABLE))

    def test_a_range_that_is_shorter_than_it_says_is_never_taken_for_whole(self):
        s3 = self.serve_large(range_faults=[with_headers(Content_Length=str(MEBIBYTE))])
        self.assert_whole(self.fetch_large(s3), TREE)

    def test_a_range_with_a_wrong_byte_is_seen_by_the_checksum_of_the_whole(self):
        s3 = self.serve_large(LARGE, range_faults=[flip_byte(5)])
        self.assert_whole(self.fetch_large(s3), TREE)
        self.assertEqual([request.range for request in s3.requests].count(None), 2)
        s3 = self.serve_large(LARGE, range_faults=repeated(flip_byte(5)))
        self.assert_error(self.fetch_large(s3), BAD_DATA, "(?i)md5|checksum|etag")
        self.assertEqual([request.range for request in s3.requests].count(None), 2)

    def test_credentials_that_end_between_ranges_are_an_error(self):
        expired = instead(error(400, "ExpiredToken", "The token has expired."))
        s3 = self.serve_large(range_faults=[None, *[expired] * 50])
        self.assert_error(self.fetch_large(s3), DENIED, "ExpiredToken", "(?i)new credentials|renew")

    def test_an_object_that_is_removed_between_ranges_is_an_error(self):
        gone = instead(error(404, "NoSuchKey", "The specified key does not exist."))
        s3 = self.serve_large(range_faults=[None, *[gone] * 50])
        self.assert_error(self.fetch_large(s3), (BAD_DATA, NO_INPUT), "NoSuchKey")


class ReplacedBetweenRanges(RangesTest):
    def test_an_object_that_is_replaced_once_is_fetched_anew(self):
        s3 = self.serve_large()

        def replace(answer):
            s3.put(NAME, OTHER)
            return answer
        s3.faults = iter([replace])
        self.assert_whole(self.fetch_large(s3), {"data.bin": OTHER[:]})
        self.assertEqual([request.range for request in s3.requests].count(None), 2)

    def test_an_object_that_is_always_another_is_an_error(self):
        s3 = self.serve_large(range_faults=repeated(instead(error(412, "PreconditionFailed", "did not hold"))))
        self.assert_error(self.fetch_large(s3), BAD_DATA, "(?i)replaced")
        self.assertEqual([request.range for request in s3.requests].count(None), 2)

    def test_a_range_of_another_object_is_never_put_between_those_of_the_first(self):
        s3 = self.serve_large(if_match=False)

        def replace(answer):
            s3.put(NAME, OTHER)
            return answer
        s3.faults = iter([replace])
        self.assert_whole_or_error(self.fetch_large(s3), {"data.bin": OTHER[:]}, (BAD_DATA, UNAVAILABLE))


if __name__ == "__main__":
    unittest.main()
