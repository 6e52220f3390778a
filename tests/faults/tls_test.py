"""S3 over TLS: certificates that are refused, AWS_CA_BUNDLE, proxies, and the keys of SSE-C."""
import base64
import hashlib
import os
import unittest

from certificates import Authority
from connect_proxy import ConnectProxy
from faulty_s3 import Object, Pattern, ends_after
from fetching import BAD_CONFIG, TREE, TREE_TAR_GZ, UNAVAILABLE, FetchTest, all_at_once

load_tests = all_at_once
REMEDY = "AWS_CA_BUNDLE|ca-certificates"


class TlsTest(FetchTest):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory, "authority")

    def serve_tls(self, certificate=None, host="127.0.0.1", data=TREE_TAR_GZ, **settings):
        return self.serve(data, tls=certificate or self.authority.issue("good"), host=host, **settings)

    def fetch_trusting(self, s3, *options, authority=None, env=None, **settings):
        bundle = str((authority or self.authority).certificate)
        return self.fetch(s3, *options, **settings, env={"AWS_CA_BUNDLE": bundle, **(env or {})})

    def assert_refused(self, s3, fetched, codes=UNAVAILABLE):
        self.assert_error(fetched, codes, REMEDY, s3.address, "(?i)certificate")
        self.assertEqual(s3.requests, [])
        self.assertEqual(s3.connections, 1, "a certificate does not become good by another try")


class Certificates(TlsTest):
    def test_a_certificate_of_an_authority_that_aws_ca_bundle_names_is_trusted(self):
        for host in ("127.0.0.1", "localhost"):
            with self.subTest(host):
                s3 = self.serve_tls(host=host)
                self.assert_whole(self.fetch_trusting(s3), TREE)

    def test_an_unknown_authority_is_refused(self):
        s3 = self.serve_tls()
        self.assert_refused(s3, self.fetch(s3))
        s3 = self.serve_tls()
        self.assert_refused(s3, self.fetch_trusting(s3, authority=Authority(self.directory, "another")))

    def test_an_expired_certificate_is_refused(self):
        s3 = self.serve_tls(self.authority.issue("expired", end="20210101000000Z"))
        self.assert_refused(s3, self.fetch_trusting(s3))

    def test_a_certificate_that_is_not_valid_yet_is_refused(self):
        s3 = self.serve_tls(self.authority.issue("early", start="20900101000000Z"))
        self.assert_refused(s3, self.fetch_trusting(s3))

    def test_a_certificate_for_another_host_is_refused(self):
        for host, names in (("localhost", "subjectAltName=DNS:s3.example"),
                            ("127.0.0.1", "subjectAltName=IP:127.0.0.2")):
            with self.subTest(host):
                s3 = self.serve_tls(self.authority.issue(f"other-{host}", names), host=host)
                fetched = self.fetch_trusting(s3)
                self.assert_error(fetched, UNAVAILABLE, REMEDY, s3.address)
                self.assertEqual((s3.requests, s3.connections), ([], 1))

    def test_a_ca_bundle_that_is_missing_or_no_certificate_is_told_by_its_name(self):
        empty = self.directory / "empty.pem"
        empty.write_text("no certificate\n")
        for bundle in (self.directory / "missing.pem", empty):
            with self.subTest(bundle.name):
                s3 = self.serve_tls()
                fetched = self.fetch(s3, env={"AWS_CA_BUNDLE": str(bundle)})
                self.assert_error(fetched, (BAD_CONFIG, UNAVAILABLE), REMEDY, bundle.name)
                self.assertEqual(s3.requests, [])

    def test_a_plain_server_where_tls_is_expected_is_unavailable(self):
        s3 = self.serve(TREE_TAR_GZ)
        fetched = self.fetch_trusting(s3, env={"AWS_ENDPOINT_URL_S3": s3.endpoint.replace("http:", "https:")})
        self.assert_error(fetched, UNAVAILABLE, s3.address, "(?i)ssl|tls")

    def test_a_transfer_over_tls_that_breaks_is_resumed(self):
        s3 = self.serve_tls(faults=[ends_after(100_000), ends_after(100_000, "reset")])
        self.assert_whole(self.fetch_trusting(s3), TREE)
        self.assertEqual(len(s3.requests), 3)


class KeysOfCustomers(TlsTest):
    """SSE-C. The ETag of such an object is no MD5 of its bytes, though it looks like one."""
    HEADERS = {"ETag": '"0123456789abcdef0123456789abcdef"',
               "x-amz-server-side-encryption-customer-algorithm": "AES256"}
    SIZE = 20_000_000

    def setUp(self):
        super().setUp()
        self.key = os.urandom(32)
        self.file = self.directory / "key"
        self.file.write_bytes(self.key)

    def sent(self, request):
        prefix = "x-amz-server-side-encryption-customer-"
        return {name.removeprefix(prefix): value for name, value in request.headers.items()
                if name.startswith(prefix) or name == "x-amz-request-payer"}

    def test_the_key_and_the_payer_go_with_each_request_for_a_large_object(self):
        data = Pattern(self.SIZE)
        key = {"algorithm": "AES256", "key": base64.b64encode(self.key).decode(),
               "key-md5": base64.b64encode(hashlib.md5(self.key).digest()).decode()}
        payer = {"x-amz-request-payer": "requester"}
        for options, env, sent in (
                (("--sse-c-key-file", self.file), {}, key), (("--requester-pays",), {}, payer), ((), {}, {}),
                ((), {"SM_TRAIN_SSE_C_KEY_FILE": str(self.file), "SM_TRAIN_REQUESTER_PAYS": "true"}, {**key, **payer})):
            with self.subTest(options, env=env):
                s3 = self.serve_tls(data=Object(data, self.HEADERS), name="jobs/data.bin")
                fetched = self.fetch_trusting(s3, *options, env=env, name="jobs/data.bin")
                self.assertEqual(fetched.code, 0, fetched.stderr)
                self.assertTrue((fetched.target / "data.bin").read_bytes() == data[:], "other bytes came")
                self.assertTrue([request for request in s3.requests if request.range], "no part was asked for")
                self.assertEqual([self.sent(request) for request in s3.requests], [sent] * len(s3.requests))
                self.assertNotIn(key["key"], fetched.stderr)

    def test_the_key_is_not_sent_in_the_clear(self):
        s3 = self.serve(TREE_TAR_GZ)
        fetched = self.fetch(s3, "--sse-c-key-file", self.file)
        self.assert_error(fetched, BAD_CONFIG, s3.endpoint, "https://")
        self.assertNotIn(base64.b64encode(self.key).decode(), fetched.stderr)
        self.assertEqual(s3.connections, 0)


class Proxies(TlsTest):
    def proxy(self, **settings):
        proxy = ConnectProxy(**settings)
        proxy.__enter__()
        self.addCleanup(proxy.__exit__)
        return proxy

    def test_https_goes_through_the_proxy_of_https_proxy(self):
        for variable in ("HTTPS_PROXY", "https_proxy"):
            with self.subTest(variable):
                s3, proxy = self.serve_tls(), self.proxy()
                self.assert_whole(self.fetch_trusting(s3, env={variable: proxy.url}), TREE)
                self.assertEqual(proxy.connects, [s3.address])

    def test_no_proxy_goes_direct(self):
        for variable, value in (("NO_PROXY", "127.0.0.1"), ("no_proxy", "example.com,127.0.0.1"), ("NO_PROXY", "*")):
            with self.subTest(variable, value=value):
                s3, proxy = self.serve_tls(), self.proxy()
                self.assert_whole(self.fetch_trusting(s3, env={"HTTPS_PROXY": proxy.url, variable: value}), TREE)
                self.assertEqual(proxy.connects, [])

    def test_no_proxy_for_another_host_changes_nothing(self):
        s3, proxy = self.serve_tls(), self.proxy()
        self.assert_whole(self.fetch_trusting(s3, env={"HTTPS_PROXY": proxy.url, "NO_PROXY": "example.com"}), TREE)
        self.assertEqual(proxy.connects, [s3.address])

    def test_the_certificate_is_verified_behind_a_proxy_too(self):
        s3, proxy = self.serve_tls(), self.proxy()
        self.assert_refused(s3, self.fetch(s3, env={"HTTPS_PROXY": proxy.url}))

    def assert_told_of_a_proxy_that_refuses_with(self, status):
        s3, proxy = self.serve_tls(), self.proxy(refuse_with=status)
        fetched = self.fetch_trusting(s3, env={"HTTPS_PROXY": proxy.url})
        self.assert_error(fetched, UNAVAILABLE, str(status), "(?i)proxy")
        self.assertEqual(s3.connections, 0)
        self.assertLess(len(proxy.connects), 20)

    def test_a_proxy_that_wants_a_password_is_an_error_that_says_so(self):
        self.assert_told_of_a_proxy_that_refuses_with(407)

    def test_a_proxy_that_reaches_nobody_is_an_error_that_says_so(self):
        self.assert_told_of_a_proxy_that_refuses_with(502)

    def test_a_proxy_that_is_not_there_is_an_error_that_says_so_without_its_password(self):
        with ConnectProxy() as closed:
            address = closed.url.removeprefix("http://")
        fetched = self.fetch_trusting(self.serve_tls(), env={"HTTPS_PROXY": f"http://user:proxy-password@{address}"})
        self.assert_error(fetched, UNAVAILABLE, "(?i)proxy")
        self.assertNotIn("proxy-password", fetched.stderr)


if __name__ == "__main__":
    unittest.main()
