"""Events and their teams."""
