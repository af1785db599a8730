"""The function's code as a ZIP, whose bytes depend on its files alone: the stack and `tap deploy` make it so.

Nothing of CDKTF is imported: a change of the code alone is deployed without it.
"""

import hashlib
import io
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EPOCH = (1980, 1, 1, 0, 0, 0)


def package() -> Path:
    """The ZIP, named by its content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for file in sorted((HERE / "functions").glob("*.py")):
            entry = zipfile.ZipInfo(file.name, EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    path = HERE / ".tap" / "cache" / "packages" / hashlib.sha256(made.getvalue()).hexdigest()[:32] / "record.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_bytes(made.getvalue())
    path.with_suffix(".part").replace(path)
    return path


def packages() -> list[Path]:
    """Of each function one: `packages` in [tool.tap]."""
    return [package()]
