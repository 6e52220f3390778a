"""The stand-in itself: what a client that is not ours gets from it, and what it refuses."""
import contextlib
import datetime
import unittest
import urllib.error
import urllib.request

import botocore.config
import botocore.exceptions
import botocore.session

from faulty_s3 import ACCESS_KEY, SECRET_KEY, FaultyS3, Pattern

NAME = "jobs/a b+c=&'()[]%~é漢😀//..x"


def client(s3, secret=SECRET_KEY, token=None, region="us-east-1"):
    return botocore.session.get_session().create_client(
        "s3", endpoint_url=s3.endpoint, region_name=region, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=secret,
        aws_session_token=token,
        config=botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))


def get(s3, name=NAME, request=None, **settings):
    bucket, _, key = name.partition("/")
    with contextlib.closing(client(s3, **settings)) as opened:
        answer = opened.get_object(Bucket=bucket, Key=key, **(request or {}))
        return answer["Body"].read(), answer.get("ContentRange")


class TheStandIn(unittest.TestCase):
    def assert_refused(self, code, s3, **settings):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            get(s3, **settings)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_botocore_gets_an_object_from_it_whole_and_in_parts(self):
        with FaultyS3({NAME: b"0123456789"}, token="a/token+") as s3:
            self.assertEqual(get(s3, token="a/token+"), (b"0123456789", None))
            part = {"Range": "bytes=3-5", "IfMatch": '"781e5e245d69b566979b86e28d23f2c7"'}
            self.assertEqual(get(s3, token="a/token+", request=part), (b"345", "bytes 3-5/10"))
            self.assertEqual([request.refused for request in s3.requests], [None, None])

    def test_a_wrong_secret_token_region_or_clock_is_refused(self):
        with FaultyS3({NAME: b""}) as s3:
            self.assert_refused("SignatureDoesNotMatch", s3, secret="wrong")
            self.assert_refused("InvalidToken", s3, token="unknown")
            self.assert_refused("NoSuchKey", s3, name="jobs/other")
            self.assert_refused("NoSuchBucket", s3, name="others/other")
        with FaultyS3({NAME: b""}) as s3:
            get(s3, region="eu-west-1")  # botocore follows it to the region that it names
            self.assertEqual([request.refused for request in s3.requests], ["AuthorizationHeaderMalformed", None])
        with FaultyS3({NAME: b""}, ahead=datetime.timedelta(minutes=20)) as s3:
            self.assert_refused("RequestTimeTooSkewed", s3)

    def test_a_request_that_was_changed_after_it_was_signed_is_refused(self):
        with FaultyS3({"jobs/a": b"", "jobs/b": b""}) as s3:
            get(s3, name="jobs/a")
            signed = s3.requests[0].headers
            changes = {"path": ("/jobs/b", {}), "date": ("/jobs/a", {"x-amz-date": "20200101T000000Z"}),
                       "host": ("/jobs/a", {"host": "elsewhere"}), "unsigned": ("/jobs/a", {"x-amz-meta-more": "1"}),
                       "unsigned at all": ("/jobs/a", {"authorization": ""})}
            with urllib.request.urlopen(urllib.request.Request(s3.endpoint + "/jobs/a", headers=signed)) as unchanged:
                self.assertEqual(unchanged.status, 200)
            for what, (path, headers) in changes.items():
                with self.subTest(what), self.assertRaises(urllib.error.HTTPError) as caught:
                    urllib.request.urlopen(urllib.request.Request(s3.endpoint + path, headers={**signed, **headers}))
                self.assertEqual(caught.exception.code, 403)
                caught.exception.close()

    def test_a_pattern_is_the_same_however_it_is_cut(self):
        pattern = Pattern(5_000_000, head=b"a head")
        whole = pattern[0:5_000_000]
        self.assertEqual(len(whole), len(pattern))
        for start, stop in ((0, 3), (4, 9), (999_990, 1_000_100), (2_000_001, 4_999_999), (4_999_990, 6_000_000)):
            self.assertEqual(pattern[start:stop], whole[start:stop])


if __name__ == "__main__":
    unittest.main()
