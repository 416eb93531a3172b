"""The parts of a program around a recurrence, which are not in its model."""
