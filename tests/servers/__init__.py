"""Real servers for tests. Each module starts one, and says in ``ran`` which it was."""

ran: dict[str, str] = {}
"""A server and its version."""

tried: dict[str, str] = {}
"""How much a test that makes up its own cases went through."""
