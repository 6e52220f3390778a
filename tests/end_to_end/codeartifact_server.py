"""A stand-in for AWS CodeArtifact, which cannot be had without an AWS account.

It answers GetAuthorizationToken and GetRepositoryEndpoint as AWS's API reference writes them down, only where they are
signed right, and serves a repository to nobody but the holder of its token.
"""
import base64
import json
import types

from package_index import PackageIndex, files_handler
from sigv4_check import AUTHORIZATION, is_signed_right
from support import http_server

ARN = "arn:aws:codeartifact:eu-west-1:123456789012:repository/my-domain/my-repo"
DOMAIN = "domain=my-domain&domain-owner=123456789012"
TOKEN_CALL = f"POST /v1/authorization-token?{DOMAIN}"
ENDPOINT_CALL = f"GET /v1/repository/endpoint?{DOMAIN}&format=pypi&repository=my-repo"

ACCESS_KEY, SECRET_KEY = "AKIDCODEARTIFACT", "secret/of+the/stand-in"
TOKEN = "eyJ2ZXIiOjF9.made-up_token.0123456789"
BASIC = "Basic " + base64.b64encode(f"aws:{TOKEN}".encode()).decode()


class CodeArtifact:
    """`index` is what the repository has. `refusal` (status, code, message) is given in the place of answers; with `hangs`
    there are none at all."""

    def __init__(self, directory):
        self.index = PackageIndex(directory / "pypi/my-repo")
        self.calls = []
        self.files = []  # paths of the repository that were asked for
        self.refusal = None
        self.hangs = False
        self._files_handler = files_handler(directory, self.files)

    def serve(self):
        """Serves for as long as a `with` lasts; gives the service's URL."""
        service = self

        class Handler(self._files_handler):
            def do_GET(self):
                if self.path.startswith("/v1/"):
                    service.calls.append(f"{self.command} {self.path}")
                    self.answer_call()
                elif self.headers["Authorization"] == BASIC:
                    super().do_GET()
                else:
                    self.send_error(401)

            do_POST = do_GET

            def answer_call(self):
                if service.hangs:
                    self.rfile.read()  # until the client goes
                elif not self.is_signed():
                    self.send_json(403, {"message": "Signed wrong."}, "InvalidSignatureException")
                elif service.refusal:
                    status, code, message = service.refusal
                    self.send_json(status, {"message": message}, code)
                elif service.calls[-1] == TOKEN_CALL:
                    self.send_json(200, {"authorizationToken": TOKEN, "expiration": 1.7041646E9})
                elif service.calls[-1] == ENDPOINT_CALL:
                    self.send_json(200, {"repositoryEndpoint": f"http://{self.headers['Host']}/pypi/my-repo/"})
                else:
                    self.send_json(404, {"message": "No such thing."}, "ResourceNotFoundException")

            def is_signed(self):
                request = types.SimpleNamespace(method=self.command, path=self.path, headers={
                    name.lower(): value for name, value in self.headers.items()})
                said = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
                return (said is not None and said.group("key", "region", "service") ==
                        (ACCESS_KEY, "eu-west-1", "codeartifact") and is_signed_right(request, said, SECRET_KEY))

            def send_json(self, status, answer, error=None):
                body = json.dumps(answer).encode()
                self.send_response(status)
                if error:
                    self.send_header("x-amzn-ErrorType", error + ":http://internal.amazon.com/coral/")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return http_server(Handler)

    def env(self, url):
        """What a job's environment must hold to use this repository, at the URL that serve() gives."""
        return {"CA_REPOSITORY_ARN": ARN, "AWS_ENDPOINT_URL_CODEARTIFACT": url, "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1"}
