"""`python -m haiga` is the `haiga` command."""

from haiga.cli.main import main

if __name__ == "__main__":
    main()
