"""One generated program through the whole way, and the verdict."""

import re
import traceback
from dataclasses import dataclass, replace

from tests.generated.building import build
from tests.generated.checking import entries_of, flaws_of, names_of
from tests.generated.program import drops
from tests.generated.refusals import reason_of
from tests.generated.running import draw_weights, nothing_kept, opened, run, save
from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.model import ArtifactError


@dataclass(frozen=True)
class Verdict:
    """What came of a program.

    Attributes:
        kind: "equal", "refused", "wrong", "missing", "refused wrongly", "exception" or "structure".
        what: the reason's name in `REFUSALS`, or sentences.
    """

    kind: str
    what: str = ""

    @property
    def fault(self):
        """Whether the project is at fault."""
        return self.kind not in ("equal", "refused")

    @property
    def sort(self):
        """The verdict without numbers and names: faults of one sort have it in common."""
        return f"{self.kind}: {re.sub(r'[0-9][0-9.e-]*', '#', self.what)[:160]}"


def attempt(program, folder, whole=False):
    """Build, run, save, convert and check a program.

    Args:
        program: the `Program`.
        folder: an empty folder, a `Path`.
        whole: whether the whole program is converted too, with all that it fetches.

    Returns:
        A `Verdict`.
    """
    built = build(program)
    with opened(built) as sess:
        draw_weights(sess, program)
        prefix = save(sess, str(folder / "model.ckpt"))
    fetched = tuple(dict.fromkeys(tensor.name for tensor in built.fetches.values())) if whole else ()
    conversion, verdict = _converted(prefix, folder / "out", program, fetched)
    if verdict:
        return verdict
    if conversion.program:
        why = reason_of(conversion.program, program)
        return Verdict("refused" if why else "refused wrongly", why or f"whole: {conversion.program}")
    findings = conversion.findings
    refused = [one.reason for one in (*findings.not_converted, *findings.not_in_the_model)]
    unknown = [reason for reason in refused if not reason_of(reason, program)]
    if unknown:
        return Verdict("refused wrongly", "; ".join(unknown))
    flaws = _flaws(program, built, folder, bool(refused))
    flaws += _not_whole(folder, fetched)
    if flaws:
        kind = {"wrong number": "wrong", "missing": "missing"}.get(flaws[0].split(":")[0], "structure")
        return Verdict(kind, "; ".join(flaws))
    return Verdict("refused", reason_of(refused[0], program)) if refused else Verdict("equal")


def _not_whole(folder, fetched):
    """What the model of the whole program should give, and does not."""
    given = {
        one["tf1"]
        for entry in entries_of(folder / "out")
        if entry["kind"] == "program"
        for one in entry["outputs"]
    }
    return [f"missing: {name} of the whole program" for name in fetched if name not in given]


def _converted(prefix, out, program, fetched):
    """(Conversion, None), or (None, the verdict on what was raised)."""
    try:
        return convert(Request(prefix, program=bool(fetched), fetch=fetched), out), None
    except ArtifactError as error:
        why = reason_of(str(error), program)
        return None, Verdict("refused" if why else "refused wrongly", why or str(error))
    except Exception as error:
        # Whatever it is: the traceback that a user would have seen.
        where = traceback.extract_tb(error.__traceback__)[-1]
        line = f"{type(error).__name__}: {error} ({where.name} in {where.filename.rpartition('/')[2]})"
        return None, Verdict("exception", line)


def _flaws(program, built, folder, partial):
    """Hold the folder against the session; at inference, where dropout is a constant, against one that is fed 1."""
    if program.keep == "constant":
        built = build(replace(program, keep="placeholder"))
    fetches = {} if partial else {label: tensor.name for label, tensor in built.fetches.items()}
    names = sorted({*names_of(folder / "out"), *fetches.values()})
    nothing = nothing_kept(built) if drops(program) and program.keep != "one" else None
    with opened(built) as sess:
        draw_weights(sess, program)
        held = run(sess, program, built, names)
        empty = run(sess, program, nothing, names) if nothing else None
    out = folder / "out"
    found = flaws_of(out, held, fetches, partial=partial)
    return flaws_of(out, empty, fetches, True, partial) if nothing and not found else found
