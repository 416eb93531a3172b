"""`python -m tf2_lstm_scan` is `tf2-lstm`."""

import sys

from tf2_lstm_scan import main

if __name__ == "__main__":
    sys.exit(main())
