"""Raft: elections, the log's replication, and the several ways to read."""
