-- One round of a careful accountant: settle what the document or a single candidate decides, then look again.
CREATE OR REPLACE TABLE decided AS
WITH counted AS (
    SELECT edges.*, count(*) OVER (PARTITION BY ours_uid) AS ours_degree, count(*) OVER (PARTITION BY theirs_uid) AS theirs_degree
    FROM edges),
marked AS (
    SELECT counted.*, rightly AND (named_by_document OR (ours_degree = 1 AND theirs_degree = 1)) AS certain FROM counted),
documents AS (SELECT DISTINCT ours_o FROM marked WHERE certain AND whole_document)
SELECT ours_uid, theirs_uid FROM marked
WHERE certain OR (rightly AND whole_document AND ours_o IN (SELECT ours_o FROM documents));

DELETE FROM edges WHERE ours_uid IN (SELECT ours_uid FROM decided) OR theirs_uid IN (SELECT theirs_uid FROM decided);
