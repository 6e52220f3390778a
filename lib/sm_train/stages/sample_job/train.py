"""Fits a straight line to the points of the channel `training` by gradient descent: a program to start from, which shows
what SageMaker gives a program and expects of it. It needs no package."""
import argparse
import csv
import json
import os
import pathlib
import signal
import sys


def parse_arguments():
    """The hyperparameters are arguments, and the directories are in SM_* variables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--training", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAINING"))
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--checkpoint-dir", type=pathlib.Path,
                        default=os.environ.get("SM_CHECKPOINT_DIR", "/opt/ml/checkpoints"))
    arguments, others = parser.parse_known_args()
    if others:
        print("not used:", *others)
    return arguments


def load_points(directory):
    points = []
    for path in sorted(directory.glob("*.csv")):
        with open(path, newline="") as file:
            points += [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]
    if not points:
        sys.exit(f"{directory} holds no points: expected .csv files with the columns x and y")
    return points


def train_one_epoch(line, points, lr):
    """One step down the gradient of the mean squared error; gives the loss before it."""
    errors = [line["slope"] * x + line["offset"] - y for x, y in points]
    line["slope"] -= lr * 2 * sum(error * x for error, (x, _) in zip(errors, points)) / len(points)
    line["offset"] -= lr * 2 * sum(errors) / len(points)
    return sum(error * error for error in errors) / len(points)


def save(path, state):
    """Whole or not at all, as the job may be killed at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(state))
    unfinished.replace(path)


def main():
    arguments = parse_arguments()
    points = load_points(arguments.training)
    checkpoint = arguments.checkpoint_dir / "state.json"
    state = {"epoch": 0, "line": {"slope": 0.0, "offset": 0.0}}
    if checkpoint.exists():
        state = json.loads(checkpoint.read_text())
        print(f"going on after epoch {state['epoch']}")

    # SIGTERM says that the job is to stop, or that its spot instance goes away; SIGKILL follows in two minutes.
    stopped = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))

    while state["epoch"] < arguments.epochs and not stopped:
        loss = train_one_epoch(state["line"], points, arguments.lr)
        state["epoch"] += 1
        print(f"epoch={state['epoch']} loss={loss:.4f}")
        save(checkpoint, state)
    if stopped:
        sys.exit(128 + signal.SIGTERM)

    save(arguments.model_dir / "model.json", state["line"])
    if checkpoint.exists():
        checkpoint.unlink()  # the next run is to start from the beginning


if __name__ == "__main__":
    main()
