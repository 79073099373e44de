"""Every change of the register, one function per intention, split by noun."""
