"""The same report in several formats; each module has `render(report, width)`."""

import importlib

#: Each format of the command line -> its module here.
FORMATS = {"html": "as_html", "json": "as_json", "markdown": "as_markdown", "text": "as_text"}


def rendered(report, form, **options):
    """Return a report in a format.

    Args:
        report: the `Report`.
        form: a key of `FORMATS`.
        **options: of that format.
    """
    return importlib.import_module(f"tf2_lstm.migrate.report.{FORMATS[form]}").render(report, **options)
