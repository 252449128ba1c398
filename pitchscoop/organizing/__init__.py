"""Running events: what an organizer does, and what teams and judges do about themselves."""
