"""Python runs this before a program (`deployer.deploy.bindings` says where): that of the project, of whatever version.

The package of a CDKTF provider imports all of its modules when it is imported, some 2,100 for AWS, so that jsii knows
their types: most of a minute where no bytecode is cached. Here it imports each when it is first asked for, and jsii
is told which module holds which type. A package of another form, or a jsii that can't be told, is left alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from _tap_sources import traced  # type: ignore[import-not-found]  # beside this one, on Python's path

_HERE = Path(__file__).parent
_PROVIDER = re.compile(r"cdktf_cdktf_provider_\w+")
_MARK = "\n# Loading modules to ensure their types are registered with the jsii runtime library\n"
_IMPORT = re.compile(r"from \. import (\w+)")


class _Finder:
    """Finds providers' packages where Python itself would."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname == "jsii":
            return _tracing(PathFinder.find_spec(fullname, path, target))
        if not _PROVIDER.fullmatch(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            head, _, tail = (spec.loader.get_source(fullname) or "").partition(_MARK)
            found = [_IMPORT.fullmatch(line) for line in tail.splitlines()]
            submodules = [one[1] for one in found if one]
            if submodules and len(submodules) == len(found) and _modules_by_type() is not None:
                spec.loader = _Loader(fullname, str(spec.loader.path), head, submodules)
        return spec


def _tracing(spec: ModuleSpec | None) -> ModuleSpec | None:
    """jsii as it is, and it is noted which line of the project asks it for a construct."""
    if spec is not None and isinstance(spec.loader, SourceFileLoader):
        spec.loader = _Jsii(spec.name, str(spec.loader.path))
    return spec


class _Jsii(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        jsii: Any = module
        if hasattr(jsii, "create"):
            jsii.create = traced(jsii.create)


class _Loader(SourceFileLoader):
    """Runs a package's text but for the imports at its end, of which each is done when it is needed."""

    def __init__(self, name: str, path: str, head: str, submodules: list[str]) -> None:
        super().__init__(name, path)
        self._head, self._submodules = head, frozenset(submodules)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._head, self.path, "exec"), module.__dict__)  # noqa: S102  # the package's own text
        public: Any = sys.modules[self.name]  # the package puts another module in its place
        public.__getattr__ = self._submodule
        public.__dir__ = lambda: sorted({*vars(public), *self._submodules})
        self._tell_jsii()

    def _submodule(self, name: str) -> ModuleType:
        if name in self._submodules:
            return importlib.import_module(f"{self.name}.{name}")
        raise AttributeError(f"module {self.name!r} has no attribute {name!r}")

    def _tell_jsii(self) -> None:
        """In which module a type is that jsii meets before the program does."""
        assembly = sys.modules[f"{self.name}._jsii"].__jsii_assembly__.name
        _modules_by_type().update({f"{assembly}.{_camel(one)}": f"{self.name}.{one}" for one in self._submodules})


def _modules_by_type() -> Any:
    """jsii's own map for packages that import their modules late; None of a jsii from before there were any."""
    from jsii import _reference_map

    return getattr(_reference_map, "_submodule_fqn_map", None)


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _run_what_this_one_hides() -> None:
    """Python runs the first `sitecustomize` of its path alone, and the machine or the environment may have its own."""
    others = [folder for folder in sys.path if Path(folder) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        sys.modules["sitecustomize"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["sitecustomize"])


sys.meta_path.insert(0, _Finder())
_run_what_this_one_hides()
