"""One leader orders the writes, followers copy its log: whose acks it awaits, how long, and what followers do."""
