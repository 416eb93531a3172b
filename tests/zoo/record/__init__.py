"""Records the artefacts of the zoo with real TensorFlow 1.15: `python -m tests.zoo.record`."""
