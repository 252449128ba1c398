"""What was said: words with times, and what can be told from them alone."""
