"""Wrong members of a chain, and wrong configuration services."""

MUTANTS = []
