"""A TF1 graph as it is: its nodes, operations, shapes, control flow, functions and subgraphs, and its terms.

```python
from tf2_lstm.migrate.graph.nodes import edge

assert edge("rnn/split:1") == ("rnn/split", 1)
```
"""
