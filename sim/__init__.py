"""A deterministic simulator of replication: it runs a design under an attack and records what happened.

It uses the standard library only and knows nothing of quizkit. `sim.run.play` is the door.
"""
