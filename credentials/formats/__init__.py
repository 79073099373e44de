"""Files of other registers, read into plain records."""
