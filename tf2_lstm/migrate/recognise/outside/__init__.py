"""What a program computes around a recurrence, which is no part of its model."""
