-- Lines without order number and what could be their counterpart: same store, item, quantity and price within 15 days.
CREATE TABLE open_lines AS
SELECT side, uid, tie, o, order_no IS NULL AS nameless, order_no IS NULL AND number = 'missing' AND NOT whole_document AS named_by_document,
    order_no IS NULL AND whole_document AS whole_document, line_store, line_item, line_q, line_p, line_day
FROM written_lines
WHERE role IN ('base', 'phantom') AND (number LIKE 'missing%' OR class IN ('NOT_RECEIVED', 'NOT_IN_BOOKS'));

CREATE TABLE edges AS
SELECT ours.uid AS ours_uid, theirs.uid AS theirs_uid, coalesce(ours.tie = theirs.tie, false) AS rightly, ours.o AS ours_o, theirs.o AS theirs_o,
    ours.named_by_document OR theirs.named_by_document AS named_by_document,
    ours.whole_document OR theirs.whole_document AS whole_document
FROM open_lines ours JOIN open_lines theirs
    ON ours.line_store = theirs.line_store AND ours.line_item = theirs.line_item AND ours.line_q = theirs.line_q
    AND ours.line_p = theirs.line_p AND abs(ours.line_day - theirs.line_day) <= 15
WHERE ours.side = 'ours' AND theirs.side = 'theirs' AND (ours.nameless OR theirs.nameless);
