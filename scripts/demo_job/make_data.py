#!/usr/bin/python3
"""Writes the demo's data set, always the same: `make_data.py FILE`, lines `x,y,label` of two interleaved half moons."""
import sys

import numpy

POINTS = 1200

random = numpy.random.default_rng(seed=20)
label = random.integers(0, 2, POINTS)
angle = random.uniform(0, numpy.pi, POINTS)
upper = numpy.stack([numpy.cos(angle), numpy.sin(angle)], axis=1)
lower = numpy.stack([1 - numpy.cos(angle), 0.5 - numpy.sin(angle)], axis=1)
points = numpy.where(label[:, None] == 1, upper, lower) + random.normal(0, 0.12, (POINTS, 2))

numpy.savetxt(sys.argv[1], numpy.column_stack([points, label]), fmt=["%.6f", "%.6f", "%d"], delimiter=",",
              header="x,y,label", comments="")
