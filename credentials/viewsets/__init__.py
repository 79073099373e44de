"""The desks of credentials in the back office."""
