"""Every change of state of the examination engine, one function per intention."""
