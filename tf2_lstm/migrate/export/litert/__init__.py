"""The format litert, for phones and small devices: a model in operations that its converter gets right."""
