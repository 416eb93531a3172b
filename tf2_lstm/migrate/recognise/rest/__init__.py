"""The rest of a model: variables that no recurrence claims, cells known by name, the nearest row, copies."""
