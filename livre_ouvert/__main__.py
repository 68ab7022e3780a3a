"""`python -m livre_ouvert`: the command, where it is not installed."""

import sys

from livre_ouvert.command import main

sys.exit(main())
