"""Events, their teams and their judges."""
