"""`python -m layerdesk` is the same as `layerdesk`."""

from __future__ import annotations

import sys

from layerdesk.cli import main

if __name__ == "__main__":
    sys.exit(main())
