"""Variables that a graph restores and its checkpoint does not have: each is named, and nothing is called complete."""

from dataclasses import replace

from tf2_lstm.migrate.model import NotConverted
from tf2_lstm.migrate.recognise.unclaimed import SLOT

NEXT = "name with --weights a checkpoint that has all of them"


def name_absent(model, findings):
    """Say of what is not converted that its variables have no value; report the others by their scope.

    An optimizer's slots and the step counter are needed by no recurrence: a note has them.

    Args:
        model: the `TF1Model`.
        findings: the `Findings` that are changed.
    """
    left = [name for name in model.missing if not SLOT.search(name) and not name.endswith("global_step")]
    for number, one in enumerate(findings.not_converted):
        own = [name for name in left if name.startswith(f"{one.scope}/")]
        left = [name for name in left if name not in own]
        if own:
            reason = f"{_sentence(own)}; as it is read without them: {one.reason}"
            findings.not_converted[number] = replace(one, reason=reason)
    scopes = dict.fromkeys(name.rpartition("/")[0] for name in left)
    for scope in scopes:
        own = [name for name in left if name.rpartition("/")[0] == scope]
        findings.not_converted.append(NotConverted(scope or own[0], _sentence(own), ()))


def _sentence(names):
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the checkpoint has no value of {', '.join(names[:3])}{more}: {NEXT}"
