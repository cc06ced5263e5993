# Which Python this is, and the file that the kernel runs: "cpython 3.13.0t /usr/bin/python3.13t".
import os
import platform
import sys

free = "" if getattr(sys, "_is_gil_enabled", lambda: True)() else "t"
version = platform.python_version().rstrip("+")
if hasattr(sys, "pypy_version_info"):
    version = "%d.%d.%d" % sys.pypy_version_info[:3]
print("%s %s%s %s" % (platform.python_implementation().lower(), version, free, os.path.realpath("/proc/self/exe")))
