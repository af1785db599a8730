"""`python -m benchmarks [NAME...]`: as a table, those named, or all but `scaling`. Exit 1 where a goal is missed."""

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import compliance, deploying, judging, loading, moving, scaling, synthesis, transforming

SUITES = {
    "synthesis": synthesis,
    "compliance": compliance,
    "deploying": deploying,
    "judging": judging,
    "transforming": transforming,
    "loading": loading,
    "moving": moving,
    "scaling": scaling,
}
BY_NAME = {"scaling"}  # it writes what `tap capacity` is computed from


def main(names: list[str]) -> int:
    if unknown := sorted(set(names) - SUITES.keys()):
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(SUITES)}", file=sys.stderr)
        return 2
    table = Table("benchmark", "ours", "peer", "peer's", "ours / peer", "goal", "met")
    console = Console()
    missed = 0
    for name in names or [name for name in SUITES if name not in BY_NAME]:
        for figure in SUITES[name].figures():
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
    sys.exit(main(sys.argv[1:]))
