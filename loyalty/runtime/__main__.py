"""`python -m loyalty.runtime`: what `make run` calls."""

import sys

from loyalty.runtime.launcher import Launcher

if __name__ == "__main__":
    sys.exit(Launcher(started_by_make="--started-by-make" in sys.argv[1:]).run())
