"""``python -m samsyn``: the command where ``samsyn`` is not on the path."""

from samsyn.command_line import main

if __name__ == "__main__":
    main(prog_name="samsyn")
