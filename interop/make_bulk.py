"""Writes ten million rows as Parquet: python make_bulk.py FILE (pip install pyarrow)."""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS, PART = 10_000_000, 500_000


def part(start):
    ids = pa.array(range(start, start + PART), pa.int64())
    return pa.table({
        "id": ids,
        "price": pc.divide(pc.cast(ids, pa.float64()), 8),
        "name": pc.binary_join_element_wise("row number", pc.cast(ids, pa.string()), "of many", " "),
        "updated": pc.cast(pc.multiply(ids, 1_000_000), pa.timestamp("us")),
        "even": pc.equal(pc.bit_wise_and(ids, 1), 0),
    })


writer = None
for start in range(0, ROWS, PART):
    table = part(start)
    writer = writer or pq.ParquetWriter(sys.argv[1], table.schema, compression="snappy")
    writer.write_table(table, row_group_size=100_000)
writer.close()
