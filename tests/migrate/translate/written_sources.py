"""The sources that stand in `sources/` to be read in review, written again.

    python -m tests.migrate.translate.written_sources

Each is what `convert` writes for a whole program of the zoo.
"""

import json
import shutil
import tempfile
from pathlib import Path

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole import translated
from tf2_lstm.migrate.translate.as_source import emit_whole

PROGRAMS = Path(__file__).resolve().parents[2] / "zoo" / "whole"
SOURCES = Path(__file__).with_name("sources")


def source_of(name, folder):
    """Return the source of a whole program of the zoo; its artefact is unpacked into a folder."""
    expected = json.loads((PROGRAMS / name / "expected.json").read_text(encoding="utf-8"))
    shutil.unpack_archive(PROGRAMS / name / "artefact.zip", folder)
    options = {key: tuple(value) for key, value in expected.get("options", {}).items()}
    request = Request(str(Path(folder) / expected["artifact"]), program=True, **options)
    return emit_whole(translated(*look(request), request))


if __name__ == "__main__":
    for path in sorted(SOURCES.glob("*.py")):
        with tempfile.TemporaryDirectory() as folder:
            path.write_text(source_of(path.stem, folder), encoding="utf-8")
