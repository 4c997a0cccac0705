"""Long work: progress, stop, resume, and a reaper for workers that died; owns the word job."""
