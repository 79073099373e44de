"""The learner's side of the simulator, split by noun."""
