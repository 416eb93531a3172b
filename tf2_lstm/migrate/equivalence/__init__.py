"""The proof: runners -> run results -> compare -> report, against golden records of real TensorFlow 1.15.5."""
