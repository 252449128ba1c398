"""What the product promises in figures, measured: ``make bench``, or ``make bench ARGS="sessions stop"``."""
