-- The true links; `open` where the papers cannot decide.
COPY (
    SELECT o.row AS ours_row, t.row AS theirs_row, o.tie AS "group", o.twin AS ours_twin, t.twin AS theirs_twin,
        CASE WHEN o.kind = 'clean' THEN t.kind ELSE o.kind END AS kind,
        o.class = 'AMBIGUOUS' OR t.class = 'AMBIGUOUS' AS open
    FROM ties_ours o JOIN ties_theirs t ON o.tie = t.tie
    ORDER BY ours_row, theirs_row
) TO $out (FORMAT parquet);
