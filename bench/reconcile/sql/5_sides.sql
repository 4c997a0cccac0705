-- What nobody can decide from the papers, and both sides complete, in the order of their files.
CREATE TABLE contested AS
WITH nodes AS (
    SELECT DISTINCT 'ours' AS side, ours_uid AS uid FROM edges UNION SELECT DISTINCT 'theirs', theirs_uid FROM edges),
keyed AS (
    SELECT nodes.side, nodes.uid, line_store, line_item, line_q, line_p
    FROM nodes JOIN open_lines USING (side, uid))
SELECT side, uid, count(*) FILTER (side = 'ours') OVER same = count(*) FILTER (side = 'theirs') OVER same AS balanced
FROM keyed WINDOW same AS (PARTITION BY line_store, line_item, line_q, line_p);

-- Deductions and payments have neither order nor item; a payment's number is the bank's and stands on both sides.
CREATE TABLE money_lines AS
WITH deductions AS (
    SELECT 'theirs' AS side, -1 - range AS uid, 'DM' || CAST(400000 + range AS VARCHAR) AS doc_no, 'deduction' AS doc_type,
        CASE WHEN roll(range, 70, 2) = 0 THEN roll(range, 71, getvariable('stores')) END AS line_store, roll(range, 72, 180) AS line_day,
        -5000 - roll(range, 73, 495000) AS a, CAST(NULL AS BIGINT) AS tie, 'deduction' AS kind, 'DEDUCTION_UNKNOWN' AS class
    FROM range(getvariable('orders') // 100)),
payments AS (
    SELECT range AS n, roll(range, 74, 10) AS luck, 'BK' || CAST(7000000 + range * 13 + roll(range, 75, 13) AS VARCHAR) AS doc_no,
        roll(range, 76, 180) AS day, -100000 - roll(range, 77, 90000000) AS a
    FROM range(getvariable('orders') // 200))
SELECT side, uid, doc_no, doc_type, line_store, line_day, a, tie, kind, class FROM deductions
UNION ALL
SELECT 'ours', -100000000 - n, doc_no, 'payment', NULL, day + 2, a, CASE WHEN luck > 1 THEN -1 - n END,
    CASE WHEN luck = 0 THEN 'payment only we booked' ELSE 'payment' END, CASE WHEN luck = 0 THEN 'PAYMENT_UNBOOKED' ELSE 'MATCHED' END
FROM payments WHERE luck <> 1
UNION ALL
SELECT 'theirs', -100000000 - n, doc_no, 'payment', NULL, day, a, CASE WHEN luck > 1 THEN -1 - n END,
    CASE WHEN luck = 1 THEN 'payment only they booked' ELSE 'payment' END, CASE WHEN luck = 1 THEN 'PAYMENT_UNBOOKED' ELSE 'MATCHED' END
FROM payments WHERE luck <> 0;

CREATE MACRO document_number(side, document, o, uid) AS CASE
    WHEN side = 'ours' AND document = 'order' THEN 'DN' || CAST(700000000 + o * 3 AS VARCHAR)
    WHEN side = 'ours' THEN 'DX' || CAST(uid AS VARCHAR)
    WHEN document = 'order' AND getvariable('shared_doc') THEN 'DN' || CAST(700000000 + o * 3 AS VARCHAR)
    WHEN document = 'order' THEN 'GR' || CAST(hash(o, 80) % 10000000 * 10000000 + o AS VARCHAR)
    WHEN document = 'again' THEN 'GS' || CAST(500000000 + o AS VARCHAR)
    ELSE 'GX' || CAST(uid AS VARCHAR) END;

CREATE TABLE sides AS
SELECT 'ours' AS side, i * 8 AS uid, i * 2 AS tie, CAST(NULL AS BIGINT) AS twin, 'clean' AS kind, 'MATCHED' AS class, CAST(NULL AS VARCHAR) AS or_class,
    document_number('ours', 'order', o, i) AS doc_no, 'despatch' AS doc_type, (l + 1) * 10 AS line_no, CAST(num AS VARCHAR) AS order_no,
    store AS line_store, item AS line_item, false AS unknown_item, day AS line_day, q, p, a
FROM lines WHERE order_dial < 0 AND line_dial < 0
UNION ALL
SELECT 'theirs', i * 8, i * 2, NULL, 'clean', 'MATCHED', NULL, document_number('theirs', 'order', o, i), 'receipt', size - l,
    CAST(num AS VARCHAR), store, item, false, day + lag, q, p, a
FROM lines WHERE order_dial < 0 AND line_dial < 0
UNION ALL
SELECT w.side, w.uid, tie, twin, kind, CASE WHEN c.uid IS NULL THEN class ELSE 'AMBIGUOUS' END, CASE WHEN c.balanced THEN class END,
    document_number(w.side, document, o, w.uid), doc_type, (l + 1) * 10 + copy, order_no, line_store, line_item, unknown_item, line_day, line_q, line_p, line_a
FROM written_lines w LEFT JOIN contested c ON c.side = w.side AND c.uid = w.uid
UNION ALL
SELECT side, uid, tie, NULL, kind, class, NULL, doc_no, doc_type, NULL, NULL, line_store, NULL, false, line_day, NULL, NULL, a FROM money_lines;
