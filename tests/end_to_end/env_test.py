"""`sm-train env`: the variables of a job for a shell, a notebook or a .env file, whatever their values hold."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from support import RECORDER, EndToEndTest, clean_env

try:
    import dotenv
except ImportError:
    dotenv = None

# As they are found on PATH, with the arguments before `-c`.
SHELLS = (["sh"], ["dash"], ["bash"], ["bash", "--posix"], ["zsh"], ["busybox", "sh"])

# What a careless writer of any of the formats would give away, or lose.
HARD_VALUES = {
    "quote": "it's",
    "quotes": "'''\"\"\"```",
    "command": "$(touch ran)`touch ran`; touch ran & touch ran | touch ran\ntouch ran\n",
    "variable": "$HOME ${HOME} $HOME",
    "newlines": "\n\n a\nb\n\n",
    "blanks": " \t a  b\t ",
    "backslashes": "\\ \\\\ \\n \\' \\\" \\",
    "comment": "# a #b",
    "glob": "* ? [a-z] ~ {a,b} !! !$ ^a",
    "equals": "=a=b= export X=1",
    "empty": "",
    "json": json.dumps({"a": "it's \"b\"\\ $c\n", "d": [1, None]}),
    "text": "grün 日本 \U0001f600",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f",
    "returns": "a\r\nb\r",
}

# Of these all readers of .env files make the same.
PLAIN_VALUES = {
    "path": "/opt/ml/code",
    "empty": "",
    "json": '{"a":[1,"b",null]}',
    "quote": "it's",
    "quoted": '"a"',
    "quotes": "both ' and \"",
    "newlines": "a\nb\n\nc",
    "quote_and_newline": "it's\nb",
    "comment": "a #b",
    "variable": "$HOME $(x)",
    "blanks": "  a  ",
    "backslash": "C:\\new\\table",
    "last_backslash": "C:\\new\\",
    "backslash_and_comment": "\\n #",
    "backquotes": "`a`",
    "text": "grün 日本",
}


class Env(EndToEndTest):
    def env(self, job, *arguments, env=None):
        """What it prints."""
        run = self.run_binary("env", "--base-path", job.path, *arguments, env=env)
        self.assertEqual(run.code, 0, run.stderr)
        return run.stdout

    def evaluated(self, shell, text, locale="C.UTF-8"):
        """The environment of a shell that evaluates a text, as bytes."""
        env = {**clean_env(self.home), "LC_ALL": locale, "TEXT": text}
        run = subprocess.run([*shell, "-c", 'eval "$(printf %s "$TEXT")" && exec env -0'], env=env, cwd=self.home,
                             stdout=subprocess.PIPE, check=True)
        return dict(entry.split(b"=", 1) for entry in run.stdout.split(b"\0") if entry)

    def shells(self):
        found = [shell for shell in SHELLS if shutil.which(shell[0])]
        missing = {shell[0] for shell in SHELLS} - {shell[0] for shell in found}
        self.assertFalse(missing, "scripts/install-dependencies test installs these")
        return found

    def test_a_shell_finds_the_variables_of_the_program(self):
        job = self.job({"epochs": 3, "batch-size": 32}, ["training"])
        self.assert_succeeded(self.train(job))
        given = job.record()["env"]
        script = f'eval "$({os.environ["SM_TRAIN"]} env --base-path {job.path})" && exec env -0'
        run = subprocess.run(["sh", "-c", script], env=clean_env(self.home), stdout=subprocess.PIPE, check=True)
        found = dict(entry.split("=", 1) for entry in run.stdout.decode().split("\0") if entry)
        self.assertEqual(found["SM_HP_BATCH_SIZE"], "32")
        self.assertEqual(found.pop("PYTHONPATH"), f"{job.path}/code")
        found.pop("PWD", None)
        for name, value in found.items():
            if name != "_":
                self.assertEqual(value, given[name], name)
        # What only a running job has, and what no shell can.
        self.assertEqual({name for name in given if name.startswith("SM_") and name not in found},
                         {"SM_TRAIN_STARTED", "SM_HP_BATCH-SIZE"})

    def test_every_shell_reads_back_any_value(self):
        job = self.job(HARD_VALUES)
        text = self.env(job)
        for shell in self.shells():
            for locale in "C", "C.UTF-8":
                with self.subTest(shell=shell, locale=locale):
                    found = self.evaluated(shell, text, locale)
                    for name, value in HARD_VALUES.items():
                        self.assertEqual(found[b"SM_HP_" + name.upper().encode()].decode(), value, name)
        self.assertEqual(list(self.home.iterdir()), [], "a value was run")

    def test_every_shell_reads_back_every_byte(self):
        # JSON names a byte that is no UTF-8 by a lone surrogate, as Python does.
        every = bytes(range(1, 256))
        values = {"all": every, "reversed": every[::-1],
                  "before_quote": b"".join(bytes([byte]) + b"'" for byte in every),
                  "behind_quote": b"".join(b"'" + bytes([byte]) for byte in every)}
        job = self.job({name: os.fsdecode(value) for name, value in values.items()})
        text = self.env(job)
        for shell in self.shells():
            for locale in "C", "C.UTF-8":
                with self.subTest(shell=shell, locale=locale):
                    found = self.evaluated(shell, text, locale)
                    for name, value in values.items():
                        self.assertEqual(found[b"SM_HP_" + name.upper().encode()], value, name)
        # So does Python with the JSON.
        variables = json.loads(self.env(job, "--format", "json"))
        for name, value in values.items():
            self.assertEqual(os.fsencode(variables[f"SM_HP_{name.upper()}"]), value)

    def test_a_name_is_never_run(self):
        # In upper case, as they are in a variable's name.
        job = self.job({"x\n: >RAN\n": 1, "$(: >RAN)": 1, "`: >RAN`": 1, "a b": 1, "good": 1})
        for shell in self.shells():
            with self.subTest(shell=shell):
                self.assertEqual(self.evaluated(shell, self.env(job))[b"SM_HP_GOOD"], b"1")
        self.assertEqual(list(self.home.iterdir()), [])

    def test_json_has_every_variable(self):
        job = self.job({**HARD_VALUES, "batch-size": 32})
        variables = json.loads(self.env(job, "--format", "json"))
        self.assertEqual({name: variables[f"SM_HP_{name.upper()}"] for name in HARD_VALUES}, HARD_VALUES)
        self.assertEqual((variables["SM_HP_BATCH-SIZE"], variables["SM_HP_BATCH_SIZE"]), ("32", "32"))

    def write_dotenv(self, values):
        path = self.directory / "job.env"
        path.write_bytes(self.env(self.job(values), "--format", "dotenv"))
        return path

    @unittest.skipUnless(dotenv, "there is no python-dotenv")
    def test_python_dotenv_reads_any_value(self):
        values = {**PLAIN_VALUES, **HARD_VALUES}
        path = self.write_dotenv(values)
        found = dotenv.dotenv_values(path, interpolate=False, encoding="utf-8")
        self.assertEqual({name: found[f"SM_HP_{name.upper()}"] for name in values}, values)
        self.assertEqual(json.loads(found["SM_HPS"]), values)

    @unittest.skipUnless(dotenv, "there is no python-dotenv")
    def test_python_dotenv_interpolates_nothing_but_variables_in_braces(self):
        found = dotenv.dotenv_values(self.write_dotenv(PLAIN_VALUES), encoding="utf-8")
        self.assertEqual({name: found[f"SM_HP_{name.upper()}"] for name in PLAIN_VALUES}, PLAIN_VALUES)

    def node_reads(self, path):
        """What Node makes of a .env file; nothing where there is no Node that does."""
        if not shutil.which("node"):
            return None
        script = "process.stdout.write(JSON.stringify(process.env))"
        run = subprocess.run(["node", f"--env-file={path}", "-e", script], env=clean_env(self.home), check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(run.stdout) if run.returncode == 0 else None

    def test_node_reads_plain_values_alike(self):
        found = self.node_reads(self.write_dotenv(PLAIN_VALUES))
        if found is None:
            self.skipTest("there is no node with --env-file")
        self.assertEqual({name: found[f"SM_HP_{name.upper()}"] for name in PLAIN_VALUES}, PLAIN_VALUES)

    def test_values_that_need_no_quotes_have_none(self):
        # docker's --env-file knows none.
        text = self.write_dotenv({"path": "/a b", "json": '{"a": 1}'}).read_text()
        self.assertIn('\nSM_HP_JSON={"a": 1}\n', text.replace("'", ""))
        self.assertIn("\nSM_HP_PATH=/a b\n", text)

    def test_a_value_that_no_env_file_can_hold_is_an_error_that_names_it(self):
        job = self.job({"key": "#\\"})
        run = self.run_binary("env", "--base-path", job.path, "--format", "dotenv")
        self.assertEqual((run.code, run.stdout), (78, b""))
        self.assertIn("SM_HP_KEY", run.stderr)

    def test_a_job_needs_no_program_and_no_code(self):
        job = self.job({"lr": 0.1}, program=None, source=None)
        (job.path / "code").rmdir()
        variables = json.loads(self.env(job, "--format", "json"))
        self.assertEqual((variables["SM_HP_LR"], variables["SM_USER_ENTRY_POINT"]), ("0.1", ""))
        self.assertFalse((job.path / "code").exists())

    def test_secrets_are_given_as_they_are(self):
        job = self.job({"api_key": "hyper5ecret"})
        self.assertIn(b"export SM_HP_API_KEY='hyper5ecret'\n", self.env(job))

    def test_settings_count_as_for_the_job(self):
        job = self.job({"fast": True}, ["training"])
        variables = json.loads(self.env(job, "--format", "json", "--bool-style", "flag", "--channel-args", "never"))
        self.assertEqual(json.loads(variables["SM_USER_ARGS"]), ["--fast"])

    def test_a_fault_leaves_nothing_to_evaluate(self):
        job = self.job()
        (job.path / "input/config/resourceconfig.json").write_text("{")
        for arguments, code in ((["--base-path", job.path], 65), (["--base-path", self.directory / "none"], 66),
                                (["--base-path", job.path, "--format", "csh"], 64), (["--frmat", "json"], 64)):
            with self.subTest(arguments):
                run = self.run_binary("env", *arguments)
                self.assertEqual((run.code, run.stdout), (code, b""))
                self.assertIn("sm-train: error: ", run.stderr)
        self.assertIsNone(job.failure())

    def test_a_full_disk_is_an_error(self):
        job = self.job()
        with open("/dev/full", "wb") as full:
            run = self.finish(self.start("env", "--base-path", job.path, stdout=full))
        self.assertEqual(run.code, 74)

    def test_help_shows_how_a_shell_takes_it(self):
        run = self.run_binary("env", "--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        for text in "--format", "shell", "json", "dotenv", 'eval "$(sm-train env', "not masked":
            self.assertIn(text, run.stdout.decode())


if __name__ == "__main__":
    unittest.main()
