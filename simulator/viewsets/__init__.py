"""The staff side of the simulator."""
