"""Why a generated program may be refused: the only reasons that count as no fault."""

import re

#: Name -> (what the refusal says, why the program has no Keras model).
REFUSALS = {}


def reason_of(text):
    """Return the name of the reason that a refusal gives, "" when it is none of `REFUSALS`."""
    return next((name for name, (said, _) in REFUSALS.items() if re.search(said, text)), "")
