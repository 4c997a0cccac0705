-- Links: pairs that are right row by row first, then the rest as counts over twins.
CREATE VIEW truth_links AS FROM read_parquet(getvariable('truth') || '/links.parquet');
CREATE VIEW truth_ours AS FROM read_parquet(getvariable('truth') || '/ours.parquet');
CREATE VIEW truth_theirs AS FROM read_parquet(getvariable('truth') || '/theirs.parquet');

CREATE TABLE exact_right AS
SELECT t.ours_row, t.theirs_row, t.kind
FROM (SELECT DISTINCT ours_row, theirs_row FROM said) s
JOIN truth_links t ON t.ours_row = s.ours_row AND t.theirs_row = s.theirs_row WHERE NOT t.open;

CREATE TABLE said_rest AS
SELECT s.ours_row, s.theirs_row, o.kind, o.class = 'AMBIGUOUS' OR t.class = 'AMBIGUOUS' AS open, o.twin AS ours_twin, t.twin AS theirs_twin,
    CASE WHEN o.twin IS NULL THEN s.ours_row ELSE -1 - o.twin END AS ours_key,
    CASE WHEN t.twin IS NULL THEN s.theirs_row ELSE -1 - t.twin END AS theirs_key
FROM (FROM said s ANTI JOIN exact_right r ON r.ours_row = s.ours_row AND r.theirs_row = s.theirs_row) s
JOIN truth_ours o ON o.row = s.ours_row JOIN truth_theirs t ON t.row = s.theirs_row;

CREATE TABLE true_rest AS
SELECT t.ours_row, t.theirs_row, t.kind,
    CASE WHEN t.ours_twin IS NULL THEN t.ours_row ELSE -1 - t.ours_twin END AS ours_key,
    CASE WHEN t.theirs_twin IS NULL THEN t.theirs_row ELSE -1 - t.theirs_twin END AS theirs_key
FROM truth_links t ANTI JOIN exact_right r ON r.ours_row = t.ours_row AND r.theirs_row = t.theirs_row
WHERE NOT t.open;

CREATE TABLE twin_right AS
SELECT s.ours_key, s.theirs_key, t.kind, least(s.pairs, t.pairs) AS pairs
FROM (SELECT ours_key, theirs_key, count(*) AS pairs FROM said_rest
      WHERE NOT open AND (ours_twin IS NOT NULL OR theirs_twin IS NOT NULL) GROUP BY ALL) s
JOIN (SELECT ours_key, theirs_key, any_value(kind) AS kind, count(*) AS pairs FROM true_rest GROUP BY ALL) t
    ON t.ours_key = s.ours_key AND t.theirs_key = s.theirs_key;

CREATE TABLE link_counts AS
SELECT (SELECT count(*) FROM exact_right) + (SELECT count(*) FROM said_rest WHERE NOT open) AS said,
    (SELECT count(*) FROM truth_links WHERE NOT open) AS true_links,
    (SELECT count(*) FROM exact_right) + (SELECT coalesce(sum(pairs), 0) FROM twin_right) AS right_links;

CREATE TABLE link_kinds AS
WITH found AS (
    SELECT kind, count(*) AS pairs FROM exact_right GROUP BY ALL
    UNION ALL SELECT kind, CAST(sum(pairs) AS BIGINT) FROM twin_right GROUP BY ALL),
found_kinds AS (SELECT kind, sum(pairs) AS pairs FROM found GROUP BY ALL),
wrong AS (
    SELECT kind, count(*) AS pairs FROM said_rest s ANTI JOIN twin_right r ON r.ours_key = s.ours_key AND r.theirs_key = s.theirs_key
    WHERE NOT open GROUP BY ALL),
links AS (SELECT kind, count(*) FILTER (NOT open) AS pairs FROM truth_links GROUP BY ALL)
SELECT coalesce(links.kind, wrong.kind) AS kind, coalesce(links.pairs, 0) AS links,
    coalesce(links.pairs, 0) - coalesce(found_kinds.pairs, 0) AS links_missed, coalesce(wrong.pairs, 0) AS links_wrong
FROM links FULL JOIN wrong ON wrong.kind = links.kind LEFT JOIN found_kinds ON found_kinds.kind = links.kind;
