"""What was said, found again: a local index of all transcripts, fed by the fact log."""
