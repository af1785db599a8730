"""Anybody's Terraform: it reads nothing outside of its folder, and takes no more memory than it has room for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployer.compliance.errors import NotTerraform
from deployer.compliance.scan import scan
from tests.policy.evaluating import QUEUE, evaluated, faults, laid_out, subjects_and_notes, value_of
from tests.policy.shared import OWN, PLACES

SECRET = "the-secret-of-this-machine"


def with_a_secret(folder: Path) -> Path:
    """The judged folder, in one that has a secret and a module as well."""
    files = {
        "secret.txt": SECRET,
        "module/main.tf": f'locals {{\n  secret = "{SECRET}"\n}}\n{QUEUE}',
        "in/ok.txt": "ok",
    }
    return laid_out(folder, files) / "in"


def everything_told(folder: Path, root: Path | None = None) -> str:
    """All that Checkov would be given, and all that is told."""
    subjects, notes = subjects_and_notes(folder, root)
    return json.dumps([one.document for one in subjects]) + str(notes)


@pytest.mark.parametrize(
    "expression",
    [
        'file("../secret.txt")', 'file("./x/../../secret.txt")', 'filebase64("../secret.txt")',
        'templatefile("../secret.txt", {})', 'file("link")', 'file("folder/secret.txt")', 'fileexists("../secret.txt")',
        'fileset("..", "*.txt")', 'fileset(".", "../*.txt")', 'fileset(".", "*/*.txt")', 'fileset(".", "l*k")',
        'file("${path.module}/../secret.txt")', 'file("ABSOLUTE")', '[for f in ["../secret.txt"] : file(f)]',
        'templatefile("reads.tpl", {})', 'try(file("../secret.txt"), file("link"))',
    ],
)  # fmt: skip
def test_no_file_outside_is_read(tmp_path: Path, expression: str) -> None:
    """Not by a way up, by an absolute path, a link, a pattern or a template; not even whether it is there is told."""
    folder = with_a_secret(tmp_path)
    (folder / "link").symlink_to("../secret.txt")
    (folder / "folder").symlink_to("..")
    (folder / "reads.tpl").write_text('${file("../secret.txt")}')
    expression = expression.replace("ABSOLUTE", str(tmp_path / "secret.txt"))
    value = value_of(folder, expression)

    assert SECRET not in everything_told(folder)
    assert value == [] if expression.startswith("fileset") and isinstance(value, list) else "${" in str(value)


def test_what_is_refused_is_told(tmp_path: Path) -> None:
    """The block, its file and line, and how to allow it; what is within the folder is read."""
    folder = with_a_secret(tmp_path)
    value_of(folder, 'file("../secret.txt")', QUEUE)
    _, notes = subjects_and_notes(folder)

    assert {(one.resource, one.file, one.line, one.is_fault) for one in notes} == {
        ("aws_ssm_parameter.p", "main.tf", 1, False)}  # fmt: skip
    assert "--root" in notes[0].reason
    assert value_of(folder, 'file("ok.txt")') == "ok"
    assert value_of(folder, 'fileset(path.module, "**/*.txt")') == ["ok.txt"]


def test_a_root_allows_what_is_below_it(tmp_path: Path) -> None:
    """With the repository's root, files and modules of it are read, and told by their way from the judged folder."""
    folder = with_a_secret(tmp_path)
    main = 'module "m" {\n  source = "../module"\n}\nresource "x" "y" {\n  a = file("../secret.txt")\n}\n'
    found = evaluated(folder, {"main.tf": main}, tmp_path)
    subjects, notes = subjects_and_notes(folder, tmp_path)

    assert found == {"x.y": {"a": SECRET}, "module.m.aws_sqs_queue.q": {"name": "q"}}
    assert notes == []
    assert ("../module/main.tf", 4) in {one.place("aws_sqs_queue.q") for one in subjects}


def test_a_root_beside_what_is_judged_is_used_wrongly(tmp_path: Path) -> None:
    """It has to hold the judged folder."""
    folder = with_a_secret(tmp_path)

    with pytest.raises(NotTerraform, match="does not hold"):
        evaluated(folder, {"main.tf": QUEUE}, tmp_path / "module")


@pytest.mark.parametrize("source", ["../module", "./link", "ABSOLUTE", "./x/../../module"])
def test_no_module_outside_is_read(tmp_path: Path, source: str) -> None:
    """A module elsewhere, also by a link or an absolute path, is missing, and named."""
    folder = with_a_secret(tmp_path)
    (folder / "link").symlink_to("../module")
    source = source.replace("ABSOLUTE", str(tmp_path / "module"))
    laid_out(folder, {"main.tf": f'module "m" {{\n  source = "{source}"\n}}\n{QUEUE}'})
    subjects, _ = subjects_and_notes(folder)

    assert ("module.m", source) in [missing for one in subjects for missing in one.missing]
    assert SECRET not in everything_told(folder)


def test_links_in_circles_and_out_of_the_folder_are_faults(tmp_path: Path) -> None:
    """A file that is a link to itself, to a device, a pipe or to outside is not read; the queue beside it is judged."""
    folder = with_a_secret(tmp_path)
    os.mkfifo(folder / "pipe.tf")
    for name, target in {"self": "self.tf", "zero": "/dev/zero", "out": "../module/main.tf"}.items():
        (folder / f"{name}.tf").symlink_to(target)
    (folder / "again").symlink_to("..")
    found = faults(folder, {"main.tf": QUEUE})

    assert {file for _, file, _ in found} == {"self.tf", "zero.tf", "out.tf"}
    assert evaluated(folder) == {"aws_sqs_queue.q": {"name": "q"}}
    assert SECRET not in everything_told(folder)


DOUBLED = "".join(f'  a{at} = "${{local.a{at - 1}}}${{local.a{at - 1}}}"\n' for at in range(1, 60))
LISTS = "".join(f"  a{at} = [{', '.join([f'local.a{at - 1}'] * 10)}]\n" for at in range(1, 12))
MAPS = "".join(f"  a{at} = {{ a = local.a{at - 1}, b = local.a{at - 1} }}\n" for at in range(1, 60))
SQUARES = "".join(f"  a{at} = local.a{at - 1} * local.a{at - 1}\n" for at in range(1, 99))
RANGE = "range(1000)"
LOOP = f"%{{ for a in {RANGE} }}"
UNFOLDING = {
    "doubled": f'locals {{\n  a0 = "x"\n{DOUBLED}}}\n',
    "lists": f"locals {{\n  a0 = [1]\n{LISTS}}}\n",
    "maps": f"locals {{\n  a0 = 1\n{MAPS}}}\n",
    "encoded": "locals {\n  a = " + "jsonencode(" * 40 + '"\\""' + ")" * 40 + "\n}\n",
    "nested-for": f"locals {{\n  a = [for a in {RANGE} : [for b in {RANGE} : [for c in {RANGE} : [a, b, c]]]]\n}}\n",
    "for-in-text": f'locals {{\n  a = "{LOOP}{LOOP}xxxx%{{ endfor }}%{{ endfor }}"\n}}\n',
    "product": f"locals {{\n  a = setproduct({RANGE}, {RANGE}, {RANGE}, {RANGE})\n}}\n",
    "join": f'locals {{\n  s = file("big.txt")\n  a = join(local.s, [for a in {RANGE} : "y"])\n}}\n',
    "replace": 'locals {\n  s = format("%s%s", file("big.txt"), "")\n  a = replace(local.s, "x", local.s)\n}\n',
    "pattern": 'locals {\n  s = file("big.txt")\n  a = replace(local.s, "/x/", local.s)\n}\n',
    "format": 'locals {\n  s = file("big.txt")\n  a = format("' + "%[1]s" * 1000 + '", local.s)\n}\n',
    "formatlist": f'locals {{\n  s = file("big.txt")\n  a = formatlist("%s${{local.s}}", {RANGE})\n}}\n',
    "indent": 'locals {\n  a = indent(100000000, "\\n\\n")\n}\n',
    "files": f'locals {{\n  a = [for a in {RANGE} : file("big.txt")]\n}}\n',
    "dynamic": f'resource "x" "y" {{\n  dynamic "a" {{\n    for_each = {RANGE}\n    content {{\n      dynamic "b" {{\n'
               f'        for_each = {RANGE}\n        content {{ c = file("big.txt") }}\n      }}\n    }}\n  }}\n}}\n',
    "templates": 'locals {\n  a = templatefile("self.tpl", {})\n}\n',
    "modules": 'module "m" {\n  source = "./m1"\n  count = 400\n}\n',
    "numbers": f"locals {{\n  a0 = 9\n{SQUARES}}}\n",
    "repeated": 'locals {\n  a = 30000000000 * "x"\n  b = "%030000000000d" % 1\n  c = 3000000000 * [1]\n}\n',
    "slow-pattern": 'locals {\n  a = regexall("(a+)+$", "' + "a" * 40 + '!")\n}\n',
    "terms": "locals {\n  a = 1" + " + 1" * 20_000 + "\n}\n",
    "long-reference": "locals {\n  a = b" + ".c" * 20_000 + "\n}\n",
    "json": None,
}  # fmt: skip
READS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
from pathlib import Path
from tests.policy.evaluating import evaluated
for folder in sorted(Path(sys.argv[1]).iterdir()):
    print(folder.name, evaluated(folder).get("aws_sqs_queue.q"), flush=True)
"""


def test_what_unfolds_without_bounds_takes_no_more_memory_than_there_is(tmp_path: Path) -> None:
    """A few lines that make billions cost their block alone; the queue beside them is judged, in a process with 1.5 GB.

    Doubled strings, nested loops, products, formats, patterns, templates, modules of modules, in HCL and in JSON.
    """
    bigger = {f"m{at}/main.tf": f'module "m" {{\n  source = "../m{at + 1}"\n  count = 400\n}}\n' for at in range(1, 9)}
    for name, text in UNFOLDING.items():
        files = {"main.tf": QUEUE, "big.txt": "x" * 900_000, "self.tpl": '${templatefile("self.tpl", {})}' * 9}
        files |= {"more.tf": text} if text else {"more.tf.json": json.dumps({"locals": doubled_json()})}
        laid_out(tmp_path / name, {**files, **(bigger if name == "modules" else {}), "m9/main.tf": QUEUE})
    command = [sys.executable, "-c", READS, tmp_path]
    told = subprocess.run(command, cwd=PLACES.root, capture_output=True, text=True, check=False)

    assert told.stderr == ""
    assert told.stdout.splitlines() == [f"{name} {{'name': 'q'}}" for name in sorted(UNFOLDING)]


def doubled_json() -> dict[str, str]:
    return {"a0": "x"} | {f"a{at}": f"${{local.a{at - 1}}}${{local.a{at - 1}}}" for at in range(1, 60)}


def test_what_was_too_large_is_told(tmp_path: Path) -> None:
    """The local at which it became too much, with its file and line, and it is unknown to those that refer to it."""
    text = f'locals {{\n  a0 = "x"\n{DOUBLED}}}\n'

    assert ("local.a20", "main.tf", 22) in faults(tmp_path, {"main.tf": text + QUEUE})


def test_a_refused_file_does_not_reach_checkov(tmp_path: Path) -> None:
    """The whole gate tells what it did not read, and finds that nobody can judge the policy."""
    folder = laid_out(with_a_secret(tmp_path), {
        "main.tf": 'resource "aws_iam_policy" "p" {\n  policy = file("../secret.txt")\n}\n'})  # fmt: skip
    judged = scan(folder, PLACES, plan=False, only=OWN)

    assert ("aws_iam_policy.p", "main.tf", 1) in {(one.resource, one.file, one.line) for one in judged.not_judged}
    assert "TAP_UNREADABLE_1" in {one.rule for one in judged.findings}
    assert judged.faults == ()
    assert SECRET not in judged.to_text()
