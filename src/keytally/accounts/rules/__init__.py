"""What accounts decide, without a database: parties, codes, scores, rungs, gaps, duplicates, regions."""
