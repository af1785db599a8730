"""Faults that take long: many files at once, a poison one among them, and an AWS that goes away in the middle."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from deployer.console.view import NoView
from deployer.deploy.stages import Run, deploy
from deployer.paths import Paths
from deployer.targets import embedded
from deployer.targets.connect import TargetSession, on
from deployer.targets.targets import Target
from pipeline.client import FAILED, FileState, Pipeline
from pipeline.dead_letters import letters
from pipeline.domain import Upload
from stack.settings import Settings
from tests.integration.reading import items_of
from tests.proofs.restarting import Lasting

HEADER = "transaction_id,account_id,timestamp,amount,currency,type,merchant,description"
SUFFIX, ROWS, DEADLINE_S, AT_ONCE = "faults", 5, 900.0, 16
SETTINGS = Settings.load({}, environment_suffix=SUFFIX)


@dataclass(frozen=True)
class Crowd:
    """Many files of one account, sent at once."""

    pipeline: Pipeline
    folder: Path
    tag: str

    def ids(self, number: int) -> list[str]:
        """The transactions of one file."""
        return [f"{self.tag}-{number}-{row}" for row in range(ROWS)]

    def write(self, number: int) -> Path:
        rows = [f"{id_},acc-{self.tag},2025-03-01T10:00:00Z,1.25,EUR,debit,Shop,Goods" for id_ in self.ids(number)]
        path = self.folder / f"{number}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        return path

    def send(self, file_paths: list[Path]) -> list[Upload]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda path: self.pipeline.upload(path, f"{self.tag}/{path.name}"), file_paths))

    def ends(self, uploads: list[Upload]) -> list[FileState]:
        """Each file's last state. Raises FileStopped for a file that gets stuck."""
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda upload: list(self.pipeline.watch(upload))[-1], uploads))

    def loaded(self) -> list[str]:
        """The transactions in the table, each as often as it is there."""
        return sorted(str(item["transaction_id"]) for item in items_of(self.pipeline, f"acc-{self.tag}"))


def deployed(target: Target, folder: Path) -> Pipeline:
    session = TargetSession(target, folder / "work", folder / "logs", lasting=False)
    return Pipeline.of(target, deploy(Run(SETTINGS, Paths.here(), session, NoView())))


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with embedded.started(Paths.here()) as emulator:
        yield deployed(on(emulator, SETTINGS), tmp_path_factory.mktemp("work"))


@pytest.fixture
def crowd(pipeline: Pipeline, tmp_path: Path) -> Crowd:
    return Crowd(pipeline, tmp_path, f"{random.randrange(16**8):08x}")


def test_two_hundred_files_at_once(crowd: Crowd) -> None:
    """Each comes to its end and adds up, each transaction is there once, and nothing is in the dead-letter queue."""
    numbers = range(200)
    uploads = crowd.send([crowd.write(number) for number in numbers])

    states = crowd.ends(uploads)

    assert [state for state in states if not state.reconciled or state.rows["loaded"] != ROWS] == []
    assert crowd.loaded() == sorted(id_ for number in numbers for id_ in crowd.ids(number))
    assert letters(crowd.pipeline) == []


def test_a_poison_file_among_a_hundred_good_ones(crowd: Crowd) -> None:
    """It is refused by name, and all others are loaded as if it were not there."""
    poison = crowd.folder / "poison.csv"
    poison.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(4096))
    file_paths = [crowd.write(number) for number in range(100)]

    *good, bad = crowd.ends(crowd.send([*file_paths[:50], *file_paths[50:], poison]))

    assert FAILED in (bad.stage, bad.state)
    assert [state for state in good if not state.reconciled or state.rows["loaded"] != ROWS] == []
    assert crowd.loaded() == sorted(id_ for number in range(100) for id_ in crowd.ids(number))


def test_an_aws_that_is_started_again_in_the_middle(tmp_path: Path) -> None:
    """What was done is kept and not done twice; what was under way stands still visibly, and goes on when sent again.

    On AWS no event is lost. MiniStack keeps events and running executions in memory, so that these end with it: the
    files are the worst case of what a deployment can meet.
    """
    emulator = Lasting(Paths.here(), tmp_path / "aws")
    emulator.start()
    try:
        crowd = Crowd(deployed(emulator.target(SETTINGS.aws_region), tmp_path), tmp_path, "restarted")
        done = crowd.send([crowd.write(0)])
        crowd.ends(done)
        under_way = crowd.send([crowd.write(number) for number in range(1, 13)])
        time.sleep(1.0)
        emulator.end()
        emulator.start()

        stages = [crowd.pipeline.state(upload).stage for upload in under_way]
        before = crowd.loaded()
        again = crowd.ends(crowd.send([crowd.folder / f"{number}.csv" for number in range(13)]))
    finally:
        emulator.end()

    assert set(before) >= set(crowd.ids(0))
    assert "uploaded" in stages or "validated" in stages or "transformed" in stages or "loading" in stages
    assert [state for state in again if not state.reconciled] == []
    assert [state.rows["loaded"] + state.rows["duplicate"] for state in again] == [ROWS] * 13
