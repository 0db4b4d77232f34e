"""The searching process: a problem on standard input, one line for each step on standard output, then it ends."""

import sys

from core.clock import SystemClock
from core.neighbourhood.partition.solver import Step, solve
from core.neighbourhood.partition.wire import found_of, line, unpack


def main() -> None:
    problem, seconds, workers = unpack(sys.stdin.buffer.read())

    def tell(step: Step) -> None:
        sys.stdout.buffer.write(line(found_of(step)))
        sys.stdout.buffer.flush()

    solve(problem, clock=SystemClock(), time_limit_s=seconds, workers=workers, report=tell)


if __name__ == "__main__":
    main()
