-- Rows count physical records: a text file or a sheet has one header row above the first line.
CREATE MACRO header_rows(file) AS CASE WHEN lower(file) LIKE '%.parquet' THEN 0 ELSE 1 END;

CREATE TABLE said AS
SELECT CAST(ours_row - header_rows(ours_file) AS INTEGER) AS ours_row,
    CAST(theirs_row - header_rows(theirs_file) AS INTEGER) AS theirs_row
FROM read_parquet(getvariable('out') || '/links.parquet') WHERE ours_row IS NOT NULL AND theirs_row IS NOT NULL;
