"""Scores: what judges give, and what can be said from it about who was better."""
