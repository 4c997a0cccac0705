-- Classes: what was said of every line; a line that is no residual was called MATCHED.
CREATE TABLE said_classes AS
SELECT side, CAST(row - header_rows(file) AS INTEGER) AS row, class FROM read_parquet(getvariable('out') || '/residuals.parquet');

CREATE TABLE lines AS
WITH truth AS (
    SELECT 'ours' AS side, row, class, or_class, kind, twin FROM truth_ours
    UNION ALL SELECT 'theirs', row, class, or_class, kind, twin FROM truth_theirs)
SELECT t.side, t.row, t.class, t.kind, t.twin, coalesce(s.class, 'MATCHED') AS said,
    coalesce(s.class, 'MATCHED') = t.class OR coalesce(coalesce(s.class, 'MATCHED') = t.or_class, false) AS correct
FROM truth t LEFT JOIN said_classes s ON s.side = t.side AND s.row = t.row
WHERE t.class <> 'MATCHED' OR t.kind <> 'clean' OR s.class IS NOT NULL;

-- Twins: the nth of a class in truth is right when the class was said at least n times of the same twins.
CREATE TABLE judged AS
WITH twin_lines AS (
    SELECT side, row, class, kind, twin, said, row_number() OVER (PARTITION BY side, twin, class ORDER BY class = said DESC, row) AS nth
    FROM lines WHERE twin IS NOT NULL),
twin_said AS (SELECT side, twin, said, count(*) AS times FROM lines WHERE twin IS NOT NULL GROUP BY ALL)
SELECT side, row, class, kind, said, correct FROM lines WHERE twin IS NULL
UNION ALL
SELECT l.side, l.row, l.class, l.kind, l.said, coalesce(l.nth <= s.times, false)
FROM twin_lines l LEFT JOIN twin_said s ON s.side = l.side AND s.twin = l.twin AND s.said = l.class;

CREATE TABLE class_counts AS
SELECT count(*) FILTER (class <> 'MATCHED') AS residuals, count(*) FILTER (class <> 'MATCHED' AND correct) AS residuals_right,
    count(*) FILTER (class = 'MATCHED' AND NOT correct) AS false_residuals
FROM judged;

CREATE TABLE kinds AS
WITH judged_kinds AS (SELECT kind, count(*) AS lines, count(*) FILTER (NOT correct) AS lines_wrong FROM judged GROUP BY ALL)
SELECT coalesce(j.kind, k.kind) AS kind, coalesce(links, 0) AS links, coalesce(links_missed, 0) AS links_missed,
    coalesce(links_wrong, 0) AS links_wrong, coalesce(lines, 0) AS lines, coalesce(lines_wrong, 0) AS lines_wrong
FROM judged_kinds j FULL JOIN link_kinds k ON k.kind = j.kind;

CREATE TABLE confusion AS
SELECT side, class, said, kind, count(*) AS lines, list_sort(list_slice(list(row ORDER BY row), 1, 3)) AS examples
FROM judged WHERE NOT correct GROUP BY ALL;
