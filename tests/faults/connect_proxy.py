"""A proxy that knows CONNECT alone, notes each, and may refuse it."""
import http.server
import select
import socket
import threading


class ConnectProxy:
    """The proxy for as long as a `with` lasts. With a status it refuses."""

    def __init__(self, refuse_with=None):
        self.connects = []  # "host:port" of each
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.connects, self._server.refuse_with = self.connects, refuse_with
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # one of the two went away


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.server.connects.append(self.path)
        self.close_connection = True
        if self.server.refuse_with:
            return self.send_error(self.server.refuse_with)
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            self.send_response_only(200)
            self.end_headers()
            relay(self.connection, server)
        return None

    def do_GET(self):
        self.server.connects.append(self.path)
        self.send_error(501)

    def log_message(self, *_):
        pass


def relay(client, server):
    """Until one of them ends."""
    while True:
        for ready in select.select([client, server], [], [])[0]:
            data = ready.recv(1 << 16)
            if not data:
                return
            (server if ready is client else client).sendall(data)
