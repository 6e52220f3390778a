"""The benchmarks' own measuring, on commands whose behaviour is known. No timing is asserted."""
import os
import pathlib
import sys
import tempfile
import unittest

from measure import Command, PipelineFailed, run_pipeline, run_side_by_side

MEBIBYTE = 1024 * 1024
MUCH = 200 * MEBIBYTE


def python(program, *arguments):
    return [sys.executable, "-c", program, *arguments]


class Measure(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="measure-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)

    def side_by_side(self, **programs):
        """Runs Python programs, which find the directory to fill in sys.argv[1]; gives the results."""
        commands = [Command(name, lambda target, text=text: [python(text, str(target))])
                    for name, text in programs.items()]
        return run_side_by_side(commands, 2, self.work, dict(os.environ))

    def test_the_peak_is_that_of_the_command_and_not_of_who_started_it(self):
        ballast = bytearray(b"x") * MUCH
        small = run_pipeline([["true"]], dict(os.environ))
        large = run_pipeline([python(f"bytearray(b'x') * {MUCH}")], dict(os.environ))
        self.assertLess(small.largest_peak, MUCH / 10)
        self.assertGreater(large.largest_peak, MUCH)
        del ballast

    def test_a_pipeline_counts_each_of_its_processes(self):
        spin = "import sys, time\nwhile time.process_time() < 0.3: pass\nsys.stdout.write(sys.stdin.read())"
        run = run_pipeline([python(spin), python(spin)], dict(os.environ))
        self.assertGreaterEqual(run.cpu, 0.6)
        self.assertGreater(run.summed_peak, run.largest_peak)

    def test_bytes_flow_through_a_pipeline(self):
        write = f"open({str(self.work / 'out')!r}, 'w').write(__import__('sys').stdin.read())"
        run_pipeline([["echo", "from the first"], ["cat"], python(write)], dict(os.environ))
        self.assertEqual((self.work / "out").read_text(), "from the first\n")

    def test_output_that_is_read_takes_the_time_from_its_first_bytes_to_its_last(self):
        write = python("import os, time; time.sleep(0.2); [os.write(1, bytes(1024)) for _ in range(1024)]")
        run = run_pipeline([write, ["cat"]], dict(os.environ), output_size=MEBIBYTE)
        self.assertGreater(run.streaming, 0)  # a pipe holds less than that
        self.assertGreaterEqual(run.wall - run.streaming, 0.2)

    def test_output_that_is_not_whole_is_told_of(self):
        with self.assertRaisesRegex(PipelineFailed, "2 bytes, and not 3"):
            run_pipeline([["echo", "a"]], dict(os.environ), output_size=3)

    def test_where_no_memory_is_measured_the_command_is_started_directly(self):
        is_our_child = python(f"import os, sys; sys.exit(os.getppid() != {os.getpid()})")
        run = run_pipeline([is_our_child], dict(os.environ), peaks=False)
        self.assertIsNone(run.largest_peak)
        with self.assertRaises(PipelineFailed):
            run_pipeline([is_our_child], dict(os.environ))

    def test_a_process_that_fails_anywhere_in_a_pipeline_is_told_of(self):
        fail = python("import sys; sys.exit('no such key')")
        for pipeline in ([fail, ["cat"]], [["echo"], fail]):
            with self.assertRaisesRegex(PipelineFailed, "exited with 1: no such key"):
                run_pipeline(pipeline, dict(os.environ))

    def test_equal_trees_are_equal_and_others_are_not(self):
        write = "import pathlib, sys; pathlib.Path(sys.argv[1], '{}').write_text('{}')"
        results = self.side_by_side(one=write.format("a", "text"), same=write.format("a", "text"),
                                    other_name=write.format("b", "text"), other_text=write.format("a", "TEXT"))
        self.assertEqual(results["one"].tree, results["same"].tree)
        self.assertEqual(len({result.tree for result in results.values()}), 3)
        self.assertEqual((results["one"].tree.files, results["one"].tree.size), (1, 4))

    def test_each_run_finds_an_empty_directory(self):
        results = self.side_by_side(one="import os, sys; os.mkdir(sys.argv[1] + '/made')")
        self.assertIsNone(results["one"].error)
        self.assertEqual(len(results["one"].measurements), 2)

    def test_a_command_that_fails_is_left_out_and_the_others_go_on(self):
        results = self.side_by_side(bad="raise SystemExit('broken')", good="")
        self.assertRegex(results["bad"].error, "broken")
        self.assertEqual(len(results["bad"].measurements), 0)
        self.assertEqual(len(results["good"].measurements), 2)


if __name__ == "__main__":
    unittest.main()
