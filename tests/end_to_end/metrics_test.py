"""Metrics beside the program: lines on stderr that CloudWatch Logs understands."""
import json
import os
import re
import time
import unittest

from support import EndToEndTest, terminate, wait_until

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html and
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
UNITS = {*"Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits "
         "Terabits Percent Count None".split()}
UNITS |= {f"{unit}/Second" for unit in UNITS if unit not in ("Seconds", "Microseconds", "Milliseconds", "Percent", "None")}


def check_metric_line(line):
    """Raises AssertionError where a line is not what the specification of the Embedded Metric Format says."""
    assert len(line.encode()) <= 1024 * 1024 and "\n" not in line
    root = json.loads(line, parse_constant=lambda name: (_ for _ in ()).throw(AssertionError(f"{name} is no JSON")))
    assert isinstance(root, dict)
    metadata = root["_aws"]
    assert set(metadata) <= {"Timestamp", "CloudWatchMetrics", "LogGroupName"}
    timestamp = metadata["Timestamp"]
    assert isinstance(timestamp, int) and abs(timestamp / 1000 - time.time()) < 3600, timestamp
    assert isinstance(metadata["CloudWatchMetrics"], list)
    for directive in metadata["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert re.fullmatch(r"[^:].{0,254}", directive["Namespace"])
        for dimension_set in directive["Dimensions"]:
            assert len(dimension_set) <= 30
            for name in dimension_set:
                assert 1 <= len(name) <= 250 and isinstance(root[name], str) and 1 <= len(root[name]) <= 1024, name
        assert 1 <= len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert set(metric) <= {"Name", "Unit", "StorageResolution"}
            assert 1 <= len(metric["Name"]) <= 1024 and metric["Unit"] in UNITS, metric
            values = root[metric["Name"]]
            values = values if isinstance(values, list) else [values]
            assert len(values) <= 100 and all(type(value) in (int, float) for value in values), metric
        names = [metric["Name"] for metric in directive["Metrics"]]
        assert len(names) == len(set(names))
        assert set(root) == {"_aws", *names, *directive["Dimensions"][0]}
    return root


class MetricsTest(EndToEndTest):
    def metric_lines(self, stderr):
        return [check_metric_line(line) for line in stderr.splitlines() if line.startswith("{")]


class Lines(MetricsTest):
    def test_one_every_interval_and_the_peaks_at_the_end(self):
        job = self.job({"sagemaker_job_name": "demo"}, source="""
            import time
            memory = bytearray(300 << 20)
            time.sleep(2.5)
            del memory
            time.sleep(1)
        """)
        run = self.train(job, "--metrics", "--metrics-interval", "1", "--metrics-namespace", "mine")
        self.assert_succeeded(run)
        *lines, peaks = self.metric_lines(run.stderr)
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertEqual(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "mine")
            self.assertEqual(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], [["TrainingJobName", "Host"]])
            self.assertEqual((line["TrainingJobName"], line["Host"]), ("demo", "algo-1"))
            for name in ("CPUUtilization", "MemoryUtilization", "ModelDiskUtilization", "OutputDiskUtilization",
                         "TmpDiskUtilization"):
                self.assertTrue(0 <= line[name] <= 100, (name, line))
            self.assertNotIn("GPUUtilization", line)
        self.assertEqual(peaks["MemoryUsedPeak"], max(peaks["MemoryUsedPeak"], *(line["MemoryUsed"] for line in lines)))
        self.assertEqual(peaks["CPUUtilizationPeak"], max(peaks["CPUUtilizationPeak"],
                                                          *(line["CPUUtilization"] for line in lines)))

    def test_the_cpu_that_is_used_is_seen(self):
        job = self.job(source="""
            import os, time
            end = time.monotonic() + 2.5
            while time.monotonic() < end: pass
        """)
        lines = self.metric_lines(self.train(job, "--metrics", "--metrics-interval", "1").stderr)
        one_cpu = 100 / len(os.sched_getaffinity(0))
        self.assertGreater(max(line.get("CPUUtilization", 0) for line in lines), one_cpu / 2)

    def test_they_stand_between_the_programs_lines_and_leave_those_alone(self):
        own = '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": []}, "loss": 0.5}\nloss=0.25\n'
        job = self.job(source=f"""
            import sys, time
            sys.stderr.write({own!r} + "half a ")
            sys.stderr.flush()
            time.sleep(2.2)
            sys.stderr.write("line\\n")
        """)
        run = self.train(job, "--metrics", "--metrics-interval", "1", "--log-level", "ERROR")
        self.assert_succeeded(run)
        self.assertTrue(run.stderr.startswith(own + "half a line\n"), run.stderr)
        self.assertGreaterEqual(len(run.stderr.splitlines()), 3 + 2)
        self.metric_lines(run.stderr[len(own):])

    def test_each_gpu_is_a_value_and_the_driver_is_let_go(self):
        log = self.directory / "nvml.log"
        job = self.job()
        run = self.train(job, "--metrics", env={"LD_LIBRARY_PATH": os.environ["FAKE_NVML"], "FAKE_NVML_DEVICES": "2",
                                                "FAKE_NVML_LOG": str(log)})
        self.assert_succeeded(run)
        peaks, = self.metric_lines(run.stderr)
        self.assertEqual(peaks["GPUUtilizationPeak"], [10.0, 20.0])
        self.assertEqual(peaks["GPUMemoryUsedPeak"], [1 << 30, 2 << 30])
        self.assertEqual(peaks["GPUMemoryUtilizationPeak"], [6.25, 12.5])
        self.assertEqual(log.read_text(), "+-")

    def test_a_driver_that_hangs_is_not_waited_for(self):
        run = self.train(self.job(), "--metrics", env={"LD_LIBRARY_PATH": os.environ["FAKE_NVML"], "FAKE_NVML_DEVICES": "hang"})
        self.assert_succeeded(run)
        self.assertEqual(self.metric_lines(run.stderr), [])

    def test_a_driver_that_does_not_start_is_none(self):
        run = self.train(self.job(), "--metrics", env={"LD_LIBRARY_PATH": os.environ["FAKE_NVML"]})
        self.assert_succeeded(run)
        self.assertNotIn("GPU", self.metric_lines(run.stderr)[0])

    def test_the_peaks_are_told_also_of_a_job_that_fails_or_is_ended(self):
        run = self.train(self.job(source="raise SystemExit(3)"), "--metrics")
        self.assertEqual(run.code, 3)
        self.assertEqual(len(self.metric_lines(run.stderr)), 1)
        self.directory = self.directory / "ended"
        self.directory.mkdir()
        job = self.job(source="import time; print('ready', flush=True); time.sleep(60)")
        process = self.start("--base-path", job.path, "--metrics")
        process.stdout.readline()
        terminate(process)
        run = self.finish(process, job)
        self.assertEqual(run.code, 143)
        self.assertEqual(len(self.metric_lines(run.stderr)), 1)


class Switch(MetricsTest):
    def test_they_are_off_unless_one_of_three_turns_them_on(self):
        for number, (hyperparameters, variable, options, on) in enumerate((
                ({}, None, [], False),
                ({"sagemaker_enable_cloudwatch_metrics": True}, None, [], True),
                ({"sagemaker_enable_cloudwatch_metrics": "False"}, None, [], False),
                ({}, "true", [], True),
                ({"sagemaker_enable_cloudwatch_metrics": True}, "False", [], False),
                ({}, "false", ["--metrics"], True))):
            with self.subTest((hyperparameters, variable, options)):
                self.directory = self.directory / str(number)
                self.directory.mkdir()
                env = {"SAGEMAKER_ENABLE_CLOUDWATCH_METRICS": variable} if variable else {}
                run = self.train(self.job(hyperparameters), *options, env=env)
                self.assert_succeeded(run)
                self.assertEqual(len(self.metric_lines(run.stderr)), int(on))

    def test_settings_that_cannot_be_are_refused(self):
        for arguments, said in ((["--metrics-interval", "0.5"], "from 1 to 86400"), (["--metrics-namespace", "AWS/Mine"], "AWS/")):
            with self.subTest(arguments):
                self.directory = self.directory / "next"
                self.directory.mkdir()
                run = self.train(self.job(), "--metrics", *arguments)
                self.assertEqual(run.code, 64)
                self.assertIn(said, run.failure)


if __name__ == "__main__":
    unittest.main()
