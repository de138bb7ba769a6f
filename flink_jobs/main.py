"""Entry of the package for Managed Service for Apache Flink, which runs `main.py` at the root of the zip."""

import sys

from flink_jobs.__main__ import main

exit_code = main()
# A return is success; the managed service takes any SystemExit, even of 0, as a failure.
if exit_code:
    sys.exit(exit_code)
