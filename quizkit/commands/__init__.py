"""The verbs, one a file, and what several of them share: all wire library, learn and screen together."""
