"""`python -m benchmarks [SUITE...]`: all of them, or some, as a table. Exit 1 where a goal is missed."""

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import compliance, deploying, judging, loading, synthesis

SUITES = {module.__name__.split(".")[-1]: module for module in (synthesis, compliance, deploying, judging, loading)}


def main() -> int:
    table = Table("benchmark", "ours", "peer", "peer's", "ours / peer", "goal", "met")
    console = Console()
    missed = 0
    for suite in [SUITES[name] for name in sys.argv[1:] or SUITES]:
        for figure in suite.figures():
            missed += not figure.met
            table.add_row(
                figure.name,
                _shown(figure.ours, figure.unit),
                figure.peer_name,
                _shown(figure.peer, figure.unit),
                f"{figure.ratio:.3f}",
                figure.goal,
                "yes" if figure.met else "no",
            )
    console.print(table)
    return 1 if missed else 0


def _shown(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:,.2f} {unit}"


if __name__ == "__main__":
    sys.exit(main())
