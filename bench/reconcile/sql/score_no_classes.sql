-- A peer that only links says no class of any line.
CREATE TABLE class_counts AS SELECT 0 AS residuals, 0 AS residuals_right, 0 AS false_residuals;
CREATE TABLE kinds AS SELECT kind, links, links_missed, links_wrong, 0 AS lines, 0 AS lines_wrong FROM link_kinds;
CREATE TABLE confusion AS SELECT '' AS side, '' AS class, '' AS said, '' AS kind, 0 AS lines, [0] AS examples WHERE false;
