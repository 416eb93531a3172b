"""The same report as text for a terminal, as JSON and as Markdown; each module has `render(report)`."""
