"""One description of a Keras model, read twice: `build` runs it, `emit` writes it down."""
