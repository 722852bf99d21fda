"""`python -m orchestration [--full-refresh]`: the whole line, as `run.py` has it.

In a file of this name because processes that a run starts import every other main module again, and none of them needs Dagster.
"""

import sys

from orchestration.run import main

sys.exit(main())
