"""`python -m loyalty.runtime`: what `make run` calls."""

import sys

from loyalty.runtime.faults import Fault
from loyalty.runtime.launcher import Launcher

if __name__ == "__main__":
    try:
        launcher = Launcher(started_by_make="--started-by-make" in sys.argv[1:])
    except Fault as fault:
        sys.exit(f"Stopped: {fault}")
    sys.exit(launcher.run())
