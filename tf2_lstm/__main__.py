"""`python -m tf2_lstm` is `tf2-lstm`."""

import sys

from tf2_lstm.cli import main

if __name__ == "__main__":
    sys.exit(main())
