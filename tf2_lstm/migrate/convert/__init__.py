"""From a TF1 model to Keras models, readable source and a proof: replay, compare, write."""
