"""The formats of a scan's result. A format changes the output, never the exit code."""

from tf2_lstm.migrate.source.formats import as_github, as_json, as_markdown, as_sarif, as_text

WRITERS = {
    "text": as_text.write,
    "json": as_json.write,
    "sarif": as_sarif.write,
    "github": as_github.write,
    "markdown": as_markdown.write,
}
