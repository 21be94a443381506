"""How a rule is chosen and what it takes: pure functions, no database."""
