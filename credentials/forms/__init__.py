"""All input to the register from pages."""
