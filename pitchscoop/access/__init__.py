"""Who may do what: roles, the permission table, tokens."""
