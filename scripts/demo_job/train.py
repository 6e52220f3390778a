"""The demo's training job, as a user of SageMaker writes one: a small neural network that learns to tell two
interleaved half moons apart, by gradient descent, in numpy."""
import argparse
import os
import sys

import numpy


def load(directory):
    """The channel's points and labels, a fifth of them held out for the evaluation."""
    table = numpy.loadtxt(os.path.join(directory, "moons.csv"), delimiter=",", skiprows=1)
    points, labels = table[:, :2], table[:, 2]
    held_out = len(table) // 5
    return points[held_out:], labels[held_out:], points[:held_out], labels[:held_out]


def predict(model, points):
    """The hidden layer's values, and the probability of label 1, of each point."""
    hidden = numpy.tanh(points @ model["w1"] + model["b1"])
    return hidden, 1 / (1 + numpy.exp(-(hidden @ model["w2"] + model["b2"])))


def step(model, points, labels, learning_rate):
    """One step down the gradient of the cross entropy."""
    hidden, probability = predict(model, points)
    error = (probability - labels) / len(labels)
    back = numpy.outer(error, model["w2"]) * (1 - hidden**2)
    gradient = {"w1": points.T @ back, "b1": back.sum(axis=0), "w2": hidden.T @ error, "b2": error.sum()}
    for name in model:
        model[name] = model[name] - learning_rate * gradient[name]


def evaluate(model, points, labels):
    _, probability = predict(model, points)
    loss = -numpy.mean(numpy.log(numpy.where(labels == 1, probability, 1 - probability) + 1e-12))
    return loss, numpy.mean((probability > 0.5) == labels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--hidden-units", type=int, default=8)
    parser.add_argument("--training", default=os.environ.get("SM_CHANNEL_TRAINING"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    args = parser.parse_args()

    train_points, train_labels, test_points, test_labels = load(args.training)
    random = numpy.random.default_rng(seed=1)
    model = {"w1": random.normal(0, 1, (2, args.hidden_units)), "b1": numpy.zeros(args.hidden_units),
             "w2": random.normal(0, 1, args.hidden_units), "b2": 0.0}

    for epoch in range(1, args.epochs + 1):
        order = random.permutation(len(train_labels))
        for batch in numpy.array_split(order, len(order) // 32):
            step(model, train_points[batch], train_labels[batch], args.learning_rate)
        loss, accuracy = evaluate(model, train_points, train_labels)
        print(f"epoch={epoch} loss={loss:.4f} accuracy={accuracy:.4f}")

    loss, accuracy = evaluate(model, test_points, test_labels)
    print(f"test_loss={loss:.4f} test_accuracy={accuracy:.4f}")
    numpy.savez(os.path.join(args.model_dir, "model.npz"), **model)
    if accuracy < 0.95:
        sys.exit(f"the model has learned too little: {accuracy:.4f} of the held-out points are right, not 0.95")


if __name__ == "__main__":
    main()
