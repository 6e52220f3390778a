"""nginx on loopback as a fast S3 server for reading: it serves files path-style, /BUCKET/KEY, with Range, ETag and
If-Match, and a listing of each bucket as ListObjectsV2 gives it. It does not look at signatures."""
import datetime
import getpass
import os
import pathlib
import socket
import subprocess
import tempfile
import urllib.request
from xml.sax.saxutils import escape

import objects

NGINX = "/usr/sbin/nginx"


def listing(cache, bucket):
    """What ListObjectsV2 answers for the whole of a bucket, with the ETags that nginx gives the files."""
    contents = []
    for key in objects.keys(cache, bucket):
        facts = (cache / bucket / key).stat()
        modified = datetime.datetime.fromtimestamp(int(facts.st_mtime), datetime.timezone.utc)
        contents.append(f"<Contents><Key>{escape(key)}</Key>"
                        f"<LastModified>{modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
                        f"<ETag>&quot;{int(facts.st_mtime):x}-{facts.st_size:x}&quot;</ETag>"
                        f"<Size>{facts.st_size}</Size><StorageClass>STANDARD</StorageClass></Contents>")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{escape(bucket)}</Name><Prefix></Prefix><KeyCount>{len(contents)}</KeyCount>"
            f"<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{''.join(contents)}</ListBucketResult>\n")


def config(directory, cache, port):
    # A master that is root would start its workers as another user, who may not read the files.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    temporary = "\n".join(f'  {kind}_temp_path "{directory}/{kind}";'
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""{user}
daemon off;
worker_processes auto;
pid "{directory}/nginx.pid";
error_log "{directory}/error.log";
events {{ worker_connections 1024; }}
http {{
{temporary}
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  server {{
    listen 127.0.0.1:{port};
    root "{cache}";
    rewrite ^/([^/]+)/?$ /.listings/$1 last;
    location /.listings/ {{
      internal;
      root "{directory}";
      default_type application/xml;
    }}
  }}
}}
"""


class NginxServer:
    """The server for as long as a `with` lasts. Its buckets are the directories in `cache`."""

    def __init__(self, cache, buckets):
        self._cache = cache
        self._buckets = buckets

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="nginx-")
        directory = pathlib.Path(self._directory.name)
        (directory / ".listings").mkdir()
        for bucket in self._buckets:
            (directory / ".listings" / bucket).write_text(listing(self._cache, bucket))
        # nginx takes over a socket that listens already, as it does when it is upgraded. So its port is free for
        # certain, and it answers from now on.
        with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
            port = listener.getsockname()[1]
            (directory / "nginx.conf").write_text(config(directory, self._cache, port))
            self._process = subprocess.Popen(
                [NGINX, "-p", directory, "-c", directory / "nginx.conf", "-e", directory / "error.log"],
                env={"NGINX": f"{listener.fileno()};"}, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
        self.endpoint = f"http://127.0.0.1:{port}"
        try:
            urllib.request.urlopen(f"{self.endpoint}/{self._buckets[0]}").close()
        except OSError as error:
            said = (directory / "error.log").read_text() if (directory / "error.log").exists() else ""
            self.__exit__()
            raise RuntimeError(f"{NGINX} does not serve: {error}: {said}") from error
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._directory.cleanup()

    def url(self, bucket, key):
        """Where curl finds an object."""
        return f"{self.endpoint}/{bucket}/{key}"

    def env(self):
        """What the environment of an S3 client must hold; nobody looks at the keys."""
        return {"AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "any",
                "AWS_SECRET_ACCESS_KEY": "any"}
