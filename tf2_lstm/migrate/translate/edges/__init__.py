"""Where a whole program begins and ends, and which of its inputs are only switches."""
