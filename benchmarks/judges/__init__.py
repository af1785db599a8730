"""One script for each judge that `benchmarks.judging` compares; each prints rows, seconds and peak memory as JSON."""
