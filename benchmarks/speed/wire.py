"""Messages over a pipe: a line of JSON, then the arrays that it names, as .npy without pickle."""

import io
import json

import numpy as np


def send(stream, message, arrays=None):
    """Write a message: a dict that JSON can hold, and a dict of NumPy arrays."""
    parts = {name: _to_bytes(array) for name, array in (arrays or {}).items()}
    head = dict(message, arrays={name: len(part) for name, part in parts.items()})
    stream.write(json.dumps(head).encode() + b"\n")
    for part in parts.values():
        stream.write(part)
    stream.flush()


def receive(stream):
    """Read a message; return (dict, dict of arrays), or (None, {}) at the end of the stream."""
    line = stream.readline()
    if not line:
        return None, {}
    message = json.loads(line.decode())
    arrays = {}
    for name, size in message.pop("arrays").items():
        arrays[name] = np.load(io.BytesIO(_exactly(stream, size)), allow_pickle=False)
    return message, arrays


def _to_bytes(array):
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


def _exactly(stream, size):
    data = stream.read(size)
    if len(data) != size:
        raise EOFError(f"expected {size} bytes of an array, the stream ended after {len(data)}.")
    return data
