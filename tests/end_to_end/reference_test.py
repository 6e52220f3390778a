"""The contract's reference page says what the built program does: its tables, compared with what a program really finds."""
import json
import pathlib
import re
import unittest

from support import RECORDER, EndToEndTest, clean_env

REFERENCE = pathlib.Path(__file__).resolve().parents[2] / "lib/sm_train/contract/README.md"


def table(heading):
    """The cells of the table below a heading, a list a row."""
    section = REFERENCE.read_text().split("## %s\n" % heading)[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


class Reference(EndToEndTest):
    def test_the_variables_are_those_that_a_program_finds(self):
        documented = {name for row in table("Variables") for name in names(row[0])}
        job = self.job({"lr": 0.1}, source=RECORDER, channels=["training"])
        job.write("input/config/checkpointconfig.json", '{"LocalPath": "/opt/ml/checkpoints"}')
        config = json.loads((job.path / "input/config/resourceconfig.json").read_text())
        job.write("input/config/resourceconfig.json",
                  json.dumps({**config, "topology": [{"hostName": "algo-1", "capacityUnitId": "cu-1"}]}))
        self.assert_succeeded(self.train(job))
        found = set(job.record()["env"]) - set(clean_env(self.home)) - {"LC_CTYPE", "PWD", "SHLVL", "_"}
        general = {"SM_HP_LR": "SM_HP_<NAME>", "SM_CHANNEL_TRAINING": "SM_CHANNEL_<NAME>"}
        self.assertEqual(documented, {general.get(name, name) for name in found})

    def test_the_settings_are_those_of_the_help(self):
        helped = {}
        for option, text in re.findall(r"^  (--[a-z0-9-]+)(?: \S+)?(.*?)(?=^  -|^\S|\Z)", self.run_binary("train", "--help").stdout.decode(),
                                       re.MULTILINE | re.DOTALL):
            if option == "--dry-run":
                continue
            bracket = re.search(r"\[([^\]]*)\]\s*$", " ".join(text.split())).group(1)
            variables, _, hyperparameter = bracket.partition("; hyperparameter ")
            helped[option] = (variables.split(", "), hyperparameter)
        documented = {names(row[0])[0]: (names(row[2]), "".join(names(row[3]))) for row in table("Settings")}
        self.assertEqual(documented, helped)

    def test_the_checks_of_the_doctor_are_those_that_it_does(self):
        documented = [name for row in table("The doctor") for name in names(row[0])]
        run = self.run_binary("doctor", "--json", "--base-path", self.job().path)
        self.assertEqual(documented, [finding["name"] for finding in json.loads(run.stdout)["findings"]])

    def test_each_row_has_a_source(self):
        for row in table("Variables"):
            self.assertRegex(row[3], r"^[TPNO]\b", row[0])


if __name__ == "__main__":
    unittest.main()
