"""What the Python processes of the benchmark have in common: they read what to do, a line at a time, do it, and print
its milliseconds and what it found."""

import sys
import time


def answer(version, kinds):
    """Answers until there is no more to read.

    version  printed first, to say that this process is ready
    kinds    by the first word of a line: what makes, from the other words, the function that is timed
    """
    print(version, flush=True)
    made = {}
    for line in sys.stdin:
        if line not in made:
            # One net at a time: the memory of the last one is given back.
            made.clear()
            kind, *words = line.strip().split(" ", 2)
            made[line] = kinds[kind](*words)
        start = time.perf_counter()
        found = made[line]() or ()
        print(1000 * (time.perf_counter() - start), *found, flush=True)
