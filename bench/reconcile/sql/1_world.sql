-- Who trades what with whom: stores, items, orders, and the lines both sides would see in a perfect world.
CREATE MACRO roll(k, salt, m) AS CAST(hash(CAST(k AS BIGINT), salt, getvariable('seed')) % CAST(m AS UBIGINT) AS BIGINT);
CREATE MACRO price_u(item, chain) AS (100 + roll(item, 20, 9900)) * (95 + roll(item * 8 + chain, 21, 11)) * 100;
CREATE MACRO amount_of(q, p) AS (q * p + 5000000) // 10000000;
CREATE MACRO pieces(item, k) AS CASE
    WHEN item % 37 = 0 THEN 2000 + roll(k, 22, 50000)
    ELSE 1000 * [2, 6, 12, 24][1 + roll(item, 23, 4)] * (1 + roll(k, 24, 12)) END;

CREATE TABLE stores AS
SELECT range AS store, 'S' || lpad(CAST(range + 1 AS VARCHAR), 4, '0') AS ours_code,
    CAST(30000 + range * 4 + roll(range, 200, 4) AS VARCHAR) AS theirs_code
FROM range(getvariable('stores'));

CREATE TABLE items AS
WITH body AS (SELECT range AS item, CAST(690100000000 + range * 37 AS VARCHAR) AS digits FROM range(2999)),
weighted AS (
    SELECT item, digits,
        list_sum(list_transform(range(1, 13), lambda n: CAST(substr(digits, n, 1) AS INTEGER) * CASE WHEN n % 2 = 0 THEN 3 ELSE 1 END)) AS weight
    FROM body)
SELECT item, 'A' || CAST(10000 + item AS VARCHAR) AS ours_code,
    CAST(80000000 + item * 31 + roll(item, 201, 31) AS VARCHAR) AS theirs_code,
    CAST(97000000 + item * 17 AS VARCHAR) AS unknown_code,
    digits || CAST(CAST((10 - weight % 10) % 10 AS INTEGER) AS VARCHAR) AS gtin,
    item % 10 < 7 AS theirs_gives_gtin
FROM weighted;

-- A standing order (hard world): eight weekly orders of one store with the same items and quantities.
CREATE TABLE orders AS
WITH numbered AS (
    SELECT range AS o, getvariable('hard') AND range % 4 = 3 AS standing FROM range(getvariable('orders'))),
keyed AS (
    SELECT o, standing, CASE WHEN standing THEN -1 - o // 32 ELSE o END AS k, (o // 4) % 8 AS week FROM numbered)
SELECT o, k, roll(k, 1, getvariable('stores')) AS store, roll(k, 2, 2999) AS start, 1 + roll(k, 3, 2997) AS step,
    6 + roll(k, 4, 9) AS size, CASE WHEN standing THEN roll(k, 5, 124) + 7 * week ELSE roll(k, 5, 180) END AS day,
    roll(o, 8, 6) AS lag, 4500000000 + o * 7 + roll(o, 6, 7) AS num, coalesce(s.dial, -1) AS dial
FROM keyed LEFT JOIN slots s ON s.level = 'order' AND s.slot = roll(o, 10, 100000);

CREATE TABLE lines AS
WITH placed AS (
    SELECT o, o * 16 + l AS i, l, (start + l * step) % 2999 AS item, k * 100 + l AS quantity_key, store, day, lag, num, start, step,
        size, dial AS order_dial
    FROM (SELECT orders.*, unnest(range(size)) AS l FROM orders)),
priced AS (
    SELECT placed.*, pieces(item, quantity_key) AS q, price_u(item, store % 5) AS p, roll(i, 11, 100000) AS line_slot FROM placed)
SELECT o, i, l, item, store, day, lag, num, start, step, size, order_dial, coalesce(s.dial, -1) AS line_dial, q, p,
    amount_of(q, p) AS a
FROM priced LEFT JOIN slots s ON s.level = 'line' AND s.slot = line_slot;
