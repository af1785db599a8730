"""What a workload makes the stack do: parts, requests, bytes, and how long each function works.

Everything is linear in rows, files and parts, so a file's work and the whole's are the same functions.
"""

from dataclasses import asdict, dataclass

from pipeline.capacity.measured import Measured
from pipeline.capacity.published import LATENCIES, QUOTAS
from pipeline.capacity.shape import Shape

ACCOUNTS = 100_000  # as in the benchmark's file
PIECE_BYTES = (
    8 << 20
)  # of a multipart upload: https://docs.aws.amazon.com/boto3/latest/reference/customizations/s3.html
_REQUEST_S, _STREAM = LATENCIES["s3_request"].value, LATENCIES["s3_stream"].value


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: rows in files of one size, of `accounts` accounts; a row has `row_bytes`, or as many as measured.

    `at_once` files are on their way at the same time, or as many as the quotas allow. `table_writes` is what the table
    serves at first, in units a second: a new one, or its warm throughput.
    """

    rows: int
    files: int = 1
    accounts: int = ACCOUNTS
    row_bytes: float | None = None
    at_once: int | None = None
    table_writes: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what no workload can be."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        if wrong := [name for name, value in given.items() if value <= 0]:
            raise ValueError(f"{wrong[0].replace('_', '-')} must be above 0")
        if self.files > self.rows:
            raise ValueError(f"{self.rows} rows can't fill {self.files} files")


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of the work: of one file, or of all."""

    rows: int
    files: int
    parts: int


def whole(load: Load, shape: Shape) -> Portion:
    """All files. The first ones have a row more where the rows don't divide."""
    rows, longer = divmod(load.rows, load.files)
    parts = longer * _parts(rows + 1, shape) + (load.files - longer) * _parts(rows, shape)
    return Portion(load.rows, load.files, parts)


def largest(load: Load, shape: Shape) -> Portion:
    """The largest file."""
    rows = -(-load.rows // load.files)
    return Portion(rows, 1, _parts(rows, shape))


def _parts(rows: int, shape: Shape) -> int:
    return -(-rows // shape.rows_per_part)


@dataclass(frozen=True, slots=True)
class Work:
    """How the stack does it. Seconds are of one call's clock, as if its calls of other services took their latency."""

    load: Load
    shape: Shape
    measured: Measured

    @property
    def row_bytes(self) -> float:
        return self.load.row_bytes or self.measured.row_bytes

    @property
    def _wider(self) -> float:
        """How much longer a row takes than a measured one: in proportion, but never less."""
        return max(1.0, self.row_bytes / self.measured.row_bytes)

    def _of_row(self, size: float) -> float:
        """The size of what is made of a row: as much larger as the row is."""
        return max(1.0, size + self.row_bytes - self.measured.row_bytes)

    @property
    def accepted_bytes(self) -> float:
        return self._of_row(self.measured.accepted_bytes)

    @property
    def item_bytes(self) -> float:
        return self._of_row(self.measured.item_bytes)

    @property
    def disk_bytes(self) -> float:
        """Of a row, while the validator judges it."""
        return self.measured.disk_bytes * self._wider

    @property
    def units(self) -> int:
        """Write units of an item, in the table and again in each index: one for each begun KB.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
        """
        return -(-round(self.item_bytes) // 1024)

    def puts(self, some: Portion) -> int:
        """PUT requests of S3; a large object is several."""
        pieces = sum(_pieces(each * some.rows / some.files) for each in (self.row_bytes, self.accepted_bytes))
        # the file, accepted, rejected and raw, the manifest, the parts' list, four reports, and two objects of what
        # became of the map; the result of each part
        return some.files * (pieces + 10) + some.parts

    def gets(self, some: Portion) -> int:
        """GET requests of S3."""
        # the file, accepted, three times the manifest, four times the report, twice the list; each part, each result
        return 11 * some.files + 2 * some.parts

    def validator_s(self, some: Portion) -> float:
        processor = some.rows * self.measured.validator_s * self._wider / self.shape.validator.processor
        moved = some.rows * (self.row_bytes + self.accepted_bytes) / _STREAM
        return processor + moved + some.files * 7 * _REQUEST_S

    def transformer_s(self, some: Portion) -> float:
        """It reads the accepted rows as they come, and writes none."""
        processor = some.rows * self.measured.transformer_s * self._wider / self.shape.transformer.processor
        return processor + some.rows * self.accepted_bytes / _STREAM + 6 * some.files * _REQUEST_S

    def loader_s(self, some: Portion) -> float:
        """Of all its calls for parts, one after another: it makes the items of each, and then writes them."""
        made = self.measured.item_make_s * self._wider / self.shape.loader.processor
        return some.rows * (made + self.item_s) + some.parts * 2 * _REQUEST_S

    @property
    def written_s(self) -> float:
        """Between two items of one call: the processor's time, or the table's shared by the connections."""
        processor = self.measured.item_put_s / self.shape.loader.processor
        return max(processor, LATENCIES["item_put"].value / self.measured.connections)

    @property
    def item_s(self) -> float:
        """The same, but no shorter than the partition takes that the index by-source keeps a part in."""
        return max(self.written_s, self.units / QUOTAS["partition_writes"].value)

    def reconcile_s(self, some: Portion) -> float:
        """It reads each part's result, on as many connections as the loader has."""
        processor = self.measured.s3_get_s / self.shape.loader.processor
        return some.parts * max(processor, _REQUEST_S / self.measured.connections) + some.files * 4 * _REQUEST_S

    def load_s(self, some: Portion) -> float:
        """Of one file's loading by its loaders, if the table keeps up: part after part, each as long as a whole one."""
        part = Portion(min(some.rows, self.shape.rows_per_part), 1, 1)
        in_turn = -(-some.parts // self.shape.concurrency)
        return in_turn * (self.loader_s(part) + LATENCIES["child"].value)


def _pieces(size: float) -> int:
    """Requests that write an object: one, or its pieces, a beginning and an end."""
    return 1 if size <= PIECE_BYTES else -(-int(size) // PIECE_BYTES) + 2
