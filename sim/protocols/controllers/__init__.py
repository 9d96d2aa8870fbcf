"""Those who watch over replicas and decide who serves: failover, the chain's configuration service, and their majority."""
