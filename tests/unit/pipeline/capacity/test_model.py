"""The capacity model adds up, grows with what is asked, and gives three workloads as they are computed by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.capacity import costs, limits
from pipeline.capacity.model import Answer, _answer, simulated
from pipeline.capacity.work import Load, Portion, Work, whole
from pipeline.documents.scale import Model

ROWS, FILES = st.integers(2_000, 10**10), st.integers(1, 1_000)


def _quick(model: Model, load: Load) -> Answer:
    """Without the search for the files needed."""
    return _answer(load, model.shape, model.measured)


def _once(answer: Answer) -> float:
    return costs.total(answer.once)


@given(rows=ROWS, more=ROWS, files=FILES)
def test_more_rows_take_longer_and_cost_more(model: Model, rows: int, more: int, files: int) -> None:
    """In as many files, whatever else is the same."""
    few, many = (_quick(model, Load(rows=each, files=files)) for each in (rows, rows + more))

    assert few.seconds <= many.seconds
    assert _once(few) < _once(many)
    assert costs.total(few.monthly) < costs.total(many.monthly)


def test_an_environment_pays_for_each_of_its_alarms(model: Model) -> None:
    """Ten more are a dollar more a month."""
    more = replace(model.shape, alarms=model.shape.alarms + 10)

    assert model.shape.alarms > 1
    assert costs.total(costs.standing(more)) - costs.total(costs.standing(model.shape)) == pytest.approx(1.0)


@given(each=st.integers(1, 5_000_000), files=FILES, more=FILES)
def test_more_files_of_the_same_size_take_longer(model: Model, each: int, files: int, more: int) -> None:
    """They go side by side only as far as the quotas allow."""
    few, many = (_quick(model, Load(rows=each * count, files=count)) for count in (files, files + more))

    assert few.seconds <= many.seconds * (1 + 1e-9)
    assert _once(few) < _once(many)


@given(each=st.integers(1, 5_000_000), files=FILES, pieces=st.integers(2, 50))
def test_the_same_rows_in_more_files_cost_more(model: Model, each: int, files: int, pieces: int) -> None:
    """A file that is cut into several has the requests, calls and transitions of each."""
    rows = each * pieces * files
    few, many = (_quick(model, Load(rows=rows, files=count)) for count in (files, files * pieces))

    assert _once(few) < _once(many)


@given(each=st.integers(1, 2_000) | st.sampled_from([500, 1_000, 1_500]), more=st.integers(0, 999), files=FILES)
def test_parts_are_those_of_all_files(model: Model, each: int, more: int, files: int) -> None:
    """Counted file by file, also where the first ones have a row more, and that row a part of its own."""
    rows = each * files + more % files
    sizes = [rows // files + (number < rows % files) for number in range(files)]

    assert whole(Load(rows=rows, files=files), model.shape).parts == sum(
        len(range(0, size, model.shape.rows_per_part)) for size in sizes
    )


@given(rows=ROWS, files=FILES)
def test_each_line_of_the_bill_is_quantity_times_price(model: Model, rows: int, files: int) -> None:
    """And the lines are the total; no quantity is negative."""
    found = _quick(model, Load(rows=rows, files=files)).to_json()

    for bill, lines in found["costs"].items():
        assert all(line["quantity"] >= 0 for line in lines)
        assert sum(line["quantity"] * line["price"] for line in lines) == pytest.approx(found["dollars"][bill])


def test_a_million_rows_in_one_file_are_paced_by_a_new_table(model: Model) -> None:
    """The loaders ask for more than the 4,000 units a second that it serves at first: 250 seconds of loading."""
    answer = model(Load(rows=10**6))

    per_loader = 500 / (500 * model.measured.item_put_s + 2 * 0.1 + 0.25)
    assert 10 * per_loader > 4_000
    assert answer.fits
    assert answer.limiting.name == "DynamoDB writes of a table"
    assert answer.stages["load"] == pytest.approx(10**6 / 4_000)


def test_ten_billion_rows_in_ten_thousand_files_fit_and_take_as_long_as_their_turns(model: Model) -> None:
    """Four files at once: their loaders hold 640 of the connections that a new table serves.

    With a put of 1.04 ms, as what limits hangs on it: with one of 1 ms it is the writes of a part's partition.
    """
    put_s = 0.00104
    answer = simulated(Load(rows=10**10, files=10_000), model.shape, replace(model.measured, item_put_s=put_s))

    pause = 0.2 * 0.5 + 0.2**2 * 1 + 0.2**3 * 2 + 0.2**4 * 4
    served = 4_000 * (16 * put_s + pause)
    assert 4 * 160 <= served < 5 * 160
    assert answer.fits
    assert answer.at_once == 4
    assert answer.limiting.name == "DynamoDB connections that a table serves"
    assert answer.limiting.use == pytest.approx(640 / served)
    per_loader = 500 / (500 * (put_s + model.measured.item_make_s) + 2 * 0.1 + 0.25)
    assert answer.stages["load"] == pytest.approx(10**10 / (40 * per_loader), rel=0.01)


def test_ten_billion_rows_in_one_file_do_not_fit(model: Model) -> None:
    """The validator would need 2 TB of disk for them."""
    answer = model(Load(rows=10**10))

    assert not answer.fits
    assert answer.limiting.name == "Lambda /tmp: validator"
    assert answer.limiting.needed == pytest.approx(10**10 * model.measured.disk_bytes / 2**20)
    assert answer.limiting.allowed == 10_240


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        ({}, 2e-6 + 100 / 78_125_000),
        ({"transformer_s": 3e-5}, 3e-5 + 100 / 78_125_000),
        ({"accepted_bytes": 1e3}, 1.48e-5),
    ],
)
def test_a_file_is_transformed_as_fast_as_its_rows_are_read_and_counted(
    model: Model, change: dict[str, float], seconds: float
) -> None:
    """By the processor, which waits for what it reads; however many the parts are, no row is written."""
    measured = replace(model.measured, **({"transformer_s": 2e-6, "accepted_bytes": 100.0} | change))
    work = Work(Load(rows=10**6), model.shape, measured)

    for parts in (1, 2_000):
        assert work.transformer_s(Portion(10**6, 1, parts)) == pytest.approx(1e6 * seconds + 6 * 0.1)


def test_the_items_of_a_part_are_made_before_they_are_written(model: Model) -> None:
    """Which adds to each row's time in the loader."""
    slower = replace(model.measured, item_make_s=model.measured.item_make_s + 1e-3)
    before, after = (
        Work(Load(rows=500), model.shape, each).loader_s(Portion(500, 1, 1)) for each in (model.measured, slower)
    )

    assert after - before == pytest.approx(500 * 1e-3)


@pytest.mark.parametrize("rows", [10**8, 10**9, 3 * 10**9, 10**10])
def test_the_files_needed_are_the_least_that_fit(model: Model, rows: int) -> None:
    """One less does not."""
    needed = model(Load(rows=rows)).files_needed
    assert needed is not None

    assert model(Load(rows=rows, files=needed)).fits
    assert not model(Load(rows=rows, files=needed - 1)).fits


def test_one_account_is_written_no_faster_than_a_partition(model: Model) -> None:
    """The index by-account keeps an account in one partition at worst: 1,000 units a second."""
    answer = model(Load(rows=10**7, files=10, accounts=1))

    assert answer.stages["load"] == pytest.approx(10**7 / 1_000)
    assert answer.limiting.name == "DynamoDB writes of an account's partition"


def test_too_many_files_at_once_do_not_fit(model: Model) -> None:
    """101 files with 10 loaders each are more than the calls that an account has at once."""
    answer = model(Load(rows=10**9, files=1_000, at_once=101, table_writes=40_000))

    calls = next(limit for limit in answer.limits if limit.name == "Lambda calls at once")
    assert not answer.fits
    assert (calls.needed, calls.allowed) == (1_010, 1_000)


def test_the_children_and_runs_of_maps_are_reckoned(model: Model) -> None:
    """One file at a time starts its parts within its own loading; beyond either quota the next ones wait."""
    answer = model(Load(rows=10**6, files=4, at_once=1))
    started, runs = (limit for limit in answer.limits if limit.name.endswith(("a map's children", "map runs")))

    assert started.needed == pytest.approx(answer.whole.parts / answer.stages["load"])
    assert (started.allowed, runs.needed, runs.allowed) == (100, 1, 1_000)
    assert [limit.fails for limit in (started, runs)] == [False, False]


def test_a_warm_table_takes_more_files_at_once_and_is_faster(model: Model) -> None:
    """Ten times the units, ten times the connections."""
    load = Load(rows=10**9, files=1_000)
    new, warm = model(load), model(replace(load, table_writes=40_000))

    assert (new.at_once, warm.at_once) == (4, 44)
    assert warm.seconds < new.seconds


def test_an_item_above_a_kilobyte_costs_two_units(model: Model) -> None:
    """In the table and in each index."""
    narrow, wide = (model(Load(rows=10**6, row_bytes=size)) for size in (100, 700))

    assert wide.once[0].quantity == 2 * narrow.once[0].quantity == 6 * 10**6


@given(rows=st.floats(1, 1e9), asked=st.floats(100, 100_000), units=st.integers(1, 3))
def test_a_table_doubles_each_half_hour_up_to_its_quota(rows: float, asked: float, units: int) -> None:
    """Half hour by half hour, each with what it serves then."""
    left, seconds, served = rows, 0.0, 4_000.0
    while left > (taken := min(asked, served / units) * 1_800):
        left, seconds, served = left - taken, seconds + 1_800, min(served * 2, 40_000.0)

    assert limits.load_s(rows, asked, units, 4_000) == pytest.approx(seconds + left / min(asked, served / units))


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"rows": 5, "files": 6}, {"rows": 5, "files": 0}, {"rows": 5, "accounts": -1}]
)
def test_what_no_workload_can_be_is_refused(wrong: dict[str, int]) -> None:
    """Nothing is computed of it."""
    with pytest.raises(ValueError, match=r"above 0|can't fill"):
        Load(**wrong)
