"""The completions, in the real shells, and the man page, as the readers of man pages take it."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time
import unittest

from support import SM_TRAIN, TIMEOUT, EndToEndTest, clean_env

# What puts the completions into an interactive shell, without any of its own settings.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source <(sm-train completion bash)"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; source <(sm-train completion zsh)"),
    "zsh, installed": (["zsh", "-f", "-i"], "mkdir functions; sm-train completion zsh >functions/_sm-train; "
                       "fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D"),
}


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class Typing:
    """An interactive shell on a terminal, typed into by the test."""

    def __init__(self, argv, env):
        self.output = ""
        child, self.terminal = pty.fork()
        if child == 0:
            os.execvpe(argv[0], argv, env)
        self.child = child

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def shows(self, pattern):
        """Waits until what was shown behind the last match matches."""
        end = time.monotonic() + TIMEOUT
        while not (match := re.search(pattern, self.output)):
            if time.monotonic() > end or not select.select([self.terminal], [], [], TIMEOUT)[0]:
                raise AssertionError(f"no {pattern!r} on the terminal, but {self.output!r}")
            self.output += os.read(self.terminal, 4096).decode("utf-8", "replace").replace("\a", "")  # its bell
        self.output = self.output[match.end():]

    def close(self):
        os.close(self.terminal)  # which hangs up
        os.waitpid(self.child, 0)


class Completions(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.env = {**clean_env(self.home), "TERM": "dumb", "PS1": "ready> ",
                    "PATH": "%s:%s" % (pathlib.Path(SM_TRAIN).parent, os.environ["PATH"])}

    def shell(self, name):
        argv, setup = SHELLS[name]
        shell = Typing(argv, self.env)
        self.addCleanup(shell.close)
        shell.type(f"cd {self.directory}; {setup}; PS1='ready'\"> \"; echo set-\"up\"\n")
        shell.shows(r"set-up\r\n")
        shell.shows("ready> ")
        return shell

    def assert_completes(self, shell, typed, completed):
        shell.type(typed + "\t")
        shell.shows(re.escape(completed))
        shell.type("\x15")  # empties the line

    def check_shell(self, name):
        (self.directory / "sources").mkdir()
        (self.directory / "sources-key").write_text("")
        shell = self.shell(name)
        for typed, completed in (("sm-train pyth", "python-package"), ("sm-train --installer n", "none"),
                                 ("sm-train train --grace", "--grace-period"), ("sm-train --base-path source", "sources/"),
                                 ("sm-train plan --js", "--json"), ("sm-train fetch --sse", "--sse-c-key-file"),
                                 ("sm-train --log-level DEBUG plan --ho", "--host"),
                                 ("sm-train fetch --sse-c-key-file sources-", "sources-key")):
            with self.subTest(typed):
                self.assert_completes(shell, typed, completed)

    @needs("bash")
    def test_bash_completes_commands_options_choices_and_files(self):
        self.check_shell("bash")

    @needs("bash")
    def test_bash_completes_a_value_behind_an_equals_sign(self):
        self.assert_completes(self.shell("bash"), "sm-train --installer=n", "none")

    @needs("zsh")
    def test_zsh_completes_commands_options_choices_and_files(self):
        self.check_shell("zsh")

    @needs("zsh")
    def test_zsh_finds_them_where_functions_are_installed(self):
        self.assert_completes(self.shell("zsh, installed"), "sm-train --installer n", "none")

    @needs("fish")
    def test_fish_completes_commands_options_choices_and_files(self):
        (self.directory / "sources").mkdir()
        (self.directory / "sources-key").write_text("")
        for typed, completed in (("sm-train pyth", "python-package"), ("sm-train --installer n", "none"),
                                 ("sm-train train --grace", "--grace-period"), ("sm-train --base-path source", "sources/"),
                                 ("sm-train plan --js", "--json"), ("sm-train completion f", "fish"),
                                 ("sm-train fetch --sse-c-key-file sources-", "sources-key")):
            with self.subTest(typed):
                found = subprocess.run(["fish", "--no-config", "-c", "sm-train completion fish | source; complete -C $argv", typed],
                                       env=self.env, cwd=self.directory, capture_output=True, text=True, timeout=TIMEOUT, check=True)
                self.assertIn(completed, [line.split("\t")[0] for line in found.stdout.splitlines()], found.stderr)

    def test_a_shell_that_it_does_not_know_is_a_usage_error(self):
        run = self.run_binary("completion", "ksh")
        self.assertEqual((run.code, run.stdout), (64, b""))
        self.assertIn('"ksh"', run.stderr)


class ManPage(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.page = self.run_binary("man").stdout

    def read_by(self, *command):
        return subprocess.run(command, input=self.page, capture_output=True, timeout=TIMEOUT, check=False)

    @needs("mandoc")
    def test_mandoc_has_nothing_to_warn_of(self):
        lint = self.read_by("mandoc", "-T", "lint", "-W", "warning").stdout.decode()
        # It has no date, so that what is built twice is the same.
        self.assertEqual([line for line in lint.splitlines() if "missing date" not in line], [])

    @needs("groff")
    def test_groff_shows_every_command_and_setting(self):
        shown = self.read_by("groff", "-man", "-T", "ascii", "-P", "-cbou", "-ww")
        self.assertEqual((shown.returncode, shown.stderr.decode()), (0, ""))
        text = shown.stdout.decode()
        helped = self.run_binary("train", "--help").stdout.decode()
        for option in re.findall(r"^  (--[a-z0-9-]+)", helped, re.MULTILINE):
            self.assertRegex(text, rf"(?m)^ +{option}\b")
        for command in re.findall(r"^  ([a-z-]+)  ", self.run_binary("--help").stdout.decode(), re.MULTILINE):
            self.assertRegex(text, rf"(?m)^ +sm-train {command} \[OPTION\.\.\.\]")


if __name__ == "__main__":
    unittest.main()
