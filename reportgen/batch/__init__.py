"""Many departments at once: which they are, a pool that builds them, a journal to go on from, a summary."""
