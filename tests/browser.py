"""Pages looked at in a headless Chromium, on machines that have one."""

import functools
import http.server
import json
import queue
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
#: A page that opens others in frames, one after the other, and sends what it sees in them.
_FRAMES = """<!doctype html><link rel="icon" href="data:,"><body><script>
async function look([page, width, text]) {
  const frame = document.createElement("iframe");
  frame.width = width; frame.height = 900; frame.src = page;
  await new Promise(done => { frame.onload = done; document.body.append(frame); });
  const root = frame.contentDocument.documentElement;
  for (let n = 0; n < 200 && !root.innerText.includes(text); n++) await new Promise(done => setTimeout(done, 50));
  const tables = [...root.querySelectorAll(".md-typeset__scrollwrap")];
  const cut = tables.filter(one => one.scrollWidth > one.clientWidth).length;
  const seen = {page, width, filled: root.scrollWidth, cut, found: root.innerText.includes(text)};
  frame.remove();
  return seen;
}
(async () => {
  const seen = [];
  for (const one of %s) seen.push(await look(one));
  await fetch("/seen", {method: "POST", body: JSON.stringify(seen)});
})();
</script>"""


@dataclass
class Seen:
    """What a browser saw of some pages.

    Attributes:
        frames: of each a dict: `page`, `width`, `filled` (how wide what is in it is), `cut` (how many tables are wider
            than their place), `found` (its text).
        console: what the browser's console said, line by line.
    """

    frames: list
    console: list


def look(folder, pages):
    """Open pages of a folder in a browser, each in a frame of its own.

    Args:
        folder: the `Path` that is served.
        pages: (address below the folder, width, a text that is waited for) each.

    Returns:
        What was `Seen`.
    """
    answers = queue.Queue()
    frames = (_FRAMES % json.dumps(pages)).encode()
    handler = functools.partial(_Handler, answers, frames, directory=str(folder))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryFile("w+") as said,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # A port for tools keeps a browser without a window running.
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        options += ["--enable-logging=stderr", f"--user-data-dir={profile}"]
        address = f"http://127.0.0.1:{server.server_port}/frames"
        with subprocess.Popen([CHROMIUM, *options, address], stdout=said, stderr=said) as browser:
            try:
                seen = json.loads(answers.get(timeout=120))
            finally:
                browser.terminate()
        server.shutdown()
        said.seek(0)
        return Seen(seen, [line for line in said if "CONSOLE" in line])


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, the page with the frames, and takes what that page saw."""

    def __init__(self, answers, frames, *arguments, **options):
        self._answers, self._frames = answers, frames
        super().__init__(*arguments, **options)

    def do_GET(self):
        if self.path != "/frames":
            return super().do_GET()
        return self._answer(self._frames)

    def do_POST(self):
        self._answers.put(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(b"")

    def _answer(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass
