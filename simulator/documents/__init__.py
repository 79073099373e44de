"""Enforcement documents: forms as data, filled from a run, printed as PDF."""
