"""Run a command and tell its seconds, CPU seconds and peak memory in MB, as JSON.

    python -S account.py OUTPUT COMMAND ...

What the command prints goes to the file OUTPUT. A process of its own, and a small one:
a child's peak starts with its parent's size.
"""

import json
import os
import sys
import time

begun = time.monotonic()
child = os.posix_spawnp(
    sys.argv[2],
    sys.argv[2:],
    os.environ,
    file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o644)
    ],
)
_, status, usage = os.wait4(child, 0)
told = {
    "code": os.waitstatus_to_exitcode(status),
    "seconds": time.monotonic() - begun,
    "cpu": usage.ru_utime + usage.ru_stime,
    "peak_mb": usage.ru_maxrss / 1024,
}
print(json.dumps(told))
