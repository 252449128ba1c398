"""What an operator does with a whole installation: rebuild state, compare it with storage, back up, restore."""
