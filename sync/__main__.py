"""`python -m sync` is `ott`."""

from sync.cli import main

if __name__ == "__main__":
    main(prog_name="ott")
