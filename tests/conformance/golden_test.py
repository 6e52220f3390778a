"""Replays the golden cases: jobs with what the program of each saw under the Python toolkit. README.md tells of them.

    SM_TRAIN=path/to/sm-train golden_test.py [CASE...]
"""
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"

# Where sm-train does something else than a case expects, and why. A case that passes all the same fails the test, so
# that this table stays true.
ACCEPTED_DEVIATIONS = {
    "fw_ok": "the framework's function runs, but its sys.argv is not that of the Python toolkit's own train.py",
}

# The CPUs of the machine on which the cases were taken.
RECORDED_CPUS = 2

# What the cases' programs call, and nothing else of this machine, is on PATH.
TOOLS = ("basename cat chmod dirname echo env false id ls mkdir printf python3 rm sed sh sleep touch true uname "
         "which").split()

# A bound against hanging.
TIMEOUT = 120


@dataclasses.dataclass
class Result:
    """What a run left. Texts have ${BASE} and ${CASE} for the paths of the run."""
    code: "int | None"  # as a shell sees it; None: it hung
    stdout: str
    success: bool
    failure: "str | None"
    programs: list  # what each process of the user's recorded
    code_tree: dict
    base_exists: bool


def as_text(data):
    return data.decode("utf-8", "surrogateescape")


def read_or_none(path):
    return as_text(path.read_bytes()) if path.exists() else None


class Job:
    """A case, laid out as a mock /opt/ml in a directory of its own."""

    def __init__(self, source, directory):
        self.case = json.loads((source / "case.json").read_text())
        self.directory = directory
        self.base = directory / "opt" / "ml"
        self.base.mkdir(parents=True)
        for name, to in (("opt_ml", self.base), ("bin", directory / "bin"), ("aux", directory / "aux")):
            if (source / name).is_dir():
                shutil.copytree(source / name, to, symlinks=True, dirs_exist_ok=True)
        for name in self.case.get("mkdirs", []):
            (self.base / name).mkdir(parents=True, exist_ok=True)
        for name in self.case.get("mkfifo", []):
            os.mkfifo(self.base / name)
        for name, mode in self.case.get("chmod", {}).items():
            (self.base / name).chmod(int(mode, 8))
        for link, to in self.case.get("pre_link", {}).items():
            (directory / link).parent.mkdir(parents=True, exist_ok=True)
            (directory / link).symlink_to(to)
        for name in ("home", "tmp", "tools"):
            (directory / name).mkdir()
        for tool in TOOLS:
            (directory / "tools" / tool).symlink_to(f"/usr/bin/{tool}")
        self.fill_in_configs()

    def fill_in_configs(self):
        config = self.base / "input" / "config"
        for path in config.iterdir() if config.is_dir() else ():
            if path.is_file():
                path.write_bytes(path.read_bytes().replace(b"${BASE}", os.fsencode(self.base))
                                 .replace(b"${CASE}", os.fsencode(self.directory)))

    def with_paths(self, text):
        return text.replace("${BASE}", str(self.base)).replace("${CASE}", str(self.directory))

    def without_paths(self, value):
        if isinstance(value, str):
            return value.replace(str(self.base), "${BASE}").replace(str(self.directory), "${CASE}")
        if isinstance(value, list):
            return [self.without_paths(item) for item in value]
        if isinstance(value, dict):
            return {self.without_paths(name): self.without_paths(item) for name, item in value.items()}
        return value

    def env(self):
        # The Python toolkit passes no channels as flags.
        env = {"PATH": f"{self.directory}/bin:{self.directory}/tools", "HOME": str(self.directory / "home"),
               "TMPDIR": str(self.directory / "tmp"), "LANG": "C.UTF-8", "SAGEMAKER_BASE_DIR": str(self.base),
               "SM_TRAIN_CHANNEL_ARGS": "never", "AWS_EC2_METADATA_DISABLED": "true",
               "ORACLE_DUMP": str(self.directory / "dump.jsonl"), "ORACLE_HELPER": str(HERE / "oracle_dump.py")}
        for name, value in self.case.get("env", {}).items():
            env.pop(name, None)
            if value is not None:
                env[name] = self.with_paths(value)
        if "FWPATH" in env:
            env["PYTHONPATH"] = env["FWPATH"]
        return env

    def run(self, program):
        stdin = self.case.get("stdin", "")
        closed = ["/bin/sh", "-c", 'exec "$@" <&-', "sh"] if stdin == "closed" else []
        piped = stdin[len("pipe:"):].encode() if stdin.startswith("pipe:") else None
        with open(self.directory / "stdout", "wb") as stdout, open(self.directory / "stderr", "wb") as stderr:
            process = subprocess.Popen([*closed, program], cwd=self.directory, env=self.env(), umask=0o022,
                                       stdin=subprocess.DEVNULL if piped is None else subprocess.PIPE,
                                       stdout=stdout, stderr=stderr, start_new_session=True)
            try:
                process.communicate(piped, timeout=self.case.get("timeout", TIMEOUT))
                code = process.returncode if process.returncode >= 0 else 128 - process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                code = None
        return self.result(code)

    def result(self, code):
        output = self.base / "output"
        dump = read_or_none(self.directory / "dump.jsonl") or ""
        return Result(code=code, stdout=self.without_paths(as_text((self.directory / "stdout").read_bytes())),
                      success=(output / "success").exists(), failure=read_or_none(output / "failure"),
                      programs=[self.without_paths(json.loads(line)) for line in dump.splitlines()],
                      code_tree=self.without_paths(list_tree(self.base / "code")),
                      base_exists=(self.directory / self.env()["SAGEMAKER_BASE_DIR"]).is_dir())


def describe(path):
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return {"type": "link", "to": os.readlink(path)}
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    if stat.S_ISDIR(status.st_mode):
        return {"type": "dir", "mode": mode}
    return {"type": "file", "mode": mode, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()[:16]}


def list_tree(top):
    """Every entry below `top`, but what running Python leaves there."""
    return {str(path.relative_to(top)): describe(path) for path in top.rglob("*") if "__pycache__" not in path.parts}


def on_this_machine(variables):
    """The recorded variables, with this machine's number of CPUs."""
    cpus = os.sysconf("SC_NPROCESSORS_ONLN")
    spellings = {"SM_NUM_CPUS": "{}", "SM_TRAINING_ENV": '"num_cpus":{},'}
    return {name: value.replace(spellings[name].format(RECORDED_CPUS), spellings[name].format(cpus))
            if name in spellings else value for name, value in variables.items()}


def shortened(value, other):
    """For a message: a long text without what it and the other begin with."""
    if isinstance(value, str) and isinstance(other, str) and len(value) > 200:
        start = max(0, len(os.path.commonprefix([value, other])) - 40)
        return f"(from character {start}) {value[start:start + 200]!a}"
    return f"{value!a:.300}"


class Differences(list):
    """Lines that say what was expected and what was found."""

    def compare(self, what, expected, found):
        if expected != found:
            self.append(f"{what}: expected {shortened(expected, found)}, found {shortened(found, expected)}")


def compare_program(differences, expected, found):
    for what in ("kind", "argv", "cwd"):
        differences.compare(what, expected[what], found[what])
    if expected.get("stdin") is not None:
        differences.compare("stdin", expected["stdin"], found["stdin"])
    for name, value in on_this_machine(expected["env"]).items():
        differences.compare(f"variable {name}", value, found["env"].get(name))
    if expected["kind"] == "script":  # a framework's runs in the launcher's own interpreter
        differences.compare("the first of PYTHONPATH", "${BASE}/code", found["env"]["PYTHONPATH"].split(":")[0])


def compare_report(differences, expected, result):
    """The exit code, and the files in output/."""
    runs = expected["verdict"] == "runs"
    differences.compare("output/success", runs, result.success)
    if runs:
        differences.compare("exit code", 0, result.code)
        differences.compare("output/failure", None, result.failure)
        return
    if isinstance(expected.get("exit_code"), int):
        differences.compare("exit code", expected["exit_code"], result.code)
    else:
        differences.compare("the exit code is one of a failure", True, result.code not in (0, None))
    if expected.get("failure"):
        differences.compare("output/failure", expected["failure"], result.failure)
    elif result.base_exists:
        differences.compare("output/failure is there", True, bool(result.failure))
    differences.compare("output/failure has no more than SageMaker shows", True, len(result.failure or "") <= 1024)


def find_differences(expected, result):
    differences = Differences()
    compare_report(differences, expected, result)
    if expected["verdict"] == "refused":
        differences.compare("programs that were started", [], [program["argv"] for program in result.programs])
    if "program" in expected:
        differences.compare("number of programs", len(expected["program"]), len(result.programs))
        for program, found in zip(expected["program"], result.programs):
            compare_program(differences, program, found)
    if "stdout" in expected:
        differences.compare("stdout", expected["stdout"], result.stdout)
    if "code" in expected:
        for name in sorted(expected["code"].keys() | result.code_tree.keys()):
            differences.compare(f"code/{name}", expected["code"].get(name), result.code_tree.get(name))
    return differences


def replay(name):
    expected = json.loads((CASES / name / "expected.json").read_text())
    with tempfile.TemporaryDirectory(prefix="sm-train-golden-") as directory:
        result = Job(CASES / name, pathlib.Path(directory).resolve()).run(os.environ["SM_TRAIN"])
    return find_differences(expected, result)


class GoldenCases(unittest.TestCase):
    names = sorted(path.name for path in CASES.iterdir())

    def test_the_program_sees_what_it_saw_under_the_python_toolkit(self):
        self.assertTrue(self.names)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, replayed in [(name, pool.submit(replay, name)) for name in self.names]:
                with self.subTest(name):
                    self.check(name, replayed.result())

    def check(self, name, differences):
        if name in ACCEPTED_DEVIATIONS:
            self.assertTrue(differences, f"{name} passes: take it out of ACCEPTED_DEVIATIONS")
        elif differences:
            self.fail(f"{name}: " + "\n".join(differences[:10]))

    def test_each_accepted_deviation_is_a_case(self):
        self.assertLessEqual(ACCEPTED_DEVIATIONS.keys(), {path.name for path in CASES.iterdir()})


if __name__ == "__main__":
    cases = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if cases:
        GoldenCases.names = cases
    unittest.main(argv=[argument for argument in sys.argv if argument not in cases])
