-- What goes wrong: every faulty line with what is done to it, then the lines each side really writes.
-- Prices never differ by what another tax rate would do; what is short of a split or merged line is less than any part.
CREATE TABLE faulty AS
WITH chosen AS (
    SELECT lines.*, od.kind AS order_kind,
        coalesce(od.number, 'none') AS o_number, od.number_side AS o_number_side, coalesce(od.value, 'none') AS o_value,
        coalesce(od.place, 'none') AS o_place, coalesce(od.lag, 'prompt') AS o_lag, coalesce(od.shape, 'single') AS o_shape,
        ld.kind AS line_kind, ld.number, ld.number_side, ld.value, ld.place, ld.lag AS lag_kind, ld.shape,
        ld.shape NOT IN ('split', 'merge') OR q >= 12000 AS part_of_much,
        ld.kind IS NOT NULL AND (od.kind IS NULL OR (getvariable('hard') AND ld.number = 'none' AND od.number IN ('format', 'typo'))) AS line_counts
    FROM lines
    LEFT JOIN dials od ON od.dial = order_dial
    LEFT JOIN dials ld ON ld.dial = line_dial
    WHERE order_dial >= 0 OR line_dial >= 0),
merged AS (
    SELECT o, i, l, item, store, day, lag, num, start, step, size, q, p, a,
        CASE WHEN line_counts AND order_kind IS NOT NULL THEN order_kind || ' + ' || line_kind
            WHEN order_kind IS NOT NULL THEN order_kind ELSE line_kind END AS kind,
        CASE WHEN o_number <> 'none' THEN o_number WHEN line_counts THEN number ELSE 'none' END AS number,
        CASE WHEN o_number <> 'none' THEN o_number_side WHEN line_counts THEN number_side ELSE 'theirs' END AS number_side,
        CASE WHEN o_number <> 'none' THEN -1 - o ELSE i END AS number_key,
        CASE WHEN order_kind IS NULL THEN i ELSE -1 - o END AS deed_key,
        o_number = 'missing' AS whole_document,
        CASE WHEN line_counts AND o_value = 'none' THEN CASE WHEN part_of_much THEN value ELSE 'none' END ELSE o_value END AS value,
        CASE WHEN line_counts AND o_place = 'none' THEN place ELSE o_place END AS place,
        CASE WHEN line_counts AND o_lag = 'prompt' THEN lag_kind ELSE o_lag END AS lag_kind,
        CASE WHEN line_counts AND o_shape = 'single' THEN shape ELSE o_shape END AS shape
    FROM chosen),
measured AS (
    SELECT merged.*,
        CASE WHEN shape IN ('split', 'merge') THEN 1000
            ELSE 1000 * (1 + roll(i, 30, greatest(1, (q // 1000 - 1) // 2))) END AS step_q,
        [100, 680, 960, -540, -800, -1110][1 + roll(i, 31, 6)] + roll(i, 32, 160) AS basis_points
    FROM merged),
valued AS (
    SELECT measured.*,
        CASE WHEN value IN ('short', 'mixed') THEN q - step_q WHEN value = 'over' THEN q + step_q ELSE q END AS tq,
        CASE WHEN value IN ('price', 'mixed') THEN (p * (10000 + basis_points) // 10000) // 100 * 100
            WHEN value = 'tax' AND roll(deed_key, 33, 4) = 0 THEN p * 113 // 100
            WHEN value = 'tax' THEN p * 100 // 113 ELSE p END AS tp
    FROM measured),
stated AS (
    SELECT valued.*,
        CASE WHEN value = 'tax' AND roll(deed_key, 33, 4) = 0 THEN (a * 226 + 100) // 200
            WHEN value = 'tax' THEN (a * 200 + 113) // 226
            WHEN value = 'rounding' THEN a + (1 + roll(i, 34, 3)) * CASE WHEN roll(i, 35, 2) = 0 THEN 1 ELSE -1 END
            ELSE amount_of(tq, tp) END AS ta,
        day + CASE WHEN shape LIKE 'cancel_%' OR shape = 'merge' THEN 2 ELSE 0 END
            + CASE lag_kind WHEN 'late' THEN 16 + roll(deed_key, 36, 25) WHEN 'edge' THEN 15 ELSE lag END AS theirs_day,
        2 + CASE WHEN least(q, tq) >= 6000 THEN roll(i, 37, 2) ELSE 0 END AS parts
    FROM valued)
SELECT stated.*,
    CASE WHEN shape = 'ours_only' THEN 'NOT_RECEIVED' WHEN shape = 'theirs_only' THEN 'NOT_IN_BOOKS'
        WHEN a <> ta AND abs(a - ta) <= 5 THEN 'ROUNDING'
        WHEN value = 'short' THEN 'SHORT' WHEN value = 'over' THEN 'OVER' WHEN value = 'price' THEN 'PRICE'
        WHEN value = 'mixed' THEN 'MIXED' WHEN value = 'tax' THEN 'TAX'
        WHEN lag_kind = 'late' THEN 'TIMING'
        WHEN place = 'wrong_store' THEN 'WRONG_STORE' WHEN place = 'wrong_item' THEN 'WRONG_ITEM'
        WHEN place = 'unknown' AND NOT item % 10 < 7 THEN 'WRONG_ITEM'
        ELSE 'MATCHED' END AS pair_class,
    roll(deed_key, 40, 2) = 0 AS plain_copy,
    roll(i, 41, 3) AS twice_kind
FROM stated;

CREATE MACRO digit_at(n, place_of) AS CAST(substr(n, place_of, 1) AS INTEGER);
CREATE MACRO swapped(n, place_of) AS substr(n, 1, place_of - 2) || substr(n, place_of, 1) || substr(n, place_of - 1, 1) || substr(n, place_of + 1);
CREATE MACRO mistyped(n, place_of, k) AS CASE
    WHEN roll(k, 52, 5) = 0 AND substr(n, place_of, 1) <> substr(n, place_of - 1, 1) THEN swapped(n, place_of)
    WHEN roll(k, 52, 5) = 1 THEN substr(n, 1, place_of - 1) || substr(n, place_of + 1)
    WHEN roll(k, 52, 5) = 2 THEN substr(n, 1, place_of) || CAST(roll(k, 53, 10) AS VARCHAR) || substr(n, place_of + 1)
    ELSE substr(n, 1, place_of - 1) || CAST((digit_at(n, place_of) + 1 + roll(k, 53, 9)) % 10 AS VARCHAR) || substr(n, place_of + 1) END;
CREATE MACRO written(n, k) AS CASE roll(k, 50, 10)
    WHEN 0 THEN 'PO' || n WHEN 1 THEN 'PO-' || n WHEN 2 THEN n || '-01' WHEN 3 THEN n || '/1' WHEN 4 THEN n || 'A'
    WHEN 5 THEN '00' || n WHEN 6 THEN '0' || n WHEN 7 THEN substr(n, 1, 3) || '-' || substr(n, 4, 3) || '-' || substr(n, 7)
    WHEN 8 THEN translate(n, '0123456789', '０１２３４５６７８９') ELSE 'po ' || n END;
CREATE MACRO faulty_number(n, fault, k) AS CASE fault
    WHEN 'format' THEN written(n, k) WHEN 'typo' THEN mistyped(n, 4 + roll(k, 51, 7), k)
    WHEN 'missing' THEN NULL WHEN 'missing_alone' THEN NULL ELSE n END;

-- One row for every line a side writes: side, its role, and everything but codes and dates as text.
CREATE TABLE written_lines AS
WITH roles_used AS (
    SELECT faulty.*, r.side, r.role, r.copy,
        CASE WHEN r.side = 'ours' THEN q ELSE tq END AS full_q,
        CASE WHEN r.side = 'ours' THEN p ELSE tp END AS full_p,
        CASE WHEN r.side = 'ours' THEN a ELSE ta END AS full_a,
        CASE WHEN r.role = 'phantom' THEN (start + (size + 5 + l) * step) % 2999
            WHEN r.side = 'theirs' AND place = 'wrong_item' THEN (start + (size + 3) * step) % 2999 ELSE item END AS line_item,
        CASE WHEN r.side = 'theirs' AND place = 'wrong_store'
            THEN (store + 1 + roll(deed_key, 61, getvariable('stores') - 1)) % getvariable('stores') ELSE store END AS line_store,
        1000 * greatest(1, (CASE WHEN r.side = 'ours' THEN q ELSE tq END) // 1000 * (30 + roll(i, 42, 30)) // 100) AS part_q
    FROM faulty JOIN roles r ON r.shape = faulty.shape
    WHERE NOT (r.role = 'part' AND r.copy >= parts)),
parted AS (
    SELECT roles_used.*,
        CASE WHEN parts = 3 THEN greatest(1000, (full_q - part_q) // 2000 * 1000) ELSE full_q - part_q END AS second_q
    FROM roles_used),
figures AS (
    SELECT parted.*,
        CASE role
            WHEN 'part' THEN CASE copy WHEN 0 THEN part_q WHEN 1 THEN second_q ELSE full_q - part_q - second_q END
            WHEN 'phantom' THEN pieces(line_item, i)
            WHEN 'return' THEN -CASE WHEN roll(i, 43, 2) = 0 THEN full_q ELSE least(full_q, 1000 * (1 + roll(i, 44, 6))) END
            WHEN 'cancel' THEN -full_q WHEN 'cancel_wrong' THEN -full_q
            WHEN 'more' THEN CASE WHEN twice_kind = 1 THEN full_q ELSE 1000 * (1 + roll(i, 45, 12)) END
            ELSE full_q END AS line_q,
        CASE WHEN role = 'phantom' THEN price_u(line_item, store % 5)
            WHEN role IN ('wrong', 'cancel_wrong') THEN (full_p * (10000 + basis_points) // 10000) // 100 * 100
            WHEN role = 'more' AND twice_kind = 2 THEN 0 ELSE full_p END AS line_p
    FROM parted)
SELECT side, i * 8 + copy AS uid, o, i, l, copy, role, shape, kind, number, number_side, whole_document, line_store, line_item,
    line_q, line_p, side = 'theirs' AND place = 'unknown' AS unknown_item, pair_class,
    CASE
        WHEN role = 'part' AND copy < parts - 1 THEN amount_of(line_q, line_p)
        WHEN role = 'part' THEN full_a - amount_of(part_q, line_p) - CASE WHEN parts = 3 THEN amount_of(second_q, line_p) ELSE 0 END
        WHEN role IN ('base', 'dup', 'first') THEN full_a WHEN role = 'cancel' THEN -full_a
        WHEN line_q < 0 THEN -amount_of(-line_q, line_p) ELSE amount_of(line_q, line_p) END AS line_a,
    CASE WHEN side = 'ours' THEN day + CASE WHEN role = 'part' THEN copy WHEN role IN ('cancel', 'cancel_wrong') THEN 1
                WHEN role = 'base' AND shape LIKE 'cancel_%' THEN 2 WHEN role = 'return' THEN 4
                WHEN role = 'dup' AND NOT plain_copy THEN 1 + roll(deed_key, 46, 3) ELSE 0 END
        ELSE theirs_day + CASE WHEN role = 'part' THEN copy * 2 WHEN role = 'return' THEN 4
                WHEN role = 'dup' AND NOT plain_copy THEN 1 + roll(deed_key, 46, 3) ELSE 0 END END AS line_day,
    CASE WHEN role = 'return' AND roll(i, 60, 2) = 0 THEN 'RT' || CAST(60000000 + i AS VARCHAR)
        WHEN side = number_side THEN faulty_number(CAST(num AS VARCHAR), number, number_key) ELSE CAST(num AS VARCHAR) END AS order_no,
    CASE
        WHEN role IN ('return', 'first', 'cancel', 'wrong', 'cancel_wrong') OR (role = 'part' AND copy > 0)
            OR (number = 'missing_alone' AND side = number_side) THEN 'own'
        WHEN role = 'dup' AND NOT plain_copy THEN CASE WHEN deed_key < 0 THEN 'again' ELSE 'own' END
        ELSE 'order' END AS document,
    CASE WHEN role = 'return' THEN 'return' WHEN role IN ('cancel', 'cancel_wrong') THEN 'cancellation'
        WHEN side = 'theirs' THEN 'receipt' WHEN shape LIKE 'cancel_%' THEN 'invoice' ELSE 'despatch' END AS doc_type,
    CASE WHEN role IN ('base', 'part') AND shape NOT IN ('ours_only', 'theirs_only') THEN i * 2
        WHEN role = 'more' OR (role = 'return' AND shape = 'return_both') THEN i * 2 + 1 END AS tie,
    CASE WHEN shape LIKE 'dup_%' AND plain_copy AND shape = 'dup_' || side THEN i
        WHEN shape = 'cancel_same' AND role IN ('base', 'first') THEN i
        WHEN shape = 'twice' AND twice_kind = 1 THEN i END AS twin,
    CASE WHEN role = 'dup' THEN 'DUPLICATE' WHEN role IN ('first', 'cancel', 'wrong', 'cancel_wrong') THEN 'CANCELLED'
        WHEN role = 'phantom' THEN 'NOT_IN_BOOKS' WHEN role = 'more' THEN 'MATCHED'
        WHEN role = 'return' THEN CASE WHEN shape = 'return_both' THEN 'MATCHED' ELSE 'RETURN_UNBOOKED' END
        ELSE pair_class END AS class
FROM figures;
