"""Read an artefact: a checkpoint, MetaGraph, SavedModel, frozen graph or .h5 file becomes one `TF1Model`.

```python
from tf2_lstm.migrate import artifacts

try:
    artifacts.read("no/such/model.ckpt")
except artifacts.ArtifactError as error:
    assert "nothing is there" in str(error)
```
"""

from tf2_lstm.migrate.artifacts.reading import read
from tf2_lstm.migrate.model import ArtifactError

__all__ = ["ArtifactError", "read"]
