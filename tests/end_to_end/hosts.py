"""Several hosts on one machine: algo-1 to algo-N, each made of Linux namespaces.

A host has its own network (eth0 on a switch that all of them share), host name, processes, mounts, /dev/shm, /etc, /opt,
/root, /run and /tmp; the rest is the machine's. Its own name is not algo-I, as on SageMaker, and no sshd runs. Nothing
of it can be seen from outside, so that several suites run at once; it ends with the process that made it, however that
ends.
"""
import contextlib
import functools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from support import SM_TRAIN, TIMEOUT, EndToEndTest, MockOptMl, Run, clean_env, running, wait_until

DIRECTORIES = ("opt", "root", "run", "tmp")  # tmp is the last: the others may lie below the machine's
ON_HOST = "/opt/bin/sm-train"  # the binary, on each host

PYTHON = "/usr/bin/python3"  # which Debian's packages of Python modules are for, and which all hosts have

# With its own parent ends a process, and with it what its namespaces hold.
UNTIL_WE_END = ["setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "--kill-child"]
OF_A_HOST = ["--net", "--uts", "--mount", "--pid", "--mount-proc"]


@functools.cache
def why_no_hosts():
    """Why hosts cannot be had here; None where they can."""
    if os.geteuid() != 0:
        return "hosts of namespaces need root"
    missing = [tool for tool in ("ip", "nsenter", "setpriv", "unshare") if not shutil.which(tool)]
    if missing:
        return f"hosts of namespaces need {', '.join(missing)}: scripts/install-dependencies hosts"
    tried = subprocess.run([*UNTIL_WE_END, *OF_A_HOST, "ip", "link", "add", "br0", "type", "bridge"],
                           capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else "no namespaces can be had here: " + tried.stderr.strip()


@functools.cache
def has_module(name):
    """Whether PYTHON finds a module. It is not imported, which takes torch seconds."""
    find = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is None)"
    return subprocess.run([PYTHON, "-c", find], check=False).returncode == 0


def address(number):
    return f"10.77.0.{number}"


def link_address(number):
    return f"02:00:00:00:00:{number:02x}"


def only_child(pid):
    """The process id of a process's child, once it is there."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return int(wait_until(children.read_text, f"a child of process {pid}"))


def ip(pid, lines):
    """Commands of ip in the network of a process."""
    subprocess.run(["nsenter", "--target", str(pid), "--net", "ip", "-batch", "-"], input="\n".join(lines), text=True,
                   check=True)


class Host:
    """One of the hosts. What it holds below /opt and the other directories of its own can be read here also after its
    end."""

    def __init__(self, directory, number, hosts):
        self.directory = directory
        self.number = number
        self.name = f"algo-{number}"
        self.process = None  # its sm-train
        self.ended = None  # when that one ended, as time.time()
        for name in (*DIRECTORIES, "layers"):
            (directory / name).mkdir(parents=True)
        (directory / "tmp").chmod(0o1777)
        (directory / "root").chmod(0o700)
        (directory / "run/sshd").mkdir()  # of an image that has sshd
        (directory / "hosts").write_text(
            "127.0.0.1 localhost\n" + "".join(f"{address(each)} algo-{each}\n" for each in range(1, hosts + 1)))
        (directory / "opt/bin").mkdir()
        (directory / "opt/bin/sm-train").touch()

    def boot(self):
        self.keeper = subprocess.Popen([*UNTIL_WE_END, *OF_A_HOST, PYTHON, "-B", __file__, str(self.directory),
                                        f"ip-{address(self.number).replace('.', '-')}", SM_TRAIN],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        with self.keeper.stdout as stdout:
            if stdout.readline() != b"ready\n":
                raise AssertionError(f"{self.name} does not start")
        self.init = only_child(self.keeper.pid)

    def shut_down(self):
        """The host's first process is killed, and with it all others."""
        self.keeper.kill()
        self.keeper.wait()
        wait_until(lambda: not running(self.init), f"the end of {self.name}")

    def command(self, *argv):
        """A command which runs another on this host."""
        return [shutil.which("nsenter"), "--target", str(self.init), "--net", "--uts", "--mount", "--pid", *map(str, argv)]

    def write(self, name, content, mode=0o644):
        """A file on this host: "opt/bin/torchrun"."""
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)

    def start(self, args=(), env=()):
        machine = clean_env("/root")
        environment = {**machine, "PATH": "/opt/bin:" + machine["PATH"], **dict(env)}
        with open(self.directory / "stdout", "wb") as stdout, open(self.directory / "stderr", "wb") as stderr:
            self.process = subprocess.Popen(self.command(ON_HOST, "train", *args), env=environment, cwd="/",
                                            stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        return self.process

    def signal(self, number):
        """A signal to sm-train itself, which is nsenter's child."""
        os.kill(only_child(self.process.pid), number)

    def stdout(self):
        return (self.directory / "stdout").read_bytes()

    def stderr(self):
        return (self.directory / "stderr").read_text(errors="replace")

    def failure(self):
        return self.ml.failure()

    def success(self):
        return (self.ml.path / "output/success").exists()

    def processes(self):
        """The command lines of this host's processes."""
        found = []
        for process in pathlib.Path(f"/proc/{self.init}/root/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                found.append((process / "cmdline").read_bytes().split(b"\0")[:-1])
        return found

    def files(self):
        """All files of this host's own."""
        root = pathlib.Path(f"/proc/{self.init}/root")
        for top in (*DIRECTORIES, "dev/shm", "etc"):
            for directory, _, names in os.walk(root / top):
                for name in names:
                    yield pathlib.Path(directory, name)


class Hosts:
    """algo-1 to algo-N, as long as this context lasts: hosts[1] is algo-1."""

    def __init__(self, count):
        self.count = count
        self.alive = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as alive:
            directory = pathlib.Path(alive.enter_context(tempfile.TemporaryDirectory(prefix="sm-train-hosts-")))
            self.switch = self.start_switch(alive)
            self.hosts = {number: Host(directory / str(number), number, self.count)
                          for number in range(1, self.count + 1)}
            for host in self.hosts.values():
                host.boot()
                alive.callback(host.shut_down)
            self.connect()
            self.alive = alive.pop_all()
        return self

    def __exit__(self, *_):
        self.alive.close()
        for host in self.hosts.values():
            if host.process:
                host.process.wait()

    def __getitem__(self, number):
        return self.hosts[number]

    def __iter__(self):
        return iter(self.hosts.values())

    @staticmethod
    def start_switch(alive):
        keeper = subprocess.Popen([*UNTIL_WE_END, "--net", "sh", "-c", "echo ready; exec sleep infinity"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        alive.callback(keeper.wait)
        alive.callback(keeper.kill)
        with keeper.stdout as stdout:
            stdout.readline()
        return keeper.pid

    def connect(self):
        ports = [f"link add port{host.number} type veth peer name eth0 address {link_address(host.number)} "
                 f"netns {host.init}\nlink set port{host.number} master br0 up" for host in self]
        ip(self.switch, ["link add br0 type bridge", "link set br0 up", *ports])
        for host in self:
            # Known for ever: to a host that has gone packets go on being sent, and none comes back, not even an error.
            neighbours = [f"neigh add {address(other.number)} lladdr {link_address(other.number)} nud permanent dev eth0"
                          for other in self if other is not host]
            ip(host.init, ["link set lo up", f"addr add {address(host.number)}/24 dev eth0", "link set eth0 up",
                           *neighbours])

    def job(self, hyperparameters, program_files, hosts=None, **resource):
        """The same job for all hosts: files below code/ by name, and further keys of resourceconfig.json."""
        for host in self:
            host.ml = MockOptMl(host.directory / "opt/ml", hyperparameters)
            host.ml.write("input/config/resourceconfig.json", json.dumps({
                "current_host": host.name, "hosts": hosts or [each.name for each in self],
                "network_interface_name": "eth0", **resource}))
            for name, content in program_files.items():
                host.ml.write(f"code/{name}", content)

    def install(self, name, content):
        """A program that stands first on PATH on all hosts."""
        for host in self:
            host.write(f"opt/bin/{name}", content, mode=0o755)

    def start(self, number, args=(), env=()):
        """sm-train on one host."""
        return self[number].start(args, env)

    def start_all(self, args=(), env=()):
        for host in self:
            host.start(args, env)

    def kill(self, number):
        """A host is gone all at once, and none of its connections is closed."""
        ip(self.switch, [f"link set port{number} down"])
        self[number].shut_down()

    def finish(self, *numbers, within=TIMEOUT):
        """Waits until sm-train has ended on these hosts, or on all; gives what each run left, by the host's number."""
        waiting = {number: self[number] for number in numbers or self.hosts}
        waited_for = list(waiting)
        end = time.monotonic() + within
        while waiting:
            for number, host in list(waiting.items()):
                if host.process.poll() is not None:
                    host.ended = time.time()
                    del waiting[number]
            if time.monotonic() > end:
                raise AssertionError(f"after {within} s still running: {', '.join(host.name for host in waiting.values())}\n"
                                     + self.told())
            time.sleep(0.005)
        return {number: self.left(self[number]) for number in waited_for}

    @staticmethod
    def left(host):
        return Run(code=host.process.returncode, stdout=host.stdout(), stderr=host.stderr(), failure=host.failure(),
                   success=host.success())

    def told(self):
        """What all hosts have written, for the message of a test that fails."""
        return "\n".join(f"--- {host.name}, stdout:\n{host.stdout().decode(errors='replace')}\n"
                         f"--- {host.name}, stderr:\n{host.stderr()}\n--- {host.name}, failure: {host.failure()}"
                         for host in self if host.process)


class HostsTest(EndToEndTest):
    """Gives tests hosts of their own, and skips them where there can be none."""

    def setUp(self):
        super().setUp()
        if why_no_hosts():
            self.skipTest(why_no_hosts())

    def hosts(self, count):
        return self.enterContext(Hosts(count))

    def assert_all_succeeded(self, hosts, runs):
        for number, run in runs.items():
            with self.subTest(host=hosts[number].name):
                self.assertEqual((run.code, run.success, run.failure), (0, True, None), hosts.told())

    def assert_all_failed(self, hosts, runs, *said, code=None):
        """Each of these hosts reports a failure with each of `said` (regular expressions) in its reason."""
        for number, run in runs.items():
            with self.subTest(host=hosts[number].name):
                self.assertNotEqual(run.code, 0, hosts.told())
                if code is not None:
                    self.assertEqual(run.code, code, hosts.told())
                self.assertFalse(run.success)
                self.assertIsNotNone(run.failure, hosts.told())
                reason = run.failure.split("\nCommand ")[0]  # the command names all hosts
                for pattern in said:
                    self.assertRegex(reason, pattern, hosts.told())


def be_first_process(directory, name, binary):
    """The life of a host: what it has of its own is mounted, then its orphans are buried."""
    def mount(*arguments):
        subprocess.run(["mount", *map(str, arguments)], check=True)

    socket.sethostname(name)
    mount("--bind", binary, directory / "opt/bin/sm-train")
    layers = directory / "layers"  # in memory, since not every file system can be the upper one
    mount("-t", "tmpfs", "tmpfs", layers)
    (layers / "etc").mkdir()
    (layers / "work").mkdir()
    mount("-t", "overlay", "overlay", "-o", f"lowerdir=/etc,upperdir={layers}/etc,workdir={layers}/work", "/etc")
    for file, content in (("hosts", (directory / "hosts").read_text()), ("resolv.conf", "")):
        pathlib.Path("/etc", file).unlink(missing_ok=True)
        pathlib.Path("/etc", file).write_text(content)
    for own in DIRECTORIES:
        mount("--rbind", directory / own, f"/{own}")
    mount("-t", "tmpfs", "tmpfs", "/dev/shm")
    mount("-t", "sysfs", "sysfs", "/sys")  # of this network
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.chdir("/")
    print("ready", flush=True)
    os.close(1)
    while True:
        signal.pause()


if __name__ == "__main__":
    be_first_process(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3])
