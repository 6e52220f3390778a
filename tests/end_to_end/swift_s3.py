#!/usr/bin/python3
"""A real S3 server on loopback that checks signatures: OpenStack Swift with s3api and tempauth, in one process.

    swift_s3.py DIRECTORY [SECONDS]

keeps everything in DIRECTORY (which it makes anew), chooses free ports, and prints `READY http://127.0.0.1:PORT`
when it serves. Access key `test:tester`, secret key `testing`, region us-east-1. It ends on SIGTERM, with the process
that started it, and after SECONDS (default an hour), whichever comes first; memcached ends with it.

Needs Debian's swift-proxy, swift-account, swift-container, swift-object and memcached, and /usr/bin/python3, whose
packages they are. Nothing outside DIRECTORY is read or written, and root is not needed.
"""
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time

# Swift runs on eventlet, which must patch the standard library before anything else uses it. Its own resolver
# would read /etc/resolv.conf and ask the network for loopback names.
os.environ["EVENTLET_NO_GREENDNS"] = "yes"
import eventlet  # noqa: E402

eventlet.monkey_patch()
from eventlet import wsgi  # noqa: E402

PR_SET_PDEATHSIG = 1
FILTERS = "catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth bulk copy slo dlo".split()


def end_with_parent(by=signal.SIGTERM):
    """Ask the kernel for a signal when the parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)


class Silent:
    """wsgi.server wants a log file; nobody reads one here."""

    def write(self, text):
        pass


def start_memcached(directory):
    """Start memcached on a port that it chooses itself, and give the port. Swift answers 500 without one."""
    port_file = f"{directory}/memcached.port"
    command = ["memcached", "-l", "127.0.0.1", "-p", "-1", "-U", "0", "-m", "16"]
    if os.geteuid() == 0:
        command += ["-u", "root"]
    process = subprocess.Popen(command, env={**os.environ, "MEMCACHED_PORT_FILENAME": port_file},
                               preexec_fn=lambda: end_with_parent(signal.SIGKILL))
    while not os.path.exists(port_file):  # memcached writes it under another name and then renames it
        if process.poll() is not None:
            sys.exit(f"memcached ended with {process.returncode}")
        time.sleep(0.01)
    with open(port_file) as file:
        return int(file.read().split()[-1])


def write_config(path, text):
    with open(path, "w") as file:
        file.write(text)


def write_backend(directory, kind, port):
    """Write the ring (one device that holds everything) and the configuration of one of the three backends."""
    from swift.common.ring import RingBuilder
    ring = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
    ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0, "meta": "",
                  "replication_ip": "127.0.0.1", "replication_port": port})
    ring.rebalance()
    ring.get_ring().save(f"{directory}/etc/{kind}.ring.gz")
    write_config(f"{directory}/etc/{kind}.conf", f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {directory}/etc
devices = {directory}/srv
mount_check = false
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
recon_cache_path = {directory}/cache
""")


def write_proxy(directory, port, memcached_port):
    options = {
        "cache": f"memcache_servers = 127.0.0.1:{memcached_port}\n",
        # Listings come in pages of so few keys that a test needs no thousands of objects to see more than one.
        "s3api": "location = us-east-1\ns3_acl = false\nmax_bucket_listing = 50\n",
        "tempauth": "user_test_tester = testing .admin\n",
    }
    filters = "".join(
        f"[filter:{name}]\nuse = egg:swift#{'memcache' if name == 'cache' else name}\n{options.get(name, '')}"
        for name in FILTERS)
    write_config(f"{directory}/etc/proxy.conf", f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {directory}/etc
[pipeline:main]
pipeline = {' '.join(FILTERS)} proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
{filters}""")


def read_swift_conf_from(directory):
    """Swift has the path of swift.conf, and what it holds, in module globals that its modules read on import."""
    write_config(f"{directory}/etc/swift.conf", """[swift-hash]
swift_hash_path_prefix = sm-train
swift_hash_path_suffix = sm-train
[storage-policy:0]
name = only
default = yes
""")
    from swift.common import utils
    utils.SWIFT_CONF_FILE = f"{directory}/etc/swift.conf"
    utils.HASH_PATH_PREFIX = utils.HASH_PATH_SUFFIX = b"sm-train"
    from swift.common import storage_policy
    storage_policy.reload_storage_policies()


def main(directory, seconds=3600.0):
    end_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shutil.rmtree(directory, ignore_errors=True)
    for name in ("etc", "cache", "srv/d1"):
        os.makedirs(f"{directory}/{name}")
    read_swift_conf_from(directory)
    memcached_port = start_memcached(directory)
    # Listening first and configuring after: a port that is ours cannot be taken in between.
    sockets = {kind: eventlet.listen(("127.0.0.1", 0), backlog=512)
               for kind in ("object", "container", "account", "proxy")}
    ports = {kind: socket.getsockname()[1] for kind, socket in sockets.items()}
    for kind in ("object", "container", "account"):
        write_backend(directory, kind, ports[kind])
    write_proxy(directory, ports["proxy"], memcached_port)

    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.wsgi import loadapp
    for kind, socket in sockets.items():
        application = loadapp(f"{directory}/etc/{kind}.conf", global_conf={"log_name": kind})
        eventlet.spawn(wsgi.server, socket, application, log=Silent(), protocol=SwiftHttpProtocol,
                       capitalize_response_headers=False)
    print(f"READY http://127.0.0.1:{ports['proxy']}", flush=True)
    eventlet.sleep(seconds)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), *map(float, sys.argv[2:]))
