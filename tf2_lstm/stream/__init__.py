"""The streaming step: in TF1 a loop of `session.run(..., feed_dict={state: ...})`.

`streaming(model_or_layer)` is called once; the step that it returns is called for every step, or for
every chunk of steps, and returns the same as the whole sequence would:

| TF1                                              | here                                         |
|--------------------------------------------------|----------------------------------------------|
| `y, s = sess.run([out, last], {x: ..., init: s})`| `y, s = step(x, s)`                          |
| the session's state in a variable                | `held = step.hold(batch)`; `y = held(x)`     |
| zeroing rows of the fed state                    | `held.reset(rows=[2])`, `step.reset(s, [2])` |

`plan.py` describes the computation, once; it runs in NumPy (`kernels.py`, `pointwise.py`) or in Keras,
compiled where the backend can (`tf2_lstm/backends/`). `docs/adr/0011-streaming.md` says why both.
"""

from tf2_lstm.stream.held_stream import HeldStream
from tf2_lstm.stream.step import StreamingStep, streaming

__all__ = ["HeldStream", "StreamingStep", "streaming"]
