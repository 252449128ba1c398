"""What a model drafts of feedback, what is checked of it, and what a person makes of it. Nothing here knows a score."""
