"""Transfers that break: refused, reset, cut off, stalled, or resumed in the wrong place."""
import os
import unittest

from faulty_s3 import FaultyS3, Object, chunked, ends_after, instead, no_answer, repeated, with_headers
from fetching import BAD_DATA, NAME, NO_MD5, TREE, TREE_TAR_GZ, UNAVAILABLE, FetchTest, all_at_once
from support import tar_gz

load_tests = all_at_once
SIZE = len(TREE_TAR_GZ)


class BrokenTransfers(FetchTest):
    def test_a_small_object_takes_one_get(self):
        s3 = self.serve(TREE_TAR_GZ)
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual([(request.method, request.range) for request in s3.requests], [("GET", None)])

    def test_a_refused_connection_is_unavailable(self):
        with FaultyS3({NAME: TREE_TAR_GZ}) as closed:
            pass
        self.assert_error(self.fetch(closed), UNAVAILABLE, closed.address, "(?i)refused|connect")

    def test_a_connection_that_ends_without_an_answer_is_made_again(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[no_answer])
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual(len(s3.requests), 2)

    def test_connections_that_all_end_without_an_answer_are_given_up(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(no_answer))
        self.assert_error(self.fetch(s3), UNAVAILABLE, s3.address, "(?i)reset|attempts")
        self.assertGreaterEqual(len(s3.requests), 5)

    def test_a_truncated_body_is_resumed_where_it_ended(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(100_000), ends_after(50_000)])
        self.assert_whole(self.fetch(s3), TREE)
        etag = s3.objects[NAME].headers["ETag"]
        self.assertEqual([(request.first_byte, request.headers.get("if-match")) for request in s3.requests],
                         [(None, None), (100_000, etag), (150_000, etag)])

    def test_a_reset_in_the_middle_is_resumed(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(200_000, "reset")])
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual(len(s3.requests), 2)

    def test_a_body_that_always_gets_a_little_further_arrives(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(SIZE // 8)] * 7)
        self.assert_whole(self.fetch(s3), TREE)

    def test_a_body_that_never_gets_further_is_given_up(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(100_000), *[ends_after(0)] * 50])
        self.assert_error(self.fetch(s3), UNAVAILABLE, "100000", "attempts")
        self.assertLess(len(s3.requests), 50)

    def test_a_stall_is_noticed_and_resumed(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(100_000, "kept")])
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual([request.first_byte for request in s3.requests], [None, 100_000])

    def test_a_rest_with_a_wrong_content_range_is_not_appended(self):
        for number, wrong in enumerate((f"bytes 0-{SIZE - 1}/{SIZE}", f"bytes 100001-{SIZE - 1}/{SIZE}",
                                        f"bytes 100000-{SIZE}/{SIZE + 1}", "bytes */*", "bytes 1-", "")):
            with self.subTest(wrong):
                s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(100_000), with_headers(Content_Range=wrong)])
                self.assert_whole_or_error(self.fetch(s3), TREE, (BAD_DATA, UNAVAILABLE))

    def test_another_range_is_not_appended_in_the_place_of_the_rest(self):
        name, tree = "jobs/data.bin", {"data.bin": TREE["data.bin"]}
        for wrong in ("bytes=0-", "bytes=1-", "bytes=50000-", "bytes=100001-", "bytes=200000-"):
            with self.subTest(wrong):
                s3 = self.serve(Object(tree["data.bin"], NO_MD5), name=name)
                s3.faults = iter([ends_after(100_000), instead(s3.honest_answer(name, range=wrong))])
                self.assert_whole_or_error(self.fetch(s3, name=name), tree, (BAD_DATA, UNAVAILABLE))

    def test_a_rest_that_always_comes_with_a_wrong_content_range_is_an_error(self):
        wrong = with_headers(Content_Range=f"bytes 0-{SIZE - 1}/{SIZE}")
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(100_000), *[wrong] * 50])
        self.assert_error(self.fetch(s3), (BAD_DATA, UNAVAILABLE), "100000")
        self.assertLess(len(s3.requests), 50)

    def test_a_server_that_knows_no_ranges_gives_no_wrong_tree(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[ends_after(100_000)], ranges=False)
        self.assert_whole_or_error(self.fetch(s3), TREE, (BAD_DATA, UNAVAILABLE))

    def test_a_chunked_body_arrives_and_one_that_is_cut_is_not_taken_for_whole(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[chunked])
        self.assert_whole(self.fetch(s3), TREE)
        s3 = self.serve(TREE_TAR_GZ, faults=[lambda answer: ends_after(150_000)(chunked(answer))])
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual(len(s3.requests), 2)

    def test_a_content_length_that_lies_gives_no_wrong_tree(self):
        for lie in (0, SIZE // 2, SIZE - 1):
            with self.subTest(lie):
                s3 = self.serve(TREE_TAR_GZ, faults=repeated(with_headers(Content_Length=str(lie))))
                self.assert_error(self.fetch(s3), BAD_DATA)
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(with_headers(Content_Length=str(SIZE + 1000))), range_faults=[])
        self.assert_error(self.fetch(s3), (BAD_DATA, UNAVAILABLE))


class ReplacedObjects(FetchTest):
    """While it is read the object becomes another."""
    NEW = {"data.bin": os.urandom(300_000)}

    def serve_replaced(self, times, **settings):
        """Each of the first answers to a plain GET is cut off, and the object is another then."""
        s3 = self.serve(TREE_TAR_GZ, range_faults=[], **settings)

        def replace(answer):
            s3.put(NAME, tar_gz({**self.NEW, "number": os.urandom(16)} if times > 1 else self.NEW))
            return ends_after(100_000)(answer)
        s3.faults = iter([replace] * times)
        return s3

    def test_a_new_object_is_fetched_from_its_start(self):
        s3 = self.serve_replaced(times=1)
        self.assert_whole(self.fetch(s3), self.NEW)
        self.assertEqual([request.first_byte for request in s3.requests], [None, 100_000, None])

    def test_an_object_that_is_replaced_again_and_again_is_an_error(self):
        s3 = self.serve_replaced(times=50)
        self.assert_error(self.fetch(s3), BAD_DATA, "(?i)replaced")
        self.assertEqual(len(s3.requests), 4)

    def test_a_new_object_is_not_put_together_with_the_old_by_a_server_that_knows_no_if_match(self):
        s3 = self.serve_replaced(times=1, if_match=False)
        self.assert_whole_or_error(self.fetch(s3), self.NEW, (BAD_DATA, UNAVAILABLE))


if __name__ == "__main__":
    unittest.main()
