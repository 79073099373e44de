"""Pure rules of credentials: no Django, no clock, no database."""
