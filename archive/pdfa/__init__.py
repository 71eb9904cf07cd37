"""Is this file PDF/A? And: make one from a page of ours."""
