"""Faults caused on purpose, and what must hold after them. ``make faults`` runs them at length.

``wire`` is a network that can be cut, ``fleet`` the programs that can be killed, ``speaker`` one who records through
it all, ``catalogue`` the faults, ``trial`` all of it together, and ``report`` what came of it.
"""
