"""A Keras model for another runtime: written, run there, and held against Keras before it is a file.

`onnx_model` writes the graph, `proof` runs both, `leaving` is what the command calls: the first file to open.
"""
