"""Who imports whom: the engine serves any project and knows none, and nothing goes round in a circle."""

from collections.abc import Iterator
from graphlib import TopologicalSorter

import grimp
import pytest

from deployer.deploy.synthesis import inputs
from deployer.paths import Paths
from deployer.project import Project

ROOT = Paths.here().root
PROJECT = {"stack", "transactions", "aws_io", "pipeline", "tests", "benchmarks"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """With imports within functions, and those for types alone."""
    return grimp.build_graph("deployer", "pipeline", "stack", include_external_packages=True, cache_dir=None)


def is_of_project(module: str) -> bool:
    return module.partition(".")[0] in PROJECT


def imports(graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    for module in graph.modules:
        yield from ((module, imported) for imported in graph.find_modules_directly_imported_by(module))


def test_the_engine_knows_no_project(graph: grimp.ImportGraph) -> None:
    """What it needs of one it asks through `[tool.tap]`; not even a type of it is imported."""
    assert [(who, whom) for who, whom in imports(graph) if is_of_project(whom) and not is_of_project(who)] == []


def test_nothing_is_imported_in_a_circle(graph: grimp.ImportGraph) -> None:
    """Not even for types, so that each module can be read with those below it alone."""
    below: dict[str, set[str]] = {module: set() for module in graph.modules}
    for who, whom in imports(graph):
        below[who].add(whom)

    TopologicalSorter(below).prepare()  # raises CycleError, which names the circle


def test_packages_build_on_each_other_in_one_direction(graph: grimp.ImportGraph) -> None:
    """What lies below a folder of the engine can be read without it: Terraform without stages, types without IAM."""
    packages = {module for module in graph.modules if module.count(".") == 1 and graph.find_children(module)}
    below: dict[str, set[str]] = {package: set() for package in packages}
    for who, whom in imports(graph):
        one, other = (".".join(module.split(".")[:2]) for module in (who, whom))
        if one in packages and one != other:
            below[one].add(other)

    assert {"deployer.deploy", "deployer.resources", "deployer.terraform", "deployer.targets"} <= packages
    TopologicalSorter(below).prepare()


def test_what_the_stack_imports_is_an_input_of_its_synthesis(graph: grimp.ImportGraph) -> None:
    """Otherwise the cache would be stale after a change of it."""
    used = {whom for who, whom in imports(graph) if who.startswith("stack") and whom.startswith("deployer.")}
    used |= {one for module in used for one in graph.find_upstream_modules(module) if one.startswith("deployer.")}
    files = {path.relative_to(ROOT).as_posix() for path in inputs(ROOT, Project.at(ROOT))}

    assert used
    assert {f"{module.replace('.', '/')}.py" for module in used} - files == set()
