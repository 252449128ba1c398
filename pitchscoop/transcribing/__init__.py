"""From sound to words: while it is spoken, and afterwards where that did not come to an end."""
