"""A transformer's work on one file: `python tap_transform.py LAMBDAS BUCKET MANIFEST [count]`. Run by `transforming`.

All that its handler does but for starting the load. With `count`, what anybody does at least with the accepted rows:
they are got from S3 and counted.
"""

import json
import re
import sys
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import boto3

lambdas, bucket, key, *count = sys.argv[1:]
sys.path[:0] = [lambdas, f"{lambdas}/transformer"]
transformation, schema = import_module("transformation"), import_module("transactions.schema").load()
s3 = boto3.client("s3")
workflow = SimpleNamespace(start_execution=lambda **_: None)
processor = time.process_time()
if count:
    accepted = key.replace("manifest.json", "accepted.jsonl")
    rows = sum(1 for _ in s3.get_object(Bucket=bucket, Key=accepted)["Body"].iter_lines(1 << 18)) - 1
else:
    transformer = transformation.Transformer(s3, workflow, bucket, "", schema, 500)
    rows = transformation.transform(transformer, key).rows["accepted"]
processor = time.process_time() - processor
peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
print(json.dumps({"rows": rows, "processor_s": processor, "peak_mb": peak}))
