"""An S3 stand-in that makes faults, and that takes no request which is not signed right.

It computes every request's signature anew with botocore, so that a retry or a range that is signed badly is seen. An
object is anything with a length and slices. A fault is a function: it takes the answer that S3 would give, and gives
the one that is sent, or None where the connection is reset without one.
"""
import dataclasses
import datetime
import email.utils
import hashlib
import http.server
import itertools
import os
import re
import socket
import ssl
import struct
import threading
import urllib.parse
from xml.sax.saxutils import escape

from sigv4_check import AUTHORIZATION, is_signed_right

ACCESS_KEY = "AKIDFAULTS"
SECRET_KEY = "secret/of+the/faulty/server"
LONGEST_SKEW = datetime.timedelta(minutes=15)
BLOCK = 256 * 1024


class Pattern:
    """`head` and then a cycle of bytes, so that an object of any size takes little memory."""

    _LENGTH = 1_000_003  # a prime, so that no part begins as another does
    _CYCLE = hashlib.shake_128(b"pattern").digest(_LENGTH)
    _TWO_CYCLES = _CYCLE + _CYCLE

    def __init__(self, size, head=b""):
        self.size, self.head = size, head

    def __len__(self):
        return self.size

    def __getitem__(self, places):
        start, stop, _ = places.indices(self.size)
        if start < len(self.head):
            return self.head[start:stop] + self[len(self.head):stop]
        first, size = start % self._LENGTH, max(0, stop - start)
        cycles = self._TWO_CYCLES if first + size <= 2 * self._LENGTH else self._CYCLE * (size // self._LENGTH + 2)
        return cycles[first:first + size]


@dataclasses.dataclass(frozen=True)
class _Range:
    """A part of something that has slices, as something that has slices."""
    data: object
    first: int
    size: int

    def __len__(self):
        return self.size

    def __getitem__(self, places):
        start, stop, _ = places.indices(self.size)
        return self.data[self.first + start:self.first + stop]


@dataclasses.dataclass
class Object:
    data: object
    headers: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if "ETag" not in self.headers:
            self.headers = {"ETag": f'"{hashlib.md5(self.data[:]).hexdigest()}"', **self.headers}


@dataclasses.dataclass(frozen=True)
class Answer:
    status: "int | bytes"  # bytes are sent to the letter in the place of it all
    headers: dict
    body: object = b""
    ends_after: "int | None" = None  # bytes of the body, and then the connection
    ending: str = "closed"  # or "reset", or "kept" without a word until the client goes


@dataclasses.dataclass
class Request:
    method: str
    path: str  # to the letter
    headers: dict  # names in lower case
    refused: "str | None" = None  # the code of S3's error, where credentials, signature, clock or region were wrong

    @property
    def range(self):
        """First and last byte, where it asks for a range; the last may be None."""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        return match and (int(match[1]), int(match[2]) if match[2] else None)

    @property
    def first_byte(self):
        """Of the range; None where it asks for the whole."""
        return self.range and self.range[0]


def error(status, code, message="", headers=None, more=""):
    """An answer of S3's with its XML."""
    body = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
            f"{more}<RequestId>4442587FB7D0A2F9</RequestId></Error>").encode()
    headers = {"Content-Type": "application/xml", "Content-Length": str(len(body)), **(headers or {})}
    return Answer(status, headers, body)


# Faults.

def instead(answer):
    return lambda _: answer


def ends_after(size, ending="closed"):
    return lambda answer: dataclasses.replace(answer, ends_after=size, ending=ending)


def with_headers(**headers):
    """Underscores stand for hyphens; None removes a header."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda answer: dataclasses.replace(answer, headers={
        name: value for name, value in {**answer.headers, **changed}.items() if value is not None})


def with_body(change):
    return lambda answer: dataclasses.replace(answer, body=change(answer.body))


def flip_byte(at):
    return with_body(lambda body: body[:at] + bytes([body[at:at + 1][0] ^ 0xFF]) + body[at + 1:])


def chunked(answer):
    """Without a Content-Length."""
    blocks = [answer.body[start:start + BLOCK // 4] for start in range(0, len(answer.body), BLOCK // 4)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(block), block) for block in [*blocks, b""])
    return with_headers(Content_Length=None, Transfer_Encoding="chunked")(dataclasses.replace(answer, body=body))


def no_answer(_):
    return None


slow_down = instead(error(503, "SlowDown", "Please reduce your request rate."))
internal_error = instead(error(500, "InternalError", "We encountered an internal error. Please try again."))


class FaultyS3:
    """The server for as long as a `with` lasts. `objects` maps "bucket/key" to bytes or an Object. Each request takes
    the next of `faults`; None, and what comes after the last, is no fault. Where `range_faults` are given, requests
    with a Range header take theirs from there. With ranges=False it knows neither Range nor If-Match; region=None is
    any."""

    def __init__(self, objects, faults=(), range_faults=None, region="us-east-1", token=None, ranges=True,
                 if_match=True, ahead=datetime.timedelta(), tls=None, host="127.0.0.1"):
        self.objects = {name: held if isinstance(held, Object) else Object(held) for name, held in objects.items()}
        self.requests = []
        self.connections = 0
        self.faults = iter(faults)
        self.range_faults = None if range_faults is None else iter(range_faults)
        self._region, self._token, self._ahead = region, token, ahead
        self._ranges, self._if_match = ranges, ranges and if_match
        self._lock = threading.Lock()
        self._server = _Server(self, tls)
        self.address = f"{host}:{self._server.server_port}"
        self.endpoint = f"{'https' if tls else 'http'}://{self.address}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def env(self):
        """What a client's environment must hold to reach this server."""
        return {"AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY, **({"AWS_SESSION_TOKEN": self._token} if self._token else {})}

    def put(self, name, data):
        self.objects[name] = Object(data)

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + self._ahead

    def answer(self, request):
        with self._lock:
            self.requests.append(request)
            faults = self.range_faults if request.range and self.range_faults is not None else self.faults
            fault = next(faults, None)
        answer = self._refusal(request) or self._object_answer(request)
        return answer if fault is None or request.refused else fault(answer)

    def _refusal(self, request):
        for check in (self._check_signature, self._check_time, self._check_region):
            answer = check(request)
            if answer:
                request.refused = re.search(b"<Code>(.*?)</Code>", answer.body)[1].decode()
                return answer
        return None

    def _check_signature(self, request):
        said = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if not said or said["service"] != "s3":
            return error(403, "AccessDenied", "Access Denied")
        if said["key"] != ACCESS_KEY:
            return error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
        if request.headers.get("x-amz-security-token") != self._token:
            return error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        if not is_signed_right(request, said, SECRET_KEY):
            return error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the "
                         "signature you provided. Check your key and signing method.")
        return None

    def _check_time(self, request):
        time = datetime.datetime.strptime(request.headers["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        if abs(time - self.now()) > LONGEST_SKEW:
            return error(403, "RequestTimeTooSkewed",
                         "The difference between the request time and the current time is too large.")
        return None

    def _check_region(self, request):
        region = AUTHORIZATION.fullmatch(request.headers["authorization"])["region"]
        if self._region in (region, None):
            return None
        return error(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region "
                     f"'{region}' is wrong; expecting '{self._region}'", more=f"<Region>{self._region}</Region>")

    def honest_answer(self, name, **headers):
        """What S3 would answer to a GET."""
        return self._object_answer(Request("GET", "/" + urllib.parse.quote(name), headers))

    def _object_answer(self, request):
        name = urllib.parse.unquote(request.path.partition("?")[0].removeprefix("/"), errors="strict")
        held = self.objects.get(name)
        if held is None and not any(known.startswith(name.partition("/")[0] + "/") for known in self.objects):
            return error(404, "NoSuchBucket", "The specified bucket does not exist")
        if held is None:
            return error(404, "NoSuchKey", "The specified key does not exist.")
        if self._if_match and request.headers.get("if-match", held.headers["ETag"]) != held.headers["ETag"]:
            return error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        size = len(held.data)
        headers = {"Content-Type": "binary/octet-stream", **({"Accept-Ranges": "bytes"} if self._ranges else {}),
                   **held.headers}
        if not request.range or not self._ranges:
            return Answer(200, {**headers, "Content-Length": str(size)}, held.data)
        first, last = request.range
        last = size - 1 if last is None else min(last, size - 1)
        if first > last:
            return error(416, "InvalidRange", "The requested range is not satisfiable")
        return Answer(206, {**headers, "Content-Length": str(last - first + 1),
                            "Content-Range": f"bytes {first}-{last}/{size}"},
                      _Range(held.data, first, last - first + 1))


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, s3, tls):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.s3 = s3
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake is made where the first byte is read: in the connection's own thread.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def get_request(self):
        self.s3.connections += 1
        return super().get_request()

    def handle_error(self, request, client_address):
        pass  # a client that went away


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        request = Request(self.command, self.requestline.split(" ")[1],
                          {name.lower(): value for name, value in self.headers.items()})
        answer = self.server.s3.answer(request)
        if answer is None:
            return self._end("reset")
        self._send(answer)
        if answer.ends_after is not None or "Content-Length" not in answer.headers:
            self._end(answer.ending)
        return None

    do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = do_GET

    def _send(self, answer):
        if isinstance(answer.status, bytes):
            return self.wfile.write(answer.status)
        self.send_response_only(answer.status)
        self.send_header("Date", email.utils.format_datetime(self.server.s3.now(), usegmt=True))
        self.flush_headers()
        for name, value in answer.headers.items():
            self.wfile.write(f"{name}: {value}\r\n".encode("latin-1"))
        self.wfile.write(b"\r\n")
        end = len(answer.body) if answer.ends_after is None else min(answer.ends_after, len(answer.body))
        for start in range(0, end if self.command != "HEAD" else 0, BLOCK):
            self.wfile.write(answer.body[start:min(start + BLOCK, end)])

    def _end(self, how):
        self.close_connection = True
        if how == "kept":
            self.rfile.read()
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_message(self, *_):
        pass


def repeated(fault):
    """The fault for each request, however many come."""
    return itertools.repeat(fault)
