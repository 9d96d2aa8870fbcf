"""Chain replication and CRAQ: a place in the chain, updates down and acks back, a new tail, and who answers reads."""
