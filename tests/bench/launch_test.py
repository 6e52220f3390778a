"""What scripts/bench launch asks of launchers, on some whose behaviour is known, and what it says of figures. No timing
is asserted but that of a launcher which waits on purpose: it takes no less."""
import dataclasses
import pathlib
import subprocess
import tempfile
import unittest

import suite  # noqa: F401  (finds support)

from support import clean_env

from launch_report import (
    ALONE, CAT, EMPTY, GIBIBYTE, MEBIBYTE, METRICS, SM_TRAIN, TRUE, MetricsCase, RelayCase, SignalCase, StartCase, faults,
    goals)
from launching import HANDLER, PYTHON, Delivery, Launcher, Probe, deliver, is_portable, make_job, probe
from measure import Measurement, PipelineFailed, Result

MUCH = 200 * MEBIBYTE

HEAVY = f"""
import subprocess, sys
ballast = bytearray(b"x") * {MUCH}
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""
SLOW = """
import signal, subprocess, sys, time
def pass_on(number, frame):
    time.sleep(0.2)
    program.send_signal(number)
signal.signal(signal.SIGTERM, pass_on)
program = subprocess.Popen(sys.argv[1:])
sys.exit(program.wait())
"""

ALONE_LAUNCHER = Launcher(ALONE, lambda job: job.argv)


def python(text):
    return Launcher("python", lambda job: [PYTHON, "-c", text, *job.argv])


class Launching(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="launch-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.env = clean_env(self.work)

    def probe(self, launcher, program="true"):
        return probe(launcher, self.work / "probe", program, self.env)

    def test_a_probe_tells_how_the_program_was_started(self):
        self.assertEqual(self.probe(ALONE_LAUNCHER), Probe([PYTHON, "./true"], str(self.work / "probe/code"), None))
        self.assertEqual(self.probe(ALONE_LAUNCHER, "empty.py").argv, [PYTHON, "empty.py"])

    def test_a_launchers_own_memory_is_told_apart_from_its_programs(self):
        ballast = bytearray(b"x") * MUCH
        self.assertGreater(self.probe(python(HEAVY)).launcher_peak, MUCH)
        small = Launcher("sh", lambda job: ["sh", "-c", "./true; exit $?"])
        self.assertLess(self.probe(small).launcher_peak, MUCH / 10)
        del ballast

    def test_a_launcher_that_becomes_the_program_takes_no_memory_beside_it(self):
        self.assertIsNone(self.probe(Launcher("sh", lambda job: ["sh", "-c", "exec ./true"])).launcher_peak)

    def test_a_signal_takes_as_long_as_its_launcher_lets_it_wait(self):
        job = make_job(self.work / "job", "handler.py", HANDLER)
        self.assertGreaterEqual(deliver(python(SLOW), job, self.env).latency, 0.2)
        self.assertGreater(deliver(ALONE_LAUNCHER, job, self.env).latency, 0)

    def test_a_program_that_does_not_wait_for_its_signal_is_told_of(self):
        job = make_job(self.work / "job", "handler.py", "raise SystemExit('no such file')")
        with self.assertRaisesRegex(PipelineFailed, "no such file"):
            deliver(ALONE_LAUNCHER, job, self.env)

    def test_a_static_program_is_told_from_one_with_shared_libraries(self):
        source = self.work / "main.cpp"
        source.write_text("int main() {}")
        for name, options in (("static", ["-static"]), ("static-pie", ["-static-pie"]), ("dynamic", [])):
            subprocess.run(["g++", *options, source, "-o", self.work / name], check=True)
        self.assertTrue(is_portable(self.work / "static"))
        self.assertTrue(is_portable(self.work / "static-pie"))
        self.assertFalse(is_portable(self.work / "dynamic"))


def start_case(what, portable, wall, peak):
    return StartCase(what, portable, {ALONE: Result([Measurement(0.001, 0.001, MEBIBYTE, MEBIBYTE)]),
                                      SM_TRAIN: Result([Measurement(wall, wall, peak, peak)])},
                     {ALONE: Probe(["./true"], "/code", None), SM_TRAIN: Probe(["./true"], "/code", peak)})


def all_cases(portable=True, wall=0.004, peak=8 * MEBIBYTE, streaming=0.5, relay_peak=9 * MEBIBYTE, latency=0.004,
              metrics=0.05):
    return [start_case(TRUE, portable, wall, peak), start_case(EMPTY, portable, wall, peak),
            RelayCase("relay", GIBIBYTE, {SM_TRAIN: Result([Measurement(1, 1, relay_peak, relay_peak, streaming)]),
                                          CAT: Result([Measurement(1, 1, MEBIBYTE, MEBIBYTE, 0.6)])}),
            SignalCase("signal", {ALONE: Result([Delivery(0.001)]), SM_TRAIN: Result([Delivery(latency)])}),
            MetricsCase("metrics", 10, {SM_TRAIN: Result([Measurement(10, 0.02)]),
                                        METRICS: Result([Measurement(10, 0.02 + metrics)])})]


class Report(unittest.TestCase):
    def not_met(self, **figures):
        """The places of the goals that are not met."""
        return [i for i, goal in enumerate(goals(all_cases(**figures))) if not goal.met and goal.binding]

    def test_what_reaches_every_goal_is_said_to(self):
        self.assertEqual(self.not_met(), [])

    def test_each_figure_is_held_against_its_own_goal(self):
        self.assertEqual(self.not_met(wall=0.007), [0, 1])
        self.assertEqual(self.not_met(peak=11 * MEBIBYTE, relay_peak=12 * MEBIBYTE), [2])
        self.assertEqual(self.not_met(streaming=0.7), [3])
        self.assertEqual(self.not_met(relay_peak=11 * MEBIBYTE), [4])
        self.assertEqual(self.not_met(latency=0.006), [5])
        self.assertEqual(self.not_met(metrics=0.11), [6])  # seconds in ten, with ten times the looks

    def test_a_build_with_shared_libraries_may_take_longer_and_more_memory(self):
        ordinary = {"portable": False, "peak": 14 * MEBIBYTE, "relay_peak": 15 * MEBIBYTE}
        self.assertEqual(self.not_met(**ordinary, wall=0.02), [])
        self.assertEqual(self.not_met(**ordinary, wall=0.03), [0, 1])

    def test_a_goal_that_was_not_measured_is_not_met(self):
        self.assertEqual([goal.met for goal in goals([])], [None] * 7)
        self.assertTrue(all(goal.binding for goal in goals([])))

    def test_a_relay_of_less_than_the_goal_speaks_of_is_not_held_against_it(self):
        cases = [dataclasses.replace(case, size=MEBIBYTE) if isinstance(case, RelayCase) else case
                 for case in all_cases()]
        self.assertEqual([goal.met for goal in goals(cases)], [True, True, True, None, None, True, True])

    def test_launchers_that_started_different_programs_are_told_of(self):
        case = start_case(TRUE, True, 1, 1)
        self.assertEqual(list(faults(case)), [])
        case.probes[SM_TRAIN] = Probe(["./other"], "/code", 1)
        self.assertRegex("".join(faults(case)), "sm-train started .*other.*, and not .*true")

    def test_a_launcher_that_failed_is_told_of(self):
        case = start_case(TRUE, True, 1, 1)
        case.results[SM_TRAIN] = Result(error="broken")
        self.assertRegex("".join(faults(case)), "sm-train failed: broken")


if __name__ == "__main__":
    unittest.main()
