"""What does a command take on its own? Prints seconds on the clock, seconds of all cores and peak memory in MB.

    python -S -m bench.alone COMMAND …

What a process held when it began a command counts as memory of that command (execve(2) keeps the high-water mark), so
this one loads next to nothing: with it a peak of 12 MB is shown as such, where the bench itself holds 200.
"""

import os
import sys
import time

begin = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
print(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status) and 1)
