"""Content as the program sees it: loading, validation with file:line:col, the compiled index, proofs of every claim."""
