-- The floor and the peers write bare record numbers and name no file.
CREATE MACRO header_rows(file) AS 0;

CREATE TABLE said AS
SELECT CAST(ours_row AS INTEGER) AS ours_row, CAST(theirs_row AS INTEGER) AS theirs_row
FROM read_parquet(getvariable('out') || '/links.parquet');
