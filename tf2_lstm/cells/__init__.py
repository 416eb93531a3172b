"""The cells: one step of a recurrence. One file a family, named as in `legacy_tf1/cells/`."""
