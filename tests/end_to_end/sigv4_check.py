"""For stand-ins of AWS's services: whether a request is signed right, by a signature computed anew with botocore."""
import re
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 "
                           r"Credential=(?P<key>[^/,]+)/\d{8}/(?P<region>[^/,]+)/(?P<service>[^/,]+)/aws4_request, ?"
                           r"SignedHeaders=(?P<signed>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})")


def is_signed_right(request, said, secret_key):
    """`request` has a method, a path to the letter, and headers by lower-case name; `said` is AUTHORIZATION's match. All
    headers that AWS wants signed must be."""
    signed = said["signed"].split(";")
    must = {"host", *(name for name in request.headers if name.startswith("x-amz-"))}
    return must <= set(signed) <= set(request.headers) and said["signature"] == _signature(
        request, said, signed, botocore.credentials.Credentials(said["key"], secret_key))


def _signature(request, said, signed_headers, credentials):
    """What the request's signature should be; of a body where a header tells its hash or `request` has it, else of none.
    S3 decodes the path and encodes it anew in its one way."""
    is_s3 = said["service"] == "s3"
    path, _, query = request.path.partition("?")
    if is_s3:
        path = urllib.parse.quote(urllib.parse.unquote_to_bytes(path), safe="/-_.~")
    again = botocore.awsrequest.AWSRequest(
        method=request.method, url=f"http://{request.headers['host']}{path}{'?' if query else ''}{query}",
        headers={name: request.headers[name] for name in signed_headers}, data=getattr(request, "body", b""))
    again.context["timestamp"] = request.headers.get("x-amz-date", "")
    auth = botocore.auth.S3SigV4Auth if is_s3 else botocore.auth.SigV4Auth
    signer = auth(credentials, said["service"], said["region"])
    return signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
