"""The settings of `scan` in a project: `[tool.tf2-lstm]` of its pyproject.toml."""

import tomllib

from tf2_lstm.cli.process import one_line
from tf2_lstm.errors import UserError

#: Each is a list of texts, as the option on the command line may be given several times.
SETTINGS = ("exclude", "ignore", "select")


def settings_of(folder):
    """Return the settings of the project that a folder is in.

    Args:
        folder: an absolute `Path`; the first pyproject.toml in it or above it counts.

    Returns:
        The file and a dict of lists of texts; None and {} where nothing is said.

    Raises:
        UserError: the file is no TOML, or says something that is no setting.

    Example:
        ```python
        import tempfile
        from pathlib import Path

        from tf2_lstm.cli.configuration import settings_of

        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "pyproject.toml").write_text('[tool.tf2-lstm]\\nexclude = ["old"]\\n')
            file, settings = settings_of(Path(name))
            assert (file.name, settings) == ("pyproject.toml", {"exclude": ["old"]})
        ```
    """
    file = next(
        (found for one in (folder, *folder.parents) if (found := one / "pyproject.toml").is_file()), None
    )
    if file is None:
        return None, {}
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("tf2-lstm", {})
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(
            f"{one_line(str(file))}: expected TOML, found: {one_line(str(error))}. Mend it."
        ) from error
    settings = {name: _texts(file, name, value) for name, value in _table(file, said).items()}
    return (file, settings) if settings else (None, {})


def _table(file, said):
    if isinstance(said, dict):
        return said
    raise UserError(
        f"{one_line(str(file))}: tool.tf2-lstm: expected a table, found {one_line(repr(said))}. Write [tool.tf2-lstm]."
    )


def _texts(file, name, value):
    where = f"{one_line(str(file))}: [tool.tf2-lstm] {one_line(name)}"
    if name not in SETTINGS:
        raise UserError(f"{where}: expected one of {', '.join(SETTINGS)}. Remove it.")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UserError(f'{where}: expected a list of texts, found {one_line(repr(value))}. Write ["..."].')
    return value
