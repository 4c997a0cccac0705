-- One side's ledger as its file says it, shuffled; `row` is the record's place in the file.
CREATE OR REPLACE TABLE ledger AS
SELECT CAST(row_number() OVER () AS INTEGER) AS row, shuffled.*
FROM (
    SELECT tie, twin, uid, kind, class, or_class, doc_no, doc_type, CAST(line_no AS VARCHAR) AS line_no, order_no,
        CASE WHEN $side = 'ours' THEN st.ours_code ELSE st.theirs_code END AS store,
        CASE WHEN $side = 'ours' THEN it.ours_code WHEN unknown_item THEN it.unknown_code ELSE it.theirs_code END AS item,
        CASE WHEN $side = 'ours' OR it.theirs_gives_gtin THEN it.gtin END AS gtin,
        CAST(DATE '2026-01-01' + CAST(line_day AS INTEGER) AS DATE) AS date,
        CAST(CAST(q AS DECIMAL(15, 0)) * 0.001 AS DECIMAL(18, 3)) AS quantity,
        CAST(CAST(p AS DECIMAL(12, 0)) * 0.000001 AS DECIMAL(18, 6)) AS unit_price,
        CAST(CAST(a AS DECIMAL(16, 0)) * 0.01 AS DECIMAL(18, 2)) AS amount, 'CNY' AS currency, a AS amount_minor
    FROM sides LEFT JOIN stores st ON st.store = line_store LEFT JOIN items it ON it.item = line_item
    WHERE side = $side
    ORDER BY hash(uid, $side, getvariable('seed')), uid
) shuffled;
