"""Export a Keras model to another runtime: write it, run it there, and compare it with Keras before it is a file.

`onnx_model` writes the graph, `proof` runs both, `leaving` has the function of the command: open it first.
"""
