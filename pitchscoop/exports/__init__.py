"""An event, taken away: a table, and an archive of the audio with it."""
