"""User input of the examination engine."""
