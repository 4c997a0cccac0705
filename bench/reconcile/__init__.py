"""Is the reconciliation right, and how far is it from the floor? Generator, truth, scorer, floor, peers and runner."""
