"""The audience's vote, apart from what judges give."""
