"""`python -m botd.strategies` is `botd-strategies`."""

import sys

from .command import main

sys.exit(main())
