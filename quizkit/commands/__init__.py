"""One verb a file: each wires library, learn and screen together and holds no rules of its own."""
