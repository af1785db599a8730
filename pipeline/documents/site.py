"""The pages of docs/ as a site in build/site: `make docs-site`. A dead link, or a page that is not in its menu, fails.

Built by mkdocs in an environment of its own, environments/site.
"""

import sys

from deployer import process
from deployer.paths import Paths
from deployer.process.environments import ensure


def main() -> int:
    """Returns mkdocs's exit code; what it complains of is on stderr."""
    paths = Paths.here()
    command = [str(ensure("site", paths)), "-m", "mkdocs", "build", "--strict", "--clean"]
    built = process.run(command, folder=paths.root, env=process.environment({"NO_MKDOCS_2_WARNING": "true"}))
    if built.returncode:
        sys.stderr.write(built.stderr)
    else:
        print(paths.root / "build" / "site" / "index.html")
    return built.returncode


if __name__ == "__main__":
    sys.exit(main())
