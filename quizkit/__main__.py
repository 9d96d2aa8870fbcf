"""`python -m quizkit` is the same program as `quizkit`."""

from quizkit.cli import main

if __name__ == "__main__":
    main()
