"""Writes ten million rows as Parquet, and three million in row groups of 50 MB each.

python make_bulk.py FOLDER (pip install pyarrow)
"""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def part(start, rows):
    ids = pa.array(range(start, start + rows), pa.int64())
    return pa.table({
        "id": ids,
        "price": pc.divide(pc.cast(ids, pa.float64()), 8),
        "name": pc.binary_join_element_wise("row number", pc.cast(ids, pa.string()), "of many", " "),
        "updated": pc.cast(pc.multiply(ids, 1_000_000), pa.timestamp("us")),
        "even": pc.equal(pc.bit_wise_and(ids, 1), 0),
    })


def write(name, rows, row_group, part_rows, **options):
    writer = None
    for start in range(0, rows, part_rows):
        table = part(start, part_rows)
        writer = writer or pq.ParquetWriter(f"{sys.argv[1]}/{name}.parquet", table.schema, **options)
        writer.write_table(table, row_group_size=row_group)
    writer.close()


write("bulk", 10_000_000, 100_000, 500_000, compression="snappy")
write("large", 3_000_000, 1_000_000, 1_000_000, compression="none")
