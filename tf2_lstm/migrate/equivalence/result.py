"""The results of one side of a comparison: named arrays in a fixed order."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Dict

#: The names of the sides, in the order of a report.
RECORD, LIVE, KERAS = "TF 1.15 record", "live session", "Keras"


@dataclass
class RunResult:
    """The numbers of one side: a reference, or Keras.

    Attributes:
        side: its name: RECORD, LIVE or KERAS.
        tensors: name -> array, in order: "outputs...", "state...", "gradient of ...", "losses", "trained ...".
        weights: TF1 variable name -> array, as they were at the start.
        versions: program -> version.
    """

    side: str
    tensors: "OrderedDict[str, Any]"
    weights: "OrderedDict[str, Any]" = field(default_factory=OrderedDict)
    versions: Dict[str, str] = field(default_factory=dict)
