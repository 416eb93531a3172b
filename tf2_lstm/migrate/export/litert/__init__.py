"""The format litert, for phones and small devices: a model in the operations that its converter has and gets right."""
