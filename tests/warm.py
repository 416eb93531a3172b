"""Python in a process of its own, without the three seconds that each takes to import TensorFlow.

One process imports TensorFlow and Keras, nothing of this project, and waits; a command is a fork of it, made before
TensorFlow has run anything. What a command does in front of that import, or says during it, needs a process that is
cold: `tests/test_cli.py`, `tests/test_isolation.py` and `tests/migrate/convert/test_convert_command.py` have those.
"""

import atexit
import functools
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: A shell has none of the variables that this suite sets.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TF")}
#: Each line is a command: the words behind `python`, its folder, where its output goes, what comes before it. It ends
#: at once: to take TensorFlow down takes most of a second.
WAITING = """
import gc, json, os, runpy, sys, traceback

gc.disable()
import keras, tensorflow

gc.enable()
gc.freeze()
print("ready", flush=True)
for line in sys.stdin:
    words, folder, out, errors, before = json.loads(line)
    pid = os.fork()
    if pid == 0:
        for number, path in ((1, out), (2, errors)):
            os.dup2(os.open(path, os.O_WRONLY), number)
        os.chdir(folder)
        kind, what, *rest = words
        sys.argv = [what if kind == "-m" else "-c", *rest]
        code = 0
        try:
            exec(before, {})
            if kind == "-m":
                runpy.run_module(what, run_name="__main__", alter_sys=True)
            else:
                exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
_ONE_AT_A_TIME = threading.Lock()


def python(*words, cwd=ROOT, before="", timeout=300):
    """Run Python as from a shell.

    Args:
        words: "-m", a module and its arguments; or "-c", code and its arguments.
        cwd: the folder that it runs in.
        before: code that runs in the process first.
        timeout: seconds after which it hangs.

    Returns:
        A `subprocess.CompletedProcess` with text.

    Raises:
        TimeoutExpired: it hangs.
    """
    words = list(map(str, words))
    with _ONE_AT_A_TIME, tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as errors:
        waiting = _waiting()
        waiting.stdin.write(json.dumps([words, str(cwd), out.name, errors.name, before]) + "\n")
        waiting.stdin.flush()
        if not select.select([waiting.stdout], [], [], timeout)[0]:
            _end()
            raise subprocess.TimeoutExpired(words, timeout)
        code = int(waiting.stdout.readline())
        said = [Path(file.name).read_bytes().decode() for file in (out, errors)]
    return subprocess.CompletedProcess(words, code, *said)


@functools.cache
def _waiting():
    waiting = subprocess.Popen(
        [sys.executable, "-c", WAITING],
        env=PLAIN | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    atexit.register(_end)
    assert waiting.stdout.readline() == "ready\n"
    return waiting


def _end():
    waiting = _waiting()
    _waiting.cache_clear()
    atexit.unregister(_end)
    waiting.kill()
    waiting.communicate()
