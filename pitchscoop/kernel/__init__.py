"""What every part stands on: ids, the clock, errors, facts, rows and the key table. Knows nothing of pitches."""
