"""Every change of state in the simulator, one function per intention."""
