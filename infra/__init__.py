"""The cloud: one CDK app, its settings by stage, and the small functions that only a cloud needs.

`settings.py` says what a stage may choose, `app.py` puts the stacks together, and one module describes each part.
`functions/` and `batch/` run in the cloud and import neither the rest of this package nor CDK.
"""

import os
import sys
from pathlib import Path

_NODE = Path(sys.executable).with_name("node")
if _NODE.exists():
    # CDK runs on Node: the environment's own, and not an older one of the system.
    os.environ.setdefault("JSII_NODE", str(_NODE))
