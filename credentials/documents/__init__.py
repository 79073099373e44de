"""Printed documents of the register."""
