"""A new KMS key may refuse who made it until its tags count: a deployment goes on by itself."""

from pathlib import Path

import pytest

from deployer.console.view import NoView
from deployer.deploy import stages
from deployer.deploy.plan import Change, Changes
from deployer.deploy.stages import Run
from deployer.errors import KeyRefused
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.targets import targets
from deployer.targets.connect import TargetSession

KEY, QUEUE = Change("aws_kms_key.k", "aws_kms_key", "create"), Change("aws_sqs_queue.q", "aws_sqs_queue", "create")


class Refusing:
    """An apply that the key refuses `times` times, on a clock that only waiting moves."""

    def __init__(self, times: int) -> None:
        self.times, self.applied, self.now = times, 0, 0.0

    def __call__(self, run: Run) -> None:
        self.applied += 1
        if self.applied <= self.times:
            raise KeyRefused("not authorized to perform: kms:EnableKeyRotation")

    def wait(self, seconds: float) -> None:
        self.now += seconds


def deployed(monkeypatch: pytest.MonkeyPatch, folder: Path, refusing: Refusing, *changes: Change) -> list[str]:
    """The stages that were run again, by name."""
    settings, again = Settings.load({}, environment_suffix="unit"), []
    target = targets.emulator("embedded", "http://127.0.0.1:1", "us-east-1")
    run = Run(
        settings, Paths.here(), TargetSession(target, folder, folder, lasting=False), NoView(), changes=Changes(changes)
    )
    monkeypatch.setattr(stages, "_applied", refusing)
    monkeypatch.setattr(stages, "_each", lambda _, which: again.extend(stage.__name__ for stage in which))
    monkeypatch.setattr("time.sleep", refusing.wait)
    monkeypatch.setattr("time.monotonic", lambda: refusing.now)
    stages.apply(run)
    return again


def test_a_deployment_waits_until_the_tags_of_its_new_key_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is left is planned again, with the key finished and not replaced, and applied."""
    refusing = Refusing(2)

    again = deployed(monkeypatch, tmp_path, refusing, KEY, QUEUE)

    assert again == ["adopt", "plan", "finish_half_made", "refuse_loss", "record"] * 2
    assert refusing.applied == 3


def test_a_key_that_refuses_after_the_five_minutes_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No tag is late by more, so that it is a permission that lacks."""
    refusing = Refusing(100)

    with pytest.raises(KeyRefused):
        deployed(monkeypatch, tmp_path, refusing, KEY)

    assert 300 < refusing.now < 340


def test_a_key_that_was_there_before_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its tags have counted long since."""
    refusing = Refusing(1)

    with pytest.raises(KeyRefused):
        deployed(monkeypatch, tmp_path, refusing, QUEUE)

    assert refusing.applied == 1
