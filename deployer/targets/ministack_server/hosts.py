"""Functions on a machine of another platform than Lambda's: the compiled modules of their packages, in its own builds.

A function's ZIP holds those for x86-64 Linux alone, and here its Python is the host's. What is uploaded stays what it
is, by its hash too; a host's builds are put beside them only where the function is run.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any


def mend_code(runtimes: Any) -> None:
    """Every worker that MiniStack makes is given the code as this host can run it."""
    choose: Callable[[dict[str, Any]], Any] = runtimes._worker_class_for

    def worker_class_for(config: dict[str, Any]) -> Any:
        return lambda name, config_, code: choose(config)(name, config_, fitted(code))

    runtimes._worker_class_for = worker_class_for


@lru_cache(maxsize=8)
def fitted(code: bytes) -> bytes:
    """The ZIP with the host's builds of what it holds for another platform alone; as it is where there is nothing such.

    From this interpreter's environment, in the same versions; a package that is not in it stays as it is.
    """
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        names = archive.namelist()
    if all(_loads(name) for name in names if name.endswith(".so")):
        return code
    out = io.BytesIO(code)
    with zipfile.ZipFile(out, "a") as archive:
        for name, path in _builds(names):
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return out.getvalue()


def _loads(name: str) -> bool:
    """Whether the interpreter would load a file of this name."""
    return "." + name.rpartition("/")[2].partition(".")[2] in EXTENSION_SUFFIXES


def _builds(names: list[str]) -> Iterator[tuple[str, Path]]:
    """The compiled modules, by their names in the ZIP, of the packages that it holds."""
    for name in names:
        if name.endswith(".dist-info/METADATA"):
            package, _, version = name.partition(".dist-info")[0].rpartition("-")
            try:
                installed = distribution(package)
            except PackageNotFoundError:
                continue
            if installed.version == version:
                for file in installed.files or ():
                    if _loads(str(file)) and str(file) not in names:
                        yield str(file), Path(str(installed.locate_file(file)))
