#!/usr/bin/python3
"""Starts swift_s3.py and puts objects into it, with botocore as an S3 client that is not our own.

    s3_server.py put ENDPOINT s3://BUCKET/KEY FILE      makes the bucket where it is missing
"""
import concurrent.futures
import contextlib
import pathlib
import signal
import subprocess
import sys
import tempfile

import botocore.config
import botocore.session

ACCESS_KEY = "test:tester"
SECRET_KEY = "testing"
REGION = "us-east-1"


def client(endpoint):
    return botocore.session.get_session().create_client(
        "s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY, config=botocore.config.Config(s3={"addressing_style": "path"}))


def make_bucket(s3, bucket):
    try:
        s3.create_bucket(Bucket=bucket)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass


class S3Server:
    """The server for as long as a `with` lasts."""

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="swift-")
        program = pathlib.Path(__file__).with_name("swift_s3.py")
        self._process = subprocess.Popen([str(program), self._directory.name], stdout=subprocess.PIPE, text=True)
        ready = self._process.stdout.readline().split()
        if ready[:1] != ["READY"]:
            self._directory.cleanup()
            raise RuntimeError(f"{program} did not start: exit code {self._process.wait()}")
        self.endpoint = ready[1]
        self._client = client(self.endpoint)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.communicate()
        self._directory.cleanup()

    def put(self, bucket, key, body):
        """Puts an object, with its bucket where that is missing, and gives its URI."""
        make_bucket(self._client, bucket)
        self._client.put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    def put_tree(self, bucket, prefix, objects):
        """Puts the objects, by their names behind the prefix, several at a time, and gives the prefix's URI."""
        make_bucket(self._client, bucket)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda item: self._client.put_object(Bucket=bucket, Key=prefix + item[0], Body=item[1]),
                          objects.items()))
        return f"s3://{bucket}/{prefix}"

    def get(self, bucket, key):
        return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def size(self, bucket, key):
        return self._client.head_object(Bucket=bucket, Key=key)["ContentLength"]

    def first_page(self, bucket, prefix):
        """The keys in the first answer to a listing."""
        listing = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [held["Key"] for held in listing.get("Contents", [])]

    @contextlib.contextmanager
    def paused(self):
        """Nothing is answered for as long as a `with` lasts."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def env(self):
        """What a job's environment must hold to reach this server."""
        return {"AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


def main(endpoint, uri, file):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3 = client(endpoint)
    make_bucket(s3, bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=pathlib.Path(file).read_bytes())


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] != "put":
        sys.exit(__doc__)
    main(*sys.argv[2:])
