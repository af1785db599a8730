"""The ways of a file that together need every grant: the good one, and those of what fails."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deployer.errors import FileStopped, NoProgress
from pipeline.client import Pipeline
from pipeline.dead_letters import letters
from pipeline.diagnosis import execution_arn
from pipeline.domain import Upload
from tests.integration.fault_injection import Plant
from tests.integration.listening import Listener, listen

HEADER = "transaction_id,account_id,timestamp,amount,currency,type,merchant,description"
SILENCE_S = 20.0  # warm; a file that moves on takes a second or two
LETTER_S = 20.0
LOGGED_S = 2.0
_POLL = 0.1


class WayError(Exception):
    """A way did not come to its end; what is told names why."""


@dataclass(frozen=True)
class Ways:
    """The ways through one deployed pipeline. `patience` multiplies every deadline."""

    pipeline: Pipeline
    folder: Path
    patience: float = 1.0

    def good(self) -> None:
        """A file with a rejected row is loaded and told of, its execution succeeds, each function has its log lines."""
        begun, _ = time.time(), self._listener
        self._told(self._loaded(f"{_tag()}.csv", "10.25", "ten").name)
        self._logged(begun, "validator", "transformer", "loader")

    def conflict(self) -> None:
        """The same transaction with another amount is quarantined by the loader."""
        tag = _tag()
        self._loaded(f"{tag}-1.csv", "10.25", id_=tag)
        upload = self._loaded(f"{tag}-2.csv", "99.99", id_=tag)
        if self.pipeline.state(upload).rows["conflicting"] != 1:
            raise WayError("the conflict was not seen")

    def overwritten(self) -> None:
        """A second version of a file goes its own way, and the report is then its."""
        tag = _tag()
        for number in range(2):
            self._loaded(f"{tag}.csv", "10.25", id_=f"{tag}-{number}")

    def failed_validation(self) -> None:
        """An event that the validator can't work on is in the dead-letter queue."""
        self._rests("validator")

    def failed_transformation(self) -> None:
        """The same, of the transformer."""
        self._rests("transformer")

    def failed_load(self) -> None:
        """A load whose parts are gone is in the dead-letter queue, its report says so, and it is told."""
        upload = self._loaded(f"{_tag()}.csv", "10.25")
        self._ended(self._started(upload), "FAILED")
        self._letter(upload.name)
        self._told(upload.name, "not loaded")

    def stopped(self) -> None:
        """A load that is stopped before anything was done, of a file that was never there, rests and is told."""
        upload = Upload(f"{_tag()}.csv", "v")
        self.pipeline.target.client("stepfunctions").stop_execution(executionArn=self._started(upload))
        self._letter(upload.name)
        self._told(upload.name, "not loaded")

    def unversioned(self) -> None:
        """An event without a version, as before the bucket's versioning counts, is worked on."""
        upload = self._loaded(f"{_tag()}.csv", "10.25")
        self._invoked("validator", upload.key)

    def forgotten(self) -> None:
        """A manifest whose report is gone is worked on, and the report is there again."""
        upload = self._loaded(f"{_tag()}.csv", "10.25")
        self.pipeline.target.client("s3").delete_object(Bucket=self.pipeline.bucket, Key=upload.report)
        self._invoked("transformer", upload.manifest)

    def asked(self) -> None:
        """The API tells of a file and of a transaction, and knows what is not there."""
        tag, begun = _tag(), time.time()
        self._loaded(f"{tag}.csv", "10.25", id_=tag)
        answers = [self._get(path) for path in (f"/files/{tag}.csv", f"/transactions/{tag}", f"/files/none-{tag}.csv")]
        if answers != [200, 200, 404]:
            raise WayError(f"the API answered {answers}")
        self._logged(begun, "status")

    def all(self) -> Mapping[str, Callable[[], None]]:
        """By name, the quickest first."""
        named = (
            self.good, self.overwritten, self.unversioned, self.forgotten, self.conflict, self.asked, self.stopped,
            self.failed_load,
            self.failed_validation, self.failed_transformation,
        )  # fmt: skip
        return {way.__name__: way for way in named}

    def _loaded(self, name: str, *amounts: str, id_: str = "") -> Upload:
        path = self.folder / name
        rows = [
            f"{id_ or name}{f'-{number}' if number else ''},acc,2025-03-01T10:00:00Z,{amount},EUR,debit,Shop,Goods"
            for number, amount in enumerate(amounts)
        ]
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        upload = self.pipeline.upload(path, name)
        try:
            *_, state = self.pipeline.watch(upload, SILENCE_S * self.patience)
        except (NoProgress, FileStopped) as error:
            raise WayError(str(error)) from error
        if not state.reconciled:
            raise WayError(f"{name} does not reconcile: {state}")
        self._ended(execution_arn(self.pipeline, upload), "SUCCEEDED")
        return upload

    def _started(self, upload: Upload) -> str:
        """An execution that loads parts which are not there, by its ARN."""
        tag = _tag()
        start = {
            "bucket": self.pipeline.bucket, "key": upload.key, "version_id": upload.version,
            "manifest_key": upload.manifest, "parts_key": f"transformed/{tag}/none.json",
        }  # fmt: skip
        started = self.pipeline.target.client("stepfunctions").start_execution(
            stateMachineArn=self.pipeline.outputs.state_machine_arn, name=f"lost-{tag}", input=json.dumps(start)
        )
        return str(started["executionArn"])

    def _invoked(self, function: str, key: str) -> None:
        """The function succeeds with S3's event of an object, by its key, without a version."""
        about = {"bucket": {"name": self.pipeline.bucket}, "object": {"key": key, "sequencer": "0A"}}
        event = {"Records": [{"eventName": "ObjectCreated:Put", "s3": about}]}
        answer = self.pipeline.target.client("lambda").invoke(
            FunctionName=getattr(self.pipeline.outputs, f"{function}_function_name"), Payload=json.dumps(event).encode()
        )
        if "FunctionError" in answer:
            raise WayError(answer["Payload"].read().decode())

    def _ended(self, arn: str, wanted: str) -> None:
        client = self.pipeline.target.client("stepfunctions")
        ends = time.monotonic() + LETTER_S * self.patience
        while (status := client.describe_execution(executionArn=arn)["status"]) == "RUNNING":
            if time.monotonic() > ends:
                raise WayError("the execution did not end")
            time.sleep(_POLL)
        if status != wanted:
            raise WayError(f"the execution ended as {status}: {client.describe_execution(executionArn=arn)}")

    def _rests(self, function: str) -> None:
        """A function with a setting that makes it refuse its event; the event is then in the dead letters."""
        tag = _tag()
        planted = Plant(self.pipeline)
        name = getattr(self.pipeline.outputs, f"{function}_function_name")
        planted.configured(name, Environment={"BUCKET_NAME": "nowhere-at-all"})
        try:
            path = self.folder / f"{tag}.csv"
            path.write_text(f"{HEADER}\n{tag},acc,2025-03-01T10:00:00Z,1.00,EUR,debit,Shop,Goods\n")
            upload = self.pipeline.upload(path, path.name)
            self._letter(upload.name)
        finally:
            planted.mend()

    def _logged(self, begun: float, *functions: str) -> None:
        """Each of them has log lines that are not older than `begun`, in seconds since 1970."""
        client, ends = self.pipeline.target.client("logs"), time.monotonic() + LOGGED_S * self.patience
        for function in functions:
            group = f"/aws/lambda/{getattr(self.pipeline.outputs, f'{function}_function_name')}"
            while not client.filter_log_events(logGroupName=group, startTime=int(begun * 1000))["events"]:
                if time.monotonic() > ends:
                    raise WayError(f"{group} has no lines: logs:CreateLogStream and logs:PutLogEvents make them")
                time.sleep(_POLL)

    def _letter(self, key: str) -> None:
        ends = time.monotonic() + LETTER_S * self.patience
        while not letters(self.pipeline, key):
            if time.monotonic() > ends:
                raise WayError(f"no dead letter about {key}")
            time.sleep(_POLL)

    def _told(self, key: str, word: str = "") -> None:
        """The topic told of the file."""
        heard = self._listener.heard(LETTER_S * self.patience)
        if not any(key in message and word in message for message in heard):
            raise WayError(f"nobody was told of {key}: sns:Publish does")

    @cached_property
    def _listener(self) -> Listener:
        """One for all ways, who stays."""
        return listen(self.pipeline, "tap-ways-news")

    def _get(self, path: str) -> int:
        target, outputs = self.pipeline.target, self.pipeline.outputs
        url = target.api_url(outputs.api_id, outputs.api_stage, outputs.api_url) + path
        request = AWSRequest("GET", url)
        SigV4Auth(
            Credentials(target.credentials.access_key, target.credentials.secret_key), "execute-api", target.region
        ).add_auth(request)
        answer = urllib3.PoolManager(ca_certs=target.ca_bundle or None).request(
            "GET", url, headers=dict(request.headers)
        )
        return int(answer.status)


def _tag() -> str:
    return uuid.uuid4().hex[:10]
