"""Ridge logistic regression and its ordinal form, small enough to read; numbers only."""

import math
from collections.abc import Sequence

Row = Sequence[float]
_STEPS = 25
CUTS = 2
_CLOSE = 1e-6
_FREE = 0.01


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def fit(rows: Sequence[Row], labels: Sequence[bool], penalty: Sequence[float]) -> list[float]:
    """The weights that maximise the likelihood less half the penalised squares, by Newton's method."""
    size = len(penalty)
    weights = [0.0] * size
    sparse = [[(i, x) for i, x in enumerate(row) if x] for row in rows]
    for _ in range(_STEPS):
        slope = [-penalty[i] * weights[i] for i in range(size)]
        curve = [[penalty[i] if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, label in zip(sparse, labels, strict=True):
            p = sigmoid(sum(weights[i] * x for i, x in row))
            spread = p * (1 - p)
            for i, x in row:
                slope[i] += x * (label - p)
                line, scaled = curve[i], spread * x
                for j, y in row:
                    line[j] += scaled * y
        step = solve(curve, slope)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(abs(s) for s in step) < _CLOSE:
            break
    return weights


def solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of a positive definite system, by Gaussian elimination."""
    size = len(right)
    lines = [[*line, right[i]] for i, line in enumerate(matrix)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(lines[r][i]))
        lines[i], lines[pivot] = lines[pivot], lines[i]
        for r in range(i + 1, size):
            if factor := lines[r][i] / lines[i][i]:
                lines[r] = [a - factor * b for a, b in zip(lines[r], lines[i], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (lines[i][size] - sum(lines[i][j] * found[j] for j in range(i + 1, size))) / lines[i][i]
    return found


def fit_ordinal(rows: Sequence[Row], levels: Sequence[int], ridge: Sequence[float]) -> tuple[list[float], list[float]]:
    """Weights shared by all thresholds, and the cuts: P(level > k) = sigmoid(row . weights - cuts[k]).

    Each row is asked once at each threshold; the shared weights make it a proportional-odds model.
    """
    cuts = CUTS
    width = len(rows[0])
    asked = [[*row, *(-1.0 if k == j else 0.0 for j in range(cuts))] for k in range(cuts) for row in rows]
    above = [level > k for k in range(cuts) for level in levels]
    found = fit(asked, above, [*ridge, *[_FREE] * cuts])
    return found[:width], found[width:]
