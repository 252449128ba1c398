"""Where a smooth function of two numbers is lowest: Newton's steps in a square."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_APART = 1e-4  # of the points that slopes are taken from: rounding and curvature do about equal harm
_STENCIL = _APART * np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1)], dtype=float)
_FLAT = 1e-6  # the least curvature that is believed
_FARTHEST = 0.4  # one step
_NEAR = 1e-6  # a step of this size ends the search: what it leaves is about its square
_STEPS, _HALVINGS = 60, 12


def lowest(function: Callable[[FloatArray], FloatArray], start: FloatArray, most: FloatArray) -> FloatArray:
    """The point between 0 and ``most`` that a walk downhill from ``start`` leads to.

    Args:
        function: values at points, an array (points, 2); even in both numbers, so that 0 is like any other place.
        start: an array (2,).
        most: an array (2,); a number whose ``most`` is 0 stays 0.
    """
    at = np.minimum(start, most)
    values = function(at + _STENCIL * (most > 0))
    for _ in range(_STEPS):
        step = _newton(values, most > 0)
        if np.abs(step).max() < _NEAR:
            return np.minimum(np.abs(at + step), most)
        for _ in range(_HALVINGS):
            there = np.minimum(np.abs(at + step), most)
            ahead = function(there + _STENCIL * (most > 0))
            if ahead[0] < values[0]:
                break
            step = step / 4
        else:
            return at
        at, values = there, ahead
    return at


def curvature(function: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Second derivatives along either number, an array (2,)."""
    middle, right, left, above, below = function(at + _STENCIL[:5])
    return np.array([right + left - 2 * middle, above + below - 2 * middle]) / _APART**2


def _newton(values: FloatArray, free: NDArray[np.bool_]) -> FloatArray:
    """A step to where the parabola through the points of the stencil is lowest; from a saddle, down its slope."""
    middle, right, left, above, below, upper, lower = values
    slope = np.array([right - left, above - below]) / (2 * _APART) * free
    twist = (upper + lower - right - left - above - below + 2 * middle) / 2
    bends = np.array([[right + left - 2 * middle, twist], [twist, above + below - 2 * middle]]) / _APART**2
    sizes, ways = np.linalg.eigh(bends)
    step: FloatArray = -(ways @ ((ways.T @ slope) / np.maximum(np.abs(sizes), _FLAT))) * free
    return step * min(1.0, _FARTHEST / max(float(np.abs(step).max()), _FLAT))
