"""Where a smooth function of a few numbers is lowest: Newton's steps in a box."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_APART = 1e-4  # of the points that slopes are taken from: there rounding and curvature do about equal harm
_FLAT = 1e-6  # the least curvature that is believed
_FARTHEST = 0.4  # one step
_NEAR = 1e-6  # a step of this size ends the search: what it leaves is about its square
_STEPS, _SHORTER = 60, 12


def lowest(function: Callable[[FloatArray], FloatArray], start: FloatArray, most: float) -> FloatArray:
    """The point that a walk downhill from ``start`` leads to, with no number below 0 or above ``most``.

    Args:
        function: values at points, an array (points, numbers); even in each number, so that 0 is like any other place.
        start: an array (numbers,).
        most: the upper end.
    """
    if not start.size:
        return start
    at = np.minimum(start, most)
    values = function(at + _stencil(len(at)))
    for _ in range(_STEPS):
        step = _newton(values, len(at))
        if np.abs(step).max() < _NEAR:
            return np.minimum(np.abs(at + step), most)
        for _ in range(_SHORTER):
            there = np.minimum(np.abs(at + step), most)
            ahead = function(there + _stencil(len(at)))
            if ahead[0] < values[0]:
                break
            step = step / 4
        else:
            return at
        at, values = there, ahead
    return at


def _stencil(numbers: int) -> FloatArray:
    """Where a function is looked at: in the middle, ahead and behind along each number, and along each two of them."""
    units = np.eye(numbers)
    pairs = [one + other for one, other in itertools.combinations(units, 2)]
    return _APART * np.concatenate([[0 * units[0]], units, -units, *([pair, -pair] for pair in pairs)])


def _along(values: FloatArray, numbers: int) -> tuple[FloatArray, FloatArray, float]:
    return values[1 : numbers + 1], values[numbers + 1 : 2 * numbers + 1], float(values[0])


def _newton(values: FloatArray, numbers: int) -> FloatArray:
    """A step to where the parabola through the points of the stencil is lowest; from a saddle, down its slope."""
    ahead, behind, middle = _along(values, numbers)
    bends = np.diag(ahead + behind - 2 * middle)
    corners = values[2 * numbers + 1 :].reshape(-1, 2).sum(axis=1)
    for (one, other), corner in zip(itertools.combinations(range(numbers), 2), corners, strict=True):
        edges = ahead[one] + behind[one] + ahead[other] + behind[other]
        bends[one, other] = bends[other, one] = (corner - edges + 2 * middle) / 2
    sizes, ways = np.linalg.eigh(bends / _APART**2)
    slope = (ahead - behind) / (2 * _APART)
    step: FloatArray = -(ways @ ((ways.T @ slope) / np.maximum(np.abs(sizes), _FLAT)))
    return step * min(1.0, _FARTHEST / max(float(np.abs(step).max()), _FLAT))
