"""Recognising: the recurrences of a TF1 model, read from its data flow and never from names alone.

```python
from tf2_lstm.migrate import recognise

assert callable(recognise.recognise)
```
"""

from tf2_lstm.migrate.recognise.recognising import recognise

__all__ = ["recognise"]
