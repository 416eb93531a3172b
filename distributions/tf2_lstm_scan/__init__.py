"""The command of `tf2-lstm-scan`: the sources of `tf2-lstm` that scan and explain need, in a folder of their own.

No file is at the place of one of `tf2-lstm`, so that both can be in one environment.
"""

import os
import sys


def main():
    """Run `tf2-lstm`.

    Returns:
        The exit code.
    """
    # Last on the path: where the whole of tf2-lstm is installed too, that is what runs.
    sys.path.append(os.path.join(os.path.dirname(__file__), "sources"))
    from tf2_lstm.cli import main

    return main()
