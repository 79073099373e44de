"""Printed pages, charts and files made from what is stored."""
