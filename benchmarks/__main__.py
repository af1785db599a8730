"""`python -m benchmarks`: all of them, as a table. Exit 1 where a goal is missed."""

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import loading, synthesis


def main() -> int:
    table = Table("benchmark", "ours, s", "peer", "peer, s", "ours / peer", "goal", "met")
    console = Console()
    missed = 0
    for suite in (synthesis, loading):
        for figure in suite.figures():
            missed += not figure.met
            table.add_row(
                figure.name,
                f"{figure.ours:.2f}",
                figure.peer_name,
                f"{figure.peer:.2f}",
                f"{figure.ratio:.3f}",
                figure.goal,
                "yes" if figure.met else "no",
            )
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
