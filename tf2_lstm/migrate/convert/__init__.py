"""From a TF1 model to Keras models, readable source and a proof: look, translate, prove, write.

`converting` is the file to open first.
"""

# This import comes before TensorFlow's: the proof switches oneDNN off.
import tf2_lstm.migrate.prove  # noqa: F401
