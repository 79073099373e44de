"""Scoring profiles: weights, caps, vetoes and rules of procedure as data."""
