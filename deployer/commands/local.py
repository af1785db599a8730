"""`tap local start`, `stop`, `status`: the embedded AWS, kept running between commands."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import Commands, JsonOption, print_json
from deployer.paths import Paths

if TYPE_CHECKING:
    from deployer.targets.embedded import Emulator

PortOption = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, help="Port for plain HTTP (default: any free port).")
]

local = Commands(help="The embedded AWS, kept running between commands.")


@local.command()
def start(port: PortOption = None, json: JsonOption = False) -> None:
    """Start it, unless it runs already.

    Example: `tap local start`
    """
    from deployer.targets.embedded import local_start

    _tell(local_start(Paths.here(), port), json=json)


@local.command()
def stop(json: JsonOption = False) -> None:
    """Stop it; all that was deployed on it is gone.

    Example: `tap local stop`
    """
    from deployer.targets.embedded import local_stop

    stopped = local_stop(Paths.here())
    if json:
        print_json({"stopped": stopped})
    else:
        print("stopped" if stopped else "none was running")


@local.command()
def status(json: JsonOption = False) -> None:
    """Show the one that runs; exit 1 if none does.

    Example: `tap local status --json`
    """
    from deployer.targets.embedded import local_status

    _tell(local_status(Paths.here()), json=json)


def _tell(emulator: "Emulator", *, json: bool) -> None:
    if json:
        print_json(asdict(emulator))
        return
    print(f"The embedded AWS answers at {emulator.endpoint} (process {emulator.pid}, since {emulator.started}).")
    print("Any client reaches it, for example:")
    print(
        f"  AWS_ENDPOINT_URL={emulator.endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
        "AWS_REGION=us-east-1 aws s3 ls"
    )
    print(f"With TLS: {emulator.secure_endpoint}, certificate {emulator.ca_bundle}")
