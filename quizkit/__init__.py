"""quizkit: an interview gym for engineers who must answer for replication and consistency."""

__version__ = "0.1.0"
