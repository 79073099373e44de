"""Pure statistics over answers and scores. Update docs/algorithms/statistics.md."""
