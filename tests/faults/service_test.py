"""What S3 answers in the object's place: load, its own errors, another region, a wrong clock, no access, no object."""
import datetime
import unittest

from faulty_s3 import Answer, error, instead, internal_error, repeated, slow_down
from fetching import BAD_CONFIG, DENIED, NAME, NO_INPUT, TREE, TREE_TAR_GZ, UNAVAILABLE, FetchTest, all_at_once
from sigv4_check import AUTHORIZATION

load_tests = all_at_once


def region_of(request):
    return AUTHORIZATION.fullmatch(request.headers["authorization"])["region"]


def redirect(status, region, code="PermanentRedirect", location=None):
    more = f"<Endpoint>bucket.s3.{region}.amazonaws.com</Endpoint>" if region else ""
    headers = {**({"x-amz-bucket-region": region} if region else {}), **({"Location": location} if location else {})}
    return instead(error(status, code, "Address it by the specified endpoint.", headers, more))


class RetriesOfTheService(FetchTest):
    def test_each_retryable_answer_is_followed_by_another_try(self):
        answers = [(500, "InternalError"), (502, "BadGateway"), (503, "SlowDown"), (503, "ServiceUnavailable"),
                   (504, "GatewayTimeout"), (429, "TooManyRequests"), (400, "RequestTimeout")]
        for status, code in answers:
            with self.subTest(code):
                s3 = self.serve(TREE_TAR_GZ, faults=[instead(error(status, code))])
                self.assert_whole(self.fetch(s3), TREE)
                self.assertEqual(len(s3.requests), 2)

    def test_a_storm_that_passes_is_waited_out(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[slow_down, internal_error, slow_down, slow_down])
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual(len(s3.requests), 5)

    def assert_given_up(self, fault, words):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(fault))
        self.assert_error(self.fetch(s3), UNAVAILABLE, words, "attempts")
        self.assertGreaterEqual(len(s3.requests), 5)
        self.assertLess(len(s3.requests), 20)

    def test_a_storm_without_an_end_is_given_up_with_the_words_of_s3(self):
        self.assert_given_up(slow_down, "503 SlowDown")

    def test_errors_without_an_end_are_given_up_with_the_words_of_s3(self):
        self.assert_given_up(internal_error, "500 InternalError")

    def test_every_try_has_a_signature_of_its_own_time(self):
        s3 = self.serve(TREE_TAR_GZ, faults=[slow_down] * 4)
        self.assert_whole(self.fetch(s3), TREE)
        times = [datetime.datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ") for request in s3.requests]
        self.assertEqual(times, sorted(times))
        self.assertEqual({request.refused for request in s3.requests}, {None})

    def test_an_answer_without_xml_is_told_by_its_status(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(Answer(418, {"Content-Length": "0"}))))
        self.assert_error(self.fetch(s3), UNAVAILABLE, "418")


class OtherRegions(FetchTest):
    def test_a_request_signed_for_another_region_is_signed_anew_for_the_one_that_is_named(self):
        s3 = self.serve(TREE_TAR_GZ, region="eu-central-1", refused=("AuthorizationHeaderMalformed",))
        self.assert_whole(self.fetch(s3), TREE)
        self.assertEqual([request.refused for request in s3.requests], ["AuthorizationHeaderMalformed", None])

    def test_a_redirect_that_names_the_region_is_followed_once(self):
        for status in (301, 307):
            with self.subTest(status):
                s3 = self.serve(TREE_TAR_GZ, faults=[redirect(status, "eu-west-1")], region=None)
                self.assert_whole(self.fetch(s3), TREE)
                signed_for = [region_of(request) for request in s3.requests]
                self.assertEqual(signed_for, ["us-east-1", "eu-west-1"])

    def test_regions_that_send_to_each_other_are_an_error(self):
        redirects = [redirect(301, "eu-west-1"), *[redirect(301, "eu-west-2")] * 50]
        s3 = self.serve(TREE_TAR_GZ, faults=redirects, region=None)
        self.assert_error(self.fetch(s3), BAD_CONFIG, "301", "AWS_REGION")
        self.assertEqual(len(s3.requests), 2)

    def test_a_redirect_that_names_no_region_is_an_error_that_says_what_to_set(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(redirect(301, None)))
        self.assert_error(self.fetch(s3), BAD_CONFIG, "301 PermanentRedirect", "AWS_REGION")
        self.assertEqual(len(s3.requests), 1)

    def test_a_region_that_is_no_name_is_not_taken(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(redirect(301, "evil.example/#")))
        self.assert_error(self.fetch(s3), BAD_CONFIG, "AWS_REGION")

    def test_a_redirect_to_another_host_is_not_followed(self):
        for status in (301, 302, 307, 308):
            with self.subTest(status):
                other = self.serve(TREE_TAR_GZ)
                s3 = self.serve(TREE_TAR_GZ, faults=repeated(
                    redirect(status, None, location=f"{other.endpoint}/{NAME}")))
                self.assert_error(self.fetch(s3), (BAD_CONFIG, UNAVAILABLE), str(status))
                self.assertEqual((other.requests, other.connections), ([], 0))


class Clocks(FetchTest):
    def test_a_skewed_clock_is_corrected_by_the_services(self):
        for hours in (-30, -1, 1, 30):
            with self.subTest(hours):
                s3 = self.serve(TREE_TAR_GZ, ahead=datetime.timedelta(hours=hours), refused=("RequestTimeTooSkewed",))
                self.assert_whole(self.fetch(s3), TREE)
                self.assertEqual([request.refused for request in s3.requests], ["RequestTimeTooSkewed", None])

    def test_a_clock_that_stays_skewed_is_an_error_after_one_correction(self):
        s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(error(403, "RequestTimeTooSkewed", "too large"))))
        self.assert_error(self.fetch(s3), DENIED, "RequestTimeTooSkewed", "(?i)clock")
        self.assertEqual(len(s3.requests), 2)


class NoAccess(FetchTest):
    def test_each_reason_is_told_with_a_remedy_of_its_own(self):
        said = {}
        faults = {"AccessDenied": (403, "s3:GetObject"), "ExpiredToken": (400, "AWS_SESSION_TOKEN"),
                  "InvalidAccessKeyId": (403, "AWS_ACCESS_KEY_ID"), "InvalidToken": (400, "AWS_SESSION_TOKEN"),
                  "AllAccessDisabled": (403, "owner"), "InvalidObjectState": (403, "(?i)restore")}
        for code, (status, remedy) in faults.items():
            with self.subTest(code):
                s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(error(status, code, "Words of the service."))))
                fetched = self.fetch(s3)
                self.assert_error(fetched, DENIED, f"{status} {code}: Words of the service", remedy)
                self.assertEqual(len(s3.requests), 1)
                said[code] = fetched.stderr.replace(code, "").replace(str(status), "")
        self.assertEqual(len(set(said.values())), len(faults))

    def test_a_wrong_secret_is_told_and_not_shown(self):
        s3 = self.serve(TREE_TAR_GZ, refused=("SignatureDoesNotMatch",))
        fetched = self.fetch(s3, env={"AWS_SECRET_ACCESS_KEY": "a/wrong+secret"})
        self.assert_error(fetched, DENIED, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY")
        self.assertNotIn("a/wrong+secret", fetched.stderr)
        self.assertEqual([request.refused for request in s3.requests], ["SignatureDoesNotMatch"])

    def test_an_unknown_key_and_a_wrong_token_are_refused(self):
        s3 = self.serve(TREE_TAR_GZ, token="the token", refused=("InvalidAccessKeyId", "InvalidToken"))
        self.assert_error(self.fetch(s3, env={"AWS_ACCESS_KEY_ID": "AKIDOTHER"}), DENIED, "InvalidAccessKeyId")
        self.assert_error(self.fetch(s3, env={"AWS_SESSION_TOKEN": "a/wrong+token"}), DENIED, "InvalidToken")

    def test_a_session_token_is_sent_and_signed(self):
        for token in ("token", "a//longer+token/with=all&that%20it may hold==" * 20):
            s3 = self.serve(TREE_TAR_GZ, token=token)
            self.assert_whole(self.fetch(s3), TREE)
            self.assertEqual(s3.requests[0].headers["x-amz-security-token"], token)

    def test_a_bare_403_and_a_bare_404_are_told_by_their_status(self):
        for status, code in ((403, DENIED), (401, DENIED), (404, NO_INPUT)):
            with self.subTest(status):
                s3 = self.serve(TREE_TAR_GZ, faults=repeated(instead(Answer(status, {"Content-Length": "0"}))))
                self.assert_error(self.fetch(s3), code, str(status))


class NothingThere(FetchTest):
    def test_a_missing_key_and_a_missing_bucket_are_told_apart(self):
        s3 = self.serve(TREE_TAR_GZ)
        self.assert_error(self.fetch(s3, name="jobs/other/sourcedir.tar.gz"), NO_INPUT, "NoSuchKey", "(?i)key")
        self.assert_error(self.fetch(s3, name="others/sourcedir.tar.gz"), NO_INPUT, "NoSuchBucket", "(?i)bucket")


class OddNames(FetchTest):
    def test_keys_are_asked_for_and_signed_to_the_letter(self):
        odd = "a b+c=&'()[]%~é漢😀//.."
        keys = [f"{odd}/x.tar.gz", f"/{odd}", "..//./x.tar.gz", "../../x", "a/../b", "%2e%2e/%41%", "a?b#c;d:e@f,g$h",
                "\"<>\\^`{|}*!", "a\tb", "\u00a0", "e\u0301", "-._~", " leading", "trailing "]
        for key in keys:
            with self.subTest(key):
                name = f"jobs/{key}" if key.endswith(".tar.gz") else f"jobs/{key}/x.tar.gz"
                s3 = self.serve(TREE_TAR_GZ, name=name)
                self.assert_whole(self.fetch(s3, name=name), TREE)
                self.assertEqual(len(s3.requests), 1)

    def test_a_version_is_asked_for_and_signed_and_is_no_part_of_the_name(self):
        for version, sent in (("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", "3%2FL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrHY"),
                              ("null", "null")):
            with self.subTest(version):
                s3 = self.serve(b"an old version", name="jobs/x/what?is this.py")
                fetched = self.fetch(s3, name=f"jobs/x/what?is this.py?versionId={version}")
                self.assert_whole(fetched, {"what?is this.py": b"an old version"})
                self.assertEqual([request.path for request in s3.requests],
                                 [f"/jobs/x/what%3Fis%20this.py?versionId={sent}"])

    def test_a_lone_file_keeps_the_odd_name_of_its_key(self):
        for name in ("a b+c=&'()[]%~é漢😀", "...", "-rf", "%2F"):
            with self.subTest(name):
                s3 = self.serve(b"a lone file", name=f"jobs/x/{name}")
                self.assert_whole(self.fetch(s3, name=f"jobs/x/{name}"), {name: b"a lone file"})


if __name__ == "__main__":
    unittest.main()
