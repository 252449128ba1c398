"""Real servers for tests. Each module starts one, and says in ``ran`` which it was."""

ran: dict[str, str] = {}
