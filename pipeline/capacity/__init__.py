"""What a workload costs, how long it takes, and which quota it meets first: arithmetic on figures that are data.

`shape` reads the synthesised stack, `measured` what the benchmark found, `published` AWS's quotas, latencies and
prices; `work` counts, `limits` and `costs` compare and price, `model` puts it together. Used by `tap capacity` and by
the documents that quote it. Pure, but for the reading of two files.
"""
