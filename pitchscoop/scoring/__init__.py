"""What judges give, kept so that a change of it is found."""
