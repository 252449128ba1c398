"""One pitch from its first byte to its finished recording."""
