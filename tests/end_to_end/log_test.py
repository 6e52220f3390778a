"""The launcher's own lines on stderr: the summary of a job, the times of its phases, and no secrets."""
import json
import unittest

from support import EndToEndTest

MARK = "sm-train: "
PASSWORD = "s3"  # too short to be found by its value
KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class LogTest(EndToEndTest):
    def lines_of(self, run):
        self.assertTrue(all(line.startswith(MARK) for line in run.stderr.splitlines()), run.stderr)
        return [line[len(MARK):] for line in run.stderr.splitlines()]


class Summary(LogTest):
    def test_a_few_lines_before_the_program_and_one_behind_it(self):
        job = self.job({"sagemaker_job_name": "demo-1", "lr": 0.1}, channels=("training",))
        run = self.train(job, "--channel-args", "never")
        self.assert_succeeded(run)
        host, devices, code, ready, running, timings = self.lines_of(run)
        self.assertEqual(host, "job demo-1, host algo-1 (local)")
        self.assertRegex(devices, r"^with \d+ CPUs?.*, \d+ GPUs?; channels training$")
        self.assertEqual(code, f"code from {job.path}/code as it was")
        self.assertRegex(ready, r"^ready in \d+\.\d{3} s: load \d+\.\d{3}, ")
        self.assertRegex(running, r"^running \S*python3? train.py --lr 0.1$")
        self.assert_timings(timings, {"load", "fetch", "plan", "install", "program", "report", "total"})

    def test_the_times_are_told_of_a_job_that_ended_before_its_program(self):
        run = self.train(self.job(source=None))
        self.assertNotEqual(run.code, 0)
        self.assert_timings(run.stderr.splitlines()[-1][len(MARK):], {"load", "fetch", "plan", "total"})

    def test_a_higher_level_leaves_them_out(self):
        for arguments, hyperparameters in ((["--log-level", "WARNING"], {}), ([], {"sagemaker_container_log_level": 40})):
            with self.subTest(arguments):
                self.directory = self.directory / "next"
                self.directory.mkdir()
                run = self.train(self.job(hyperparameters), *arguments)
                self.assert_succeeded(run)
                self.assertEqual(run.stderr, "")

    def assert_timings(self, line, phases):
        word, _, text = line.partition(" ")
        self.assertEqual(word, "timings")
        times = json.loads(text)
        self.assertEqual(set(times), phases)
        self.assertAlmostEqual(times["total"], sum(time for phase, time in times.items() if phase != "total"), delta=0.01)


class Debug(LogTest):
    def test_the_programs_variables_are_told_without_secrets(self):
        job = self.job({"db_password": PASSWORD, "lr": 0.1, "options": {"api_key": PASSWORD}})
        run = self.train(job, "--log-level", "DEBUG", env={
            "AWS_SECRET_ACCESS_KEY": KEY, "NOTE": f"<{KEY}>", "PROXY": "http://me:pa55word@proxy"})
        self.assert_succeeded(run)
        lines = self.lines_of(run)
        for line in ("SM_CHANNELS='[]'", "SM_HP_LR=0.1", "SM_HP_DB_PASSWORD=******",
                     "AWS_SECRET_ACCESS_KEY=******", "NOTE='<******>'", "PROXY='http://******@proxy'"):
            self.assertIn(line, lines)
        for secret in (KEY, "pa55word", f'"{PASSWORD}"', f"={PASSWORD}", f" {PASSWORD}"):
            self.assertNotIn(secret, run.stderr)
        self.assertEqual(job.record()["env"]["SM_HP_DB_PASSWORD"], PASSWORD)


if __name__ == "__main__":
    unittest.main()
